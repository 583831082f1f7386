/** `expm1`, `log1p` and `sigmoid`: ONNX has no operator for the first two, and its naive forms lose every digit near 0. */
import { abs, add, clip, div, exp, lessThan, log, mul, neg, scalar, sub, unary, where, withNumber } from '../../emit/arithmetic.js';
import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';
import type { ElementwiseNodes } from '../context.js';

/**
 * exp(x) - 1. Near 0 by 2 t / (1 - t), t = tanh(x / 2), whose relative error is that of `Tanh` (2.5e-7 in float32 down to
 * 2^-30, 8e-16 in float64, measured).
 */
export const expm1: ElementwiseNodes = (b, [x]) => {
  const t = unary(b, 'Tanh', withNumber(b, 'Mul', x!, 0.5));
  const near = div(b, add(b, t, t), sub(b, scalar(b, x!.dtype, 1), t));
  return where(b, lessThan(b, abs(b, x!), 1), near, withNumber(b, 'Sub', exp(b, x!), 1));
};

const limits = { float32: { tiny: 2 ** -126, huge: (2 - 2 ** -23) * 2 ** 127 }, float64: { tiny: 2 ** -1022, huge: Number.MAX_VALUE } } as const;

/** `log(w) + (x - (w - 1)) / w` for w = 1 + x: the second term is what the rounding of w lost, to first order. */
function corrected(b: GraphBuilder, x: Value, logarithm: Value, w: Value): Value {
  const lost = sub(b, x, withNumber(b, 'Sub', w, 1));
  return add(b, logarithm, div(b, lost, w));
}

/** log(1 + x). The divisor is kept from 0 and infinity, so that -1 and infinity give what the logarithm gives. */
export const log1p: ElementwiseNodes = (b, [x]) => {
  const w = withNumber(b, 'Add', x!, 1);
  const { tiny, huge } = limits[x!.dtype === 'float64' ? 'float64' : 'float32'];
  return corrected(b, x!, log(b, w), clip(b, w, tiny, huge));
};

/** `log1p` of numbers from 0 to 1. */
export function log1pOfFraction(b: GraphBuilder, x: Value): Value {
  const w = withNumber(b, 'Add', x, 1);
  return corrected(b, x, log(b, w), w);
}

/** In float64 the decomposition is faster than `Sigmoid` (6.9 against 9.1 ns an element) and exact below -36 too. */
export const sigmoid: ElementwiseNodes = (b, [x]) =>
  x!.dtype === 'float64' ? unary(b, 'Reciprocal', withNumber(b, 'Add', exp(b, neg(b, x!)), 1)) : unary(b, 'Sigmoid', x!);

/** |x| with the sign of `of`; a zero of either sign counts as positive. */
export const withSign = (b: GraphBuilder, magnitude: Value, of: Value): Value => where(b, lessThan(b, of, 0), neg(b, magnitude), magnitude);

export const square = (b: GraphBuilder, x: Value): Value => mul(b, x, x);
