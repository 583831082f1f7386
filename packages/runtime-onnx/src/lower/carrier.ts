/**
 * Dtypes for which an operator has no kernel go through one that has: the carrier. Every carrier holds all values of the
 * dtype, and casting back wraps integers as arithmetic in the dtype itself would.
 */
import type { Dtype } from '@flaxon/tensor';
import { cast } from '../emit/arithmetic.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { hasKernel, type KernelName } from './kernel-support.js';

/** In order of preference. 64-bit unsigned integers fit no wider type; their bits fit int64, which wraps alike. */
const carriers: { readonly [D in Dtype]: readonly Dtype[] } = {
  float16: ['float32'],
  bfloat16: ['float32'],
  float32: ['float64'],
  float64: [],
  int8: ['int32', 'int64'],
  int16: ['int32', 'int64'],
  int32: ['int64'],
  int64: [],
  uint8: ['int32', 'int64'],
  uint16: ['int32', 'int64'],
  uint32: ['int64', 'uint64'],
  uint64: ['int64'],
  bool: ['uint8', 'int32'],
};

/** No kernel of an operator can take a dtype, nor one that carries it. The export turns it into an `UnsupportedOpError`. */
export class MissingKernelError extends Error {
  readonly kernel: KernelName;
  readonly dtype: Dtype;

  constructor(kernel: KernelName, dtype: Dtype) {
    super(`ONNX Runtime has no kernel of ${kernel} for ${dtype} or a dtype that holds it`);
    this.kernel = kernel;
    this.dtype = dtype;
  }
}

/**
 * The dtype in which `kernel` runs for operands of `dtype`, at `opset`, or at every one where none is given.
 * @throws MissingKernelError where there is none.
 */
export function carrierOf(kernel: KernelName, dtype: Dtype, opset?: number): Dtype {
  const found = [dtype, ...carriers[dtype]].find((candidate) => hasKernel(kernel, candidate, opset));
  if (found === undefined) throw new MissingKernelError(kernel, dtype);
  return found;
}

/** Runs `nodes` on the operands in the carrier of `kernel`, and casts the result back. */
export function throughCarrier(b: GraphBuilder, kernel: KernelName, operands: readonly Value[], nodes: (operands: readonly Value[]) => Value): Value {
  const { dtype } = operands[0]!;
  const carrier = carrierOf(kernel, dtype, b.opset);
  const result = nodes(operands.map((operand) => (operand.dtype === dtype ? cast(b, operand, carrier) : operand)));
  return result.dtype === carrier ? cast(b, result, dtype) : result;
}
