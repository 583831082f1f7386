/** Elementwise operators, broadcasting as NumPy does. Each function adds at most one node and gives its value. */
import { broadcastShapes, type Dtype, formatSpec, type Shape, ShapeError } from '@flaxon/tensor';
import { dataTypes } from '../format/data-type.js';
import { smallElements, tensorData } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { type Attributes, constantData, int, text, type Value } from '../graph/graph.js';

/** A constant of rank 0. For float16 and bfloat16 `value` is the bit pattern. */
export const scalar = (b: GraphBuilder, dtype: Dtype, value: number | bigint): Value => b.constant(tensorData(dtype, [], [value]));

/** The single number that `value` is known to be everywhere; undefined where it is not a constant of one element. */
export function scalarValue(value: Value | undefined): number | undefined {
  const data = constantData(value);
  if (!data || data.data.length !== 1 || data.dtype === 'float16' || data.dtype === 'bfloat16') return undefined;
  return smallElements(data)![0];
}

export const unary = (b: GraphBuilder, op: string, x: Value, attributes: Attributes = {}): Value =>
  b.node(op, [x], { dtype: x.dtype, shape: x.shape }, attributes);

/**
 * A scalar constant takes the rank of an operand that ends in an axis of size 1: ONNX Runtime then has a fast path, where it
 * otherwise loops over rows of one element (7.6 against 1.6 us for (512, 1)).
 */
function rankedScalars(b: GraphBuilder, inputs: readonly Value[]): readonly Value[] {
  const widest = inputs.reduce((a, c) => (c.shape.length > a.shape.length ? c : a));
  const rank = widest.shape.length;
  if (rank < 2 || widest.shape[rank - 1] !== 1) return inputs;
  return inputs.map((input) => {
    const data = constantData(input);
    if (!data || data.data.length !== 1 || data.shape.length === rank) return input;
    return b.constant({ ...data, shape: Array.from({ length: rank }, () => 1) });
  });
}

function broadcastShape(op: string, inputs: readonly Value[]): Shape {
  const shape = broadcastShapes(inputs.map((input) => input.shape));
  if (!shape) throw new ShapeError(op, inputs.map(formatSpec), 'the operands do not broadcast');
  return shape;
}

/** An operator whose result has the dtype of its operands. */
export function elementwise(b: GraphBuilder, op: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
  const ranked = rankedScalars(b, inputs);
  return b.node(op, ranked, { dtype: inputs[0]!.dtype, shape: broadcastShape(op, ranked) }, attributes);
}

export const add = (b: GraphBuilder, x: Value, y: Value): Value => elementwise(b, 'Add', [x, y]);
export const sub = (b: GraphBuilder, x: Value, y: Value): Value => elementwise(b, 'Sub', [x, y]);
export const mul = (b: GraphBuilder, x: Value, y: Value): Value => elementwise(b, 'Mul', [x, y]);
export const div = (b: GraphBuilder, x: Value, y: Value): Value => elementwise(b, 'Div', [x, y]);
/** Of int64 by comparison, which ONNX Runtime does on all of its bits; `Max` and `Min` do not (`tools/kernel-costs/probes.mjs`, `wrong`). */
export const max = (b: GraphBuilder, x: Value, y: Value): Value => (x.dtype === 'int64' ? where(b, predicate(b, 'Greater', [x, y]), x, y) : elementwise(b, 'Max', [x, y]));
export const min = (b: GraphBuilder, x: Value, y: Value): Value => (x.dtype === 'int64' ? where(b, predicate(b, 'Less', [x, y]), x, y) : elementwise(b, 'Min', [x, y]));
export const neg = (b: GraphBuilder, x: Value): Value => unary(b, 'Neg', x);
export const abs = (b: GraphBuilder, x: Value): Value => unary(b, 'Abs', x);
export const exp = (b: GraphBuilder, x: Value): Value => unary(b, 'Exp', x);
export const log = (b: GraphBuilder, x: Value): Value => unary(b, 'Log', x);
export const sqrt = (b: GraphBuilder, x: Value): Value => unary(b, 'Sqrt', x);

/** x op y with `y` a number in the dtype of x. */
export const withNumber = (b: GraphBuilder, op: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Max' | 'Min', x: Value, y: number): Value =>
  elementwise(b, op, [x, scalar(b, x.dtype, y)]);

/** A comparison or another operator with a bool result. */
export function predicate(b: GraphBuilder, op: string, inputs: readonly Value[]): Value {
  const ranked = rankedScalars(b, inputs);
  return b.node(op, ranked, { dtype: 'bool', shape: broadcastShape(op, ranked) });
}

export const lessThan = (b: GraphBuilder, x: Value, y: number): Value => predicate(b, 'Less', [x, scalar(b, x.dtype, y)]);
export const greaterThan = (b: GraphBuilder, x: Value, y: number): Value => predicate(b, 'Greater', [x, scalar(b, x.dtype, y)]);
export const equalTo = (b: GraphBuilder, x: Value, y: number): Value => predicate(b, 'Equal', [x, scalar(b, x.dtype, y)]);
export const isNan = (b: GraphBuilder, x: Value): Value => predicate(b, 'IsNaN', [x]);

/** Elements of `onTrue` where `condition` holds, else of `onFalse`. */
export function where(b: GraphBuilder, condition: Value, onTrue: Value, onFalse: Value): Value {
  const ranked = rankedScalars(b, [condition, onTrue, onFalse]);
  return b.node('Where', ranked, { dtype: onTrue.dtype, shape: broadcastShape('Where', ranked) });
}

/** `x` limited to [low, high]; NaN stays. */
export const clip = (b: GraphBuilder, x: Value, low: number | bigint, high: number | bigint): Value =>
  b.node('Clip', [x, scalar(b, x.dtype, low), scalar(b, x.dtype, high)], x);

/** `x` in another dtype, as the runtime converts: out of range is unspecified. */
export const cast = (b: GraphBuilder, x: Value, dtype: Dtype): Value =>
  x.dtype === dtype ? x : b.node('Cast', [x], { dtype, shape: x.shape }, { to: int(dataTypes[dtype]) });

/** A shift of unsigned integers. */
export const shift = (b: GraphBuilder, direction: 'LEFT' | 'RIGHT', x: Value, y: Value): Value => elementwise(b, 'BitShift', [x, y], { direction: text(direction) });

/** The polynomial with these coefficients, leading one first, by Horner's rule. */
export function polynomial(b: GraphBuilder, coefficients: readonly number[], x: Value): Value {
  const [leading, ...rest] = coefficients;
  let sum = scalar(b, x.dtype, leading!);
  rest.forEach((coefficient, i) => {
    const product = i === 0 && leading === 1 ? x : mul(b, sum, x);
    sum = coefficient === 0 ? product : withNumber(b, 'Add', product, coefficient);
  });
  return sum;
}
