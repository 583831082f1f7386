import type { Dtype } from '../dtype/dtype.js';
import type { CallRule } from '../primitives/call-rules.js';
import { composite } from './composite.js';
import { dimensionSize, iota } from './create.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { elu, silu, softplus } from './activation.js';
import { abs, add, clip, div, equal, exp, expm1, greater, greaterEqual, integerPow, isnan, less, lessEqual, log, log1p, logicalAnd, maximum, mul, neg, sigmoid, sqrt, square, sub, tanh, where } from './elementwise.js';
import { convert, promoteFloating, promoteNumbers, requireAxes, requireAxis } from './operand.js';
import { dimSizeOf } from '../shape/shape.js';
import { logsumexp, mean, variance, type ReduceOptions } from './reduce.js';
import { expandDims, split } from './shape.js';

const floating = (name: string, x: TensorLike): Tensor => promoteFloating(name, [x])[0]!;

/** The derivative passes strictly between the limits. */
const between: CallRule = { kind: 'jvp', jvp: ([x], [t]) => [t ? where(logicalAnd(greater(x!, 0), less(x!, 6)), t, 0) : null] };

/** relu limited to 6, with derivative 0 at both ends; integers become float32 (jax.nn.relu6). */
export const relu6 = (x: TensorLike): Tensor => composite('relu6', [floating('relu6', x)], (t) => [clip(t, { min: 0, max: 6 })], { rule: between })[0]!;
/** x limited to [-1, 1], with derivative 1 at both ends; integers stay integers (jax.nn.hard_tanh). */
export const hardTanh = (x: TensorLike): Tensor => {
  const [t] = promoteNumbers('hardTanh', [x]) as [Tensor];
  return where(greater(t, 1), 1, where(less(t, -1), -1, t));
};
/** relu6(x + 3) / 6 (jax.nn.hard_sigmoid). */
export const hardSigmoid = (x: TensorLike): Tensor => div(relu6(add(floating('hardSigmoid', x), 3)), 6);
/** x hardSigmoid(x) (jax.nn.hard_silu). */
export const hardSilu = (x: TensorLike): Tensor => {
  const t = floating('hardSilu', x);
  return mul(t, hardSigmoid(t));
};
/** log(sigmoid(x)) (jax.nn.log_sigmoid). */
export const logSigmoid = (x: TensorLike): Tensor => neg(softplus(neg(floating('logSigmoid', x))));
/** x / (1 + |x|) (jax.nn.soft_sign). */
export const softSign = (x: TensorLike): Tensor => {
  const t = floating('softSign', x);
  return div(t, add(abs(t), 1));
};
/** max(x, 0) + alpha min(exp(x / alpha) - 1, 0) (jax.nn.celu). */
export const celu = (x: TensorLike, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor => {
  const t = floating('celu', x);
  return where(greater(t, 0), t, mul(expm1(div(where(greater(t, 0), 0, t), alpha)), alpha));
};
/** The self-normalising elu (jax.nn.selu; Klambauer et al., 2017). */
export const selu = (x: TensorLike): Tensor => mul(elu(x, { alpha: 1.6732632423543772 }), 1.0507009873554805);
/** x tanh(softplus(x)) (jax.nn.mish). */
export const mish = (x: TensorLike): Tensor => {
  const t = floating('mish', x);
  return mul(t, tanh(softplus(t)));
};
/** (x + sqrt(x^2 + b)) / 2 (jax.nn.squareplus). */
export const squareplus = (x: TensorLike, { b = 4 }: { readonly b?: number } = {}): Tensor => {
  const t = floating('squareplus', x);
  return mul(add(t, sqrt(add(square(t), b))), 0.5);
};
/** The first half along the axis, gated by the sigmoid of the second (jax.nn.glu). */
export const glu = (x: TensorLike, { axis = -1 }: { readonly axis?: number } = {}): Tensor => {
  const [value, gate] = split(floating('glu', x), 2, axis);
  return mul(value!, sigmoid(gate!));
};
export { silu as swish };

/** log(cosh(x)), even and without overflow (netket.nn.log_cosh). */
export const logCosh = (x: TensorLike): Tensor => {
  const t = abs(floating('logCosh', x));
  return sub(add(t, log1p(exp(mul(t, -2)))), Math.LN2);
};

const finiteAbove = (x: Tensor): Tensor => where(equal(x, Infinity), 0, x);

/** The derivative shares itself out as exp(x - z) and exp(y - z), infinity counting as 0, as JAX has it. */
const sharedOut: CallRule = {
  kind: 'jvp',
  jvp: ([x, y], [tx, ty], [z]) => {
    const share = (of: Tensor, tangent: Tensor): Tensor => mul(tangent, exp(sub(finiteAbove(of), finiteAbove(z!))));
    const [fromX, fromY] = [tx ? share(x!, tx) : null, ty ? share(y!, ty) : null];
    return [fromX && fromY ? add(fromX, fromY) : (fromX ?? fromY)];
  },
};

/** log(exp(x) + exp(y)) without overflow (jnp.logaddexp). */
export const logaddexp = (x: TensorLike, y: TensorLike): Tensor => {
  const [a, b] = promoteFloating('logaddexp', [x, y]);
  const decompose = (t: Tensor, u: Tensor): Tensor[] => {
    const difference = sub(t, u);
    return [where(isnan(difference), add(t, u), add(maximum(t, u), log1p(exp(neg(abs(difference))))))];
  };
  return composite('logaddexp', [a!, b!], decompose, { rule: sharedOut })[0]!;
};

export const exp2 = (x: TensorLike): Tensor => exp(mul(floating('exp2', x), Math.LN2));
export const log2 = (x: TensorLike): Tensor => div(log(floating('log2', x)), Math.LN2);
export const log10 = (x: TensorLike): Tensor => div(log(floating('log10', x)), Math.LN10);

export interface StandardizeOptions {
  readonly axis?: number | readonly number[];
  readonly epsilon?: number;
}

/** (x - mean) / sqrt(variance + epsilon) (jax.nn.standardize). */
export const standardize = (x: TensorLike, { axis = -1, epsilon = 1e-5 }: StandardizeOptions = {}): Tensor => {
  const t = floating('standardize', x);
  const options = { axis, keepdims: true };
  return div(sub(t, mean(t, options)), sqrt(add(variance(t, options), epsilon)));
};

export interface OneHotOptions {
  readonly dtype?: Dtype;
  readonly axis?: number;
}

/** 1 at the index and 0 elsewhere along a new axis; an index out of range gives zeros (jax.nn.one_hot). */
export const oneHot = (indices: Tensor, numClasses: number, { dtype = 'float32', axis = -1 }: OneHotOptions = {}): Tensor => {
  const at = requireAxis('oneHot', axis, indices.rank + 1);
  const classes = iota(indices.dtype, Array.from({ length: indices.rank + 1 }, (_, i) => (i === at ? numClasses : 1)), at);
  return convert(equal(expandDims(indices, at), classes), dtype);
};

/** 0 up to -1, x from 1 on, (x + 1)^2 / 4 between (jax.nn.sparse_plus). */
export const sparsePlus = (x: TensorLike): Tensor => {
  const t = floating('sparsePlus', x);
  return where(lessEqual(t, -1), 0, where(greaterEqual(t, 1), t, div(integerPow(add(t, 1), 2), 4)));
};
/** (x + 1) / 2 limited to [0, 1] (jax.nn.sparse_sigmoid). */
export const sparseSigmoid = (x: TensorLike): Tensor => mul(clip(add(floating('sparseSigmoid', x), 1), { min: 0, max: 2 }), 0.5);
/** log(mean(exp(x))) without overflow (jax.nn.logmeanexp). */
export const logmeanexp = (x: TensorLike, options: ReduceOptions = {}): Tensor => {
  const t = floating('logmeanexp', x);
  const axes = requireAxes('logmeanexp', options.axis, t.rank);
  return sub(logsumexp(t, options), log(dimensionSize(dimSizeOf(axes.map((axis) => t.shape[axis]!)), t.dtype)));
};
