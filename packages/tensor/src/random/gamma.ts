import type { Dtype } from '../dtype/dtype.js';
import { whileLoop } from '../control/while-loop.js';
import { composite } from '../ops/composite.js';
import { add, div, equal, exp, greaterEqual, lessEqual, log, logicalAnd, logicalOr, maximum, mul, neg, pow, sqrt, square, sub, where } from '../ops/elementwise.js';
import { convert } from '../ops/operand.js';
import { broadcastTo, reshape } from '../ops/shape.js';
import type { CallRule } from '../primitives/call-rules.js';
import { dimSizeOf, sizeOf, type Shape } from '../shape/shape.js';
import { scalar, type TensorLike } from '../tensor/create.js';
import { concrete, type Tensor } from '../tensor/tensor.js';
import { vmap } from '../transforms/vmap.js';
import { isDrawable, requireNotNegative, samplerArguments, type SampleOptions } from './arguments.js';
import { exponential } from './continuous.js';
import { drawGamma, type GammaKind } from './draw-gamma.js';
import { tiny, type FloatDtype } from './float-format.js';
import { gammaSampleDerivative } from './gamma-derivative.js';
import { split } from './keys.js';
import { normal } from './normal.js';
import { sliceKey } from './slice-key.js';
import { uniform } from './uniform.js';

/**
 * Samples of the gamma distribution of shape `a` and scale 1 (jax.random.gamma), which broadcasts to the sample's shape. Differentiable
 * in `a` (implicit reparameterisation).
 * Source: G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables" (2000); as in JAX each element has a key of its own.
 * @throws InvalidKeyError, DtypeError, ShapeError; ArgumentError if `a` is a negative number.
 */
export const gamma = (key: Tensor, a: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor => sampleGamma('gamma', key, a, shape, dtype);

/** Logarithms of gamma samples (jax.random.loggamma), accurate where a small `a` makes the samples vanish. Throws as `gamma`. */
export const loggamma = (key: Tensor, a: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor => sampleGamma('loggamma', key, a, shape, dtype);

function sampleGamma(kind: GammaKind, key: Tensor, a: TensorLike, shape: Shape | undefined, dtype: Dtype): Tensor {
  const { shape: whole, float } = samplerArguments(kind, key, shape, [a], dtype);
  requireNotNegative(`random.${kind}`, 'a', a);
  const concentration = broadcastTo(convert(a, float), whole);
  return composite(`random:${kind}`, [key, concentration], (from, each) => [drawEach(kind, from, each, float)], { rule: derivative(kind, float) })[0]!;
}

function drawEach(kind: GammaKind, key: Tensor, concentration: Tensor, dtype: FloatDtype): Tensor {
  if ((dtype === 'float32' || dtype === 'float64') && isDrawable(key, concentration.shape) && !concentration.isTraced) {
    const keys = split(key, sizeOf(concentration.shape)).data() as Uint32Array;
    return concrete(drawGamma(kind, dtype, keys, concentration.data() as Float32Array | Float64Array), concentration.shape, dtype);
  }
  return composeEach(kind, key, concentration, dtype);
}

/** `drawEach` as a composition of primitives: a loop for one element, mapped over all. */
export function composeEach(kind: GammaKind, key: Tensor, concentration: Tensor, dtype: FloatDtype): Tensor {
  const count = dimSizeOf(concentration.shape);
  const one = (own: Tensor, a: Tensor): Tensor => drawOne(kind, own, a, dtype);
  return reshape(vmap(one)(split(key, [count]), reshape(concentration, [count])), concentration.shape);
}

/** A point of the proposal: v = (1 + c x)^3 with x normal. */
type Proposal = { readonly key: Tensor; readonly x: Tensor; readonly v: Tensor };
type Candidate = { readonly key: Tensor; readonly xSquared: Tensor; readonly v: Tensor; readonly u: Tensor };

/** A sample of one element. Below 1, a gamma variable is one of a + 1 times u^(1 / a). */
function drawOne(kind: GammaKind, key: Tensor, a: Tensor, dtype: FloatDtype): Tensor {
  const number = (value: number): Tensor => scalar(value, dtype);
  const isLarge = greaterEqual(a, 1);
  const d = sub(where(isLarge, a, add(a, 1)), number(1 / 3));
  const keys = split(key);
  // Where the search starts is a candidate that is never accepted.
  const start = { key: sliceKey(keys, 0), xSquared: number(0), v: number(1), u: number(2) };
  const { v } = whileLoop((candidate: Candidate) => isRejected(candidate, d), (candidate: Candidate) => propose(candidate.key, d, dtype), start as Candidate);
  return kind === 'gamma' ? boosted(mul(d, v), sliceKey(keys, 1), a, isLarge, dtype) : boostedLogarithm(add(log(d), log(v)), sliceKey(keys, 1), a, isLarge, dtype);
}

/** First the squeeze, which spares most candidates the logarithms (where branches are real); then the exact test. */
function isRejected({ xSquared, v, u }: Candidate, d: Tensor): Tensor {
  const squeeze = sub(1, mul(mul(xSquared, xSquared), 0.0331));
  const bound = add(mul(xSquared, 0.5), mul(d, add(sub(1, v), log(v))));
  return logicalAnd(greaterEqual(u, squeeze), greaterEqual(log(u), bound));
}

function propose(key: Tensor, d: Tensor, dtype: FloatDtype): Candidate {
  const number = (value: number): Tensor => scalar(value, dtype);
  const c = div(number(1 / 3), sqrt(d));
  const keys = split(key, 3);
  const next = ({ key: from }: Proposal): Proposal => {
    const pair = split(from);
    const x = normal(sliceKey(pair, 1), [], { dtype });
    return { key: sliceKey(pair, 0), x, v: add(1, mul(x, c)) };
  };
  const { x, v } = whileLoop((proposal: Proposal) => lessEqual(proposal.v, 0), next, { key: sliceKey(keys, 1), x: number(0), v: number(-1) } as Proposal);
  return { key: sliceKey(keys, 0), xSquared: square(x), v: mul(square(v), v), u: uniform(sliceKey(keys, 2), [], { dtype }) };
}

function boosted(sample: Tensor, key: Tensor, a: Tensor, isLarge: Tensor, dtype: FloatDtype): Tensor {
  const u = sub(1, uniform(key, [], { dtype }));
  return mul(sample, where(isLarge, 1, pow(u, div(1, a))));
}

function boostedLogarithm(sample: Tensor, key: Tensor, a: Tensor, isLarge: Tensor, dtype: FloatDtype): Tensor {
  const logarithm = neg(exponential(key, [], { dtype }));
  const boost = where(logicalOr(isLarge, equal(logarithm, 0)), 0, mul(logarithm, div(1, a)));
  return add(sample, boost);
}

const derivative = (kind: GammaKind, dtype: FloatDtype): CallRule => ({
  kind: 'jvp',
  jvp: ([, a], [, tangent], [sample]) => {
    if (!tangent) return [null];
    if (kind === 'gamma') return [mul(tangent, gammaSampleDerivative(a!, sample!))];
    // d log x = dx / x; where exp underflows, the least normal number stands for it.
    const x = maximum(exp(sample!), scalar(tiny(dtype), dtype));
    return [mul(tangent, div(gammaSampleDerivative(a!, x), x))];
  },
});
