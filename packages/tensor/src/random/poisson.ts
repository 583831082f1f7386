import { isInteger } from '../dtype/dtype.js';
import { DtypeError } from '../errors/errors.js';
import { integerRange } from '../kernels/convert.js';
import { full, zeros } from '../ops/create.js';
import { abs, add, div, equal, floor, greater, greaterEqual, isnan, less, lessEqual, logicalAnd, logicalNot, logicalOr, mul, neg, sqrt, sub, where } from '../ops/elementwise.js';
import { convert } from '../ops/operand.js';
import { any } from '../ops/reduce.js';
import { broadcastTo } from '../ops/shape.js';
import type { Dtype } from '../dtype/dtype.js';
import type { Shape } from '../shape/shape.js';
import { requireDtypeName, requireShape, scalar, type TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireKey, requireNotNegative, sampleShape } from './arguments.js';
import { exactLgamma } from './exact-lgamma.js';
import { exactLog } from './exact-log.js';
import { fusedMultiplyAdd } from './fused-multiply-add.js';
import { split } from './keys.js';
import { search } from './search.js';
import { sliceKey } from './slice-key.js';
import { uniform } from './uniform.js';

export interface PoissonOptions {
  /** An integer dtype, int32 by default. */
  readonly dtype?: Dtype | undefined;
}

/** From this rate on counts are drawn by rejection. */
const rejectionFrom = 10;

/**
 * Counts of the Poisson distribution of rate `lam` (jax.random.poisson), which broadcasts to the shape; computed in float32. A rate that
 * is NaN gives -1.
 * @throws InvalidKeyError, ShapeError; DtypeError if the dtype is not an integer one; ArgumentError if `lam` is a negative number.
 */
export function poisson(key: Tensor, lam: TensorLike, shape?: Shape, { dtype = 'int32' }: PoissonOptions = {}): Tensor {
  requireKey('random.poisson', key);
  requireDtypeName('random.poisson', dtype);
  if (!isInteger(dtype)) throw new DtypeError('random.poisson', [dtype], '`dtype` must be an integer dtype');
  if (shape !== undefined) requireShape('random.poisson', shape);
  requireNotNegative('random.poisson', 'lam', lam);
  const rate = broadcastTo(convert(lam, 'float32'), sampleShape('random.poisson', shape, [lam]));
  const isSmall = logicalOr(isnan(rate), less(rate, rejectionFrom));
  // Both algorithms draw numbers for all places; one that no place needs is left out where that is known.
  const small = (): Tensor => byMultiplication(key, where(isSmall, rate, 0), dtype);
  const large = (): Tensor => byRejection(key, where(isSmall, 1e5, rate), dtype);
  const drawn = isKnown(isSmall, true) ? small() : isKnown(isSmall, false) ? large() : where(isSmall, small(), large());
  return where(equal(rate, 0), scalar(0, dtype), drawn);
}

/** True where all elements of a bool tensor are known to be `value`. */
export const isKnown = (x: Tensor, value: boolean): boolean => !x.isTraced && (x.data() as Uint8Array).every((element) => (element !== 0) === value);

/** As many rounds as the largest number of the dtype, at most. */
const mostRounds = (dtype: Dtype): number => Math.min(Number(integerRange(dtype).high), 2 ** 31 - 1);

/** D. Knuth: how many uniform numbers, multiplied, fall below exp(-rate). */
function byMultiplication(key: Tensor, rate: Tensor, dtype: Dtype): Tensor {
  type State = { readonly round: Tensor; readonly count: Tensor; readonly key: Tensor; readonly logarithm: Tensor };
  const isOpen = (logarithm: Tensor): Tensor => greater(logarithm, neg(rate));
  const next = ({ round, count, key: from, logarithm }: State): State => {
    const keys = split(from);
    const u = uniform(sliceKey(keys, 1), rate.shape);
    return { round: add(round, 1), count: where(isOpen(logarithm), add(count, 1), count), key: sliceKey(keys, 0), logarithm: add(logarithm, exactLog(u)) };
  };
  const start: State = { round: scalar(0, 'int32'), count: zeros(rate.shape, dtype), key, logarithm: zeros(rate.shape) };
  const { count } = search([key, rate], ({ round, logarithm }: State) => logicalAnd(any(isOpen(logarithm)), less(round, mostRounds(dtype))), next, start);
  return sub(count, 1);
}

const fused = (a: Tensor, b: TensorLike, c: TensorLike): Tensor => fusedMultiplyAdd(a, convert(b, 'float32'), convert(c, 'float32'), 'float32');

/**
 * W. Hormann, "The transformed rejection method for generating Poisson random variables" (1993), algorithm PTRS.
 *
 * All places draw until the last one has accepted, and each keeps its last accepted count, so that one decision moves all counts: the
 * roundings are those of XLA.
 */
function byRejection(key: Tensor, rate: Tensor, dtype: Dtype): Tensor {
  type State = { readonly round: Tensor; readonly count: Tensor; readonly isAccepted: Tensor; readonly key: Tensor };
  const { shape } = rate;
  const logRate = exactLog(rate);
  const b = fused(sqrt(rate), 2.53, 0.931);
  const a = fused(b, 0.02483, -0.059);
  const inverseAlpha = add(div(1.1328, sub(b, 3.4)), 1.1239);
  const limit = sub(0.9277, div(3.6224, sub(b, 2)));
  const next = ({ round, count, isAccepted, key: from }: State): State => {
    const keys = split(from, 3);
    const u = sub(uniform(sliceKey(keys, 1), shape), 0.5);
    const v = uniform(sliceKey(keys, 2), shape);
    const height = sub(0.5, abs(u));
    const k = floor(add(fused(add(div(mul(2, a), height), b), u, rate), 0.43));
    const isInside = logicalAnd(greaterEqual(height, 0.07), lessEqual(v, limit));
    const isOutside = logicalOr(less(k, 0), logicalAnd(less(height, 0.013), greater(v, height)));
    const left = exactLog(div(mul(v, inverseAlpha), add(div(a, mul(height, height)), b)));
    const right = sub(fused(k, logRate, neg(rate)), exactLgamma(add(k, 1)));
    const accepts = logicalOr(isInside, logicalAnd(logicalNot(isOutside), lessEqual(left, right)));
    return { round: add(round, 1), count: where(accepts, k, count), isAccepted: logicalOr(isAccepted, accepts), key: sliceKey(keys, 0) };
  };
  const start: State = { round: scalar(0, 'int32'), count: full(shape, -1, 'float32'), isAccepted: full(shape, false, 'bool'), key };
  const { count } = search([key, rate], ({ round, isAccepted }: State) => logicalAnd(any(logicalNot(isAccepted)), less(round, mostRounds(dtype))), next, start);
  return convert(count, dtype);
}
