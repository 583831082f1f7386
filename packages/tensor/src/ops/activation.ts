import { isFloating } from '../dtype/dtype.js';
import { bindOne } from '../program/bind.js';
import type { CallRule } from '../primitives/call-rules.js';
import type { CallAttribute } from '../primitives/params.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { composite } from './composite.js';
import { abs, add, div, erf, exp, expm1, greater, greaterEqual, integerPow, log, log1p, maximum, mul, neg, sigmoid, sub, tanh, where } from './elementwise.js';
import { convert, promoteFloating, requireAxes, toTensor } from './operand.js';
import { sum } from './reduce.js';

/** The derivative of an elementwise function, at x where it gave y. */
type Derivative = (x: Tensor, y: Tensor) => Tensor;

interface ElementwiseOptions {
  readonly attributes?: Readonly<Record<string, CallAttribute>>;
  readonly derivative?: Derivative;
}

function elementwise(name: string, x: Tensor, decompose: (x: Tensor) => Tensor, { attributes = {}, derivative }: ElementwiseOptions = {}): Tensor {
  const rule: CallRule | undefined = derivative && {
    kind: 'jvp',
    jvp: ([primal], [tangent], [output]) => [tangent ? mul(tangent, derivative(primal!, output!)) : null],
  };
  return composite(name, [x], (t) => [decompose(t)], { attributes, ...(rule ? { rule } : {}) })[0]!;
}

const floating = (name: string, x: TensorLike): Tensor => promoteFloating(name, [x])[0]!;

const chosen: CallRule = { kind: 'jvp', jvp: ([x], [t]) => [t ? where(greater(x!, 0), t, 0) : null] };

/** max(x, 0), with derivative 0 at 0 (jax.nn.relu). */
export function relu(x: TensorLike): Tensor {
  const operand = toTensor('relu', x);
  return composite('relu', [operand], (t) => [maximum(t, 0)], isFloating(operand.dtype) ? { rule: chosen } : {})[0]!;
}

/** log(1 + exp(x)) (jax.nn.softplus). */
export const softplus = (x: TensorLike): Tensor =>
  elementwise('softplus', floating('softplus', x), (t) => add(maximum(t, 0), log1p(exp(neg(abs(t))))), { derivative: sigmoid });

/** x sigmoid(x) (jax.nn.silu, swish). */
export const silu = (x: TensorLike): Tensor =>
  elementwise('silu', floating('silu', x), (t) => mul(t, sigmoid(t)), {
    derivative: (t) => {
      const s = sigmoid(t);
      return mul(s, add(mul(t, sub(1, s)), 1));
    },
  });

const sqrtTwoOverPi = Math.sqrt(2 / Math.PI);

const tanhGelu = (t: Tensor): Tensor => mul(t, mul(add(tanh(mul(add(t, mul(integerPow(t, 3), 0.044715)), sqrtTwoOverPi)), 1), 0.5));

function tanhGeluDerivative(t: Tensor): Tensor {
  const inner = tanh(mul(add(t, mul(integerPow(t, 3), 0.044715)), sqrtTwoOverPi));
  const slope = mul(add(mul(mul(t, t), 3 * 0.044715), 1), sqrtTwoOverPi);
  const bend = mul(mul(t, sub(1, mul(inner, inner))), slope);
  return mul(add(add(inner, 1), bend), 0.5);
}

const exactGelu = (t: Tensor): Tensor => mul(mul(t, 0.5), add(erf(mul(t, Math.SQRT1_2)), 1));

function exactGeluDerivative(t: Tensor): Tensor {
  const below = mul(add(erf(mul(t, Math.SQRT1_2)), 1), 0.5);
  return add(below, mul(t, mul(exp(mul(mul(t, t), -0.5)), 1 / Math.sqrt(2 * Math.PI))));
}

export interface GeluOptions {
  /** True: the tanh form (JAX's default). False: x Phi(x) by erf. */
  readonly approximate?: boolean;
}

/** The Gaussian error linear unit (jax.nn.gelu; Hendrycks and Gimpel, 2016). */
export function gelu(x: TensorLike, { approximate = true }: GeluOptions = {}): Tensor {
  const operand = floating('gelu', x);
  const attributes = { approximate };
  return approximate
    ? elementwise('gelu', operand, tanhGelu, { attributes, derivative: tanhGeluDerivative })
    : elementwise('gelu', operand, exactGelu, { attributes, derivative: exactGeluDerivative });
}

/** x, or alpha (exp(x) - 1) below 0 (jax.nn.elu). */
export const elu = (x: TensorLike, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor =>
  elementwise('elu', floating('elu', x), (t) => where(greater(t, 0), t, mul(expm1(where(greater(t, 0), 0, t)), alpha)), {
    attributes: { alpha },
    derivative: (t, y) => where(greater(t, 0), 1, add(y, convert(alpha, t.dtype))),
  });

/** x, or negativeSlope x below 0 (jax.nn.leaky_relu). */
export const leakyRelu = (x: TensorLike, { negativeSlope = 0.01 }: { readonly negativeSlope?: number } = {}): Tensor =>
  elementwise('leakyRelu', floating('leakyRelu', x), (t) => where(greaterEqual(t, 0), t, mul(t, negativeSlope)), {
    attributes: { negativeSlope },
    derivative: (t) => where(greaterEqual(t, 0), convert(1, t.dtype), convert(negativeSlope, t.dtype)),
  });

export interface AxisOptions {
  readonly axis?: number | readonly number[];
  /** Which elements take part: bools that broadcast to x. The others give 0 (of `logSoftmax` minus infinity). */
  readonly where?: TensorLike;
}

/** Without the elements that do not take part: their exponential is 0. */
const masked = (x: Tensor, mask: TensorLike | undefined): Tensor => (mask === undefined ? x : where(mask, x, -Infinity));

const shifted = (t: Tensor, ends: readonly number[]): Tensor => {
  const top = bindOne('reduceMax', [t], { axes: ends.map((one) => one + t.rank), keepDims: true });
  return sub(t, bindOne('stopGradient', [top], {}));
};

/** exp(x) / sum(exp(x)) along the axes (jax.nn.softmax). */
export function softmax(x: TensorLike, { axis = -1, where: mask }: AxisOptions = {}): Tensor {
  if (mask !== undefined) return where(mask, softmax(masked(floating('softmax', x), mask), { axis }), 0);
  const operand = floating('softmax', x);
  const ends = requireAxes('softmax', axis, operand.rank).map((one) => one - operand.rank);
  const decompose = (t: Tensor): Tensor[] => {
    const powers = exp(shifted(t, ends));
    return [div(powers, sum(powers, { axis: ends, keepdims: true }))];
  };
  const rule: CallRule = {
    kind: 'jvp',
    jvp: (_, [tangent], [y]) => [tangent ? mul(y!, sub(tangent, sum(mul(y!, tangent), { axis: ends, keepdims: true }))) : null],
  };
  return composite('softmax', [operand], decompose, { attributes: { axes: ends }, rule })[0]!;
}

/** log of softmax, without underflow (jax.nn.log_softmax). */
export function logSoftmax(x: TensorLike, { axis = -1, where: mask }: AxisOptions = {}): Tensor {
  if (mask !== undefined) return where(mask, logSoftmax(masked(floating('logSoftmax', x), mask), { axis }), -Infinity);
  const operand = floating('logSoftmax', x);
  const ends = requireAxes('logSoftmax', axis, operand.rank).map((one) => one - operand.rank);
  const decompose = (t: Tensor): Tensor[] => {
    const low = shifted(t, ends);
    return [sub(low, log(sum(exp(low), { axis: ends, keepdims: true })))];
  };
  const rule: CallRule = {
    kind: 'jvp',
    jvp: (_, [tangent], [y]) => [tangent ? sub(tangent, sum(mul(exp(y!), tangent), { axis: ends, keepdims: true })) : null],
  };
  return composite('logSoftmax', [operand], decompose, { attributes: { axes: ends }, rule })[0]!;
}
