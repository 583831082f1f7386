/**
 * `optimizationBarrier` in a graph. ONNX has no operator for it, and ONNX Runtime drops an `Identity`. So each floating operand is chosen from
 * itself and itself, by a condition that reads an element of the last operand: the copy is a value of its own, and comes after that operand.
 */
import { dimSizeOf, isFloating } from '@flaxon/tensor';
import { cast, predicate } from '../emit/arithmetic.js';
import { isEmpty, reshape, slice } from '../emit/layout.js';
import type { GraphBuilder } from '../graph/builder.js';
import { constantData, int, type Value } from '../graph/graph.js';
import { choose } from './choose.js';
import type { Lowering, LoweringTable } from './context.js';

/** A bool of rank 0 that is there when `x` is; it says nothing. A sum, because there may be no element at all where a size is symbolic. */
function whenThere(b: GraphBuilder, x: Value): Value {
  const flat = reshape(b, x, [dimSizeOf(x.shape)]);
  const first = cast(b, slice(b, flat, [{ axis: 0, start: 0, end: 1, size: 1 }]), 'float32');
  const one = b.node('ReduceSum', [first, b.int64s([0])], { dtype: 'float32', shape: [] }, { keepdims: int(0) });
  return predicate(b, 'Equal', [one, one]);
}

const optimizationBarrier: Lowering<'optimizationBarrier'> = (context, equation, inputs) => {
  const { builder: b } = context;
  const isHeld = inputs.map(({ value }, i) => isFloating(value.dtype) && !constantData(value) && context.usesOf(equation.outputs[i]!).length > 0);
  const last = inputs.findLast(({ value }) => !constantData(value) && !isEmpty(value.shape));
  if (!last || !isHeld.includes(true)) return inputs;
  const condition = whenThere(b, last.value);
  return inputs.map((input, i) => (isHeld[i] ? { value: choose(b, condition, input.value, input.value), shape: input.shape } : input));
};

export const barrierLowerings: LoweringTable<'optimizationBarrier'> = { optimizationBarrier };
