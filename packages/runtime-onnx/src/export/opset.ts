import { ArgumentError } from '@flaxon/tensor';

/**
 * The opset of exported models: the oldest with `RMSNormalization` and `Attention`. Every operator that Flaxon emits has its kernels there in
 * ONNX Runtime 1.30 on Node and in the browser (`kernel-support.ts`); of the newer opsets 24 and 25 add none of them, and 26
 * `CumProd` alone, while execution providers other than the CPU's follow later.
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
