import { ArgumentError } from '@flaxon/tensor';

/**
 * The opset of exported models. 23 is the oldest with `RMSNormalization` and `Attention`; every operator that Flaxon emits has its kernels there
 * in ONNX Runtime 1.27 and later, on Node and in the browser. Of the newer ones 24 and 25 bring it nothing, and 26 only
 * `CumProd`, while providers other than the CPU's lag behind.
 */
export const defaultOpset = 23;
/** `BitwiseXor` and axes as operands of every reduction came with 18. */
const oldestOpset = 18;
/** The newest that ONNX Runtime 1.30 loads. */
const newestOpset = 26;

/** @throws ArgumentError unless models of `opset` can be made. */
export function requireOpset(operation: string, opset: number): number {
  if (Number.isInteger(opset) && opset >= oldestOpset && opset <= newestOpset) return opset;
  throw new ArgumentError(operation, 'opset', `must be a whole number from ${oldestOpset} to ${newestOpset}, found ${opset}`);
}

/** The version of the file format that belongs to an opset (onnx.proto: 8 with opset 18, 9 from 19, 10 from 21). */
export const irVersionOf = (opset: number): number => (opset >= 21 ? 10 : opset >= 19 ? 9 : 8);
