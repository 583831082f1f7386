import { scan } from '../control/scan.js';
import { toFloating } from '../dtype/promotion.js';
import { ShapeError } from '../errors/errors.js';
import { full, zeros } from '../ops/create.js';
import { abs, add, ceil, clip, div, equal, floor, greater, isinf, isnan, less, lessEqual, logicalAnd, logicalNot, logicalOr, mul, neg, sqrt, sub, where } from '../ops/elementwise.js';
import { take } from '../ops/indexing.js';
import { convert, promoteFloating } from '../ops/operand.js';
import { any, cumsum } from '../ops/reduce.js';
import { broadcastTo, moveaxis, stack } from '../ops/shape.js';
import { formatShape, type Shape } from '../shape/shape.js';
import { scalar, tensor, type TensorLike } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { broadcastParameter, requireKey, requireNotNegative, samplerArguments, type SampleOptions } from './arguments.js';
import { exactLog, exactLog1p } from './exact-log.js';
import { requireFloatDtype, tiny, type FloatDtype } from './float-format.js';
import { split } from './keys.js';
import { isKnown } from './poisson.js';
import { search } from './search.js';
import { sliceKey } from './slice-key.js';
import { uniform } from './uniform.js';

/**
 * Counts of successes in n trials of probability p (jax.random.binomial), of a floating dtype; n and p broadcast to the shape. NaN where n is
 * negative or p is not a probability from 0 on. Computed in the dtype of `p` (of the samples where it is a number).
 * @throws InvalidKeyError, DtypeError, ShapeError; ArgumentError if a parameter is a negative number.
 */
export function binomial(key: Tensor, n: TensorLike, p: TensorLike, shape?: Shape, { dtype = 'float32' }: SampleOptions = {}): Tensor {
  const { shape: whole, float } = samplerArguments('binomial', key, shape, [n, p], dtype);
  requireNotNegative('random.binomial', 'n', n);
  requireNotNegative('random.binomial', 'p', p);
  const own = p instanceof Tensor ? requireFloatDtype('random.binomial', toFloating(p.dtype)) : float === 'float64' ? 'float64' : 'float32';
  return drawBinomial(key, broadcastTo(convert(n, own), whole), broadcastTo(convert(p, own), whole), own, float);
}

/** Up to this expected count of the rarer outcome counts are drawn by inversion. */
const inversionUpTo = 10;

function drawBinomial(key: Tensor, trials: Tensor, p: Tensor, own: FloatDtype, dtype: FloatDtype): Tensor {
  const isRare = less(p, 0.5);
  const rarer = where(isRare, p, sub(1, p));
  const isNoCount = logicalOr(isnan(trials), less(trials, 0));
  const isInvalid = logicalOr(isNoCount, logicalOr(isnan(rarer), less(rarer, 0)));
  const q = where(logicalOr(isnan(rarer), less(rarer, 0)), 0.01, rarer);
  const isSmall = logicalOr(isNoCount, lessEqual(mul(trials, q), inversionUpTo));
  const count = floor(trials);
  // Both algorithms draw numbers for all places; one that no place needs is left out where that is known.
  const small = (): Tensor => convert(byInversion(key, where(isSmall, count, 0), q, own), dtype);
  const large = (): Tensor => convert(byRejection(key, where(isSmall, 1e4, count), where(isSmall, 0.5, q)), dtype);
  const drawn = isKnown(isSmall, true) ? small() : isKnown(isSmall, false) ? large() : where(isSmall, small(), large());
  const isInfinite = isinf(trials);
  const valid = where(isInvalid, scalar(NaN, dtype), where(isInfinite, scalar(Infinity, dtype), drawn));
  const isAsDrawn = logicalOr(logicalOr(isRare, isNoCount), logicalOr(isnan(rarer), isInfinite));
  return where(isAsDrawn, valid, sub(convert(count, dtype), valid));
}

/** How many geometric numbers add up to the trials: the gaps between successes. */
function byInversion(key: Tensor, trials: Tensor, q: Tensor, dtype: FloatDtype): Tensor {
  type State = { readonly count: Tensor; readonly sum: Tensor; readonly key: Tensor };
  // Where nothing ever succeeds the first gap is endless; a logarithm of 0 would leave that to its sign.
  const logFailure = where(equal(q, 0), -tiny(dtype), exactLog1p(neg(q)));
  const next = ({ count, sum, key: from }: State): State => {
    const keys = split(from);
    const u = uniform(sliceKey(keys, 0), q.shape, { dtype });
    const gap = ceil(div(exactLog(u), logFailure));
    return { count: where(lessEqual(sum, trials), add(count, 1), count), sum: add(sum, gap), key: sliceKey(keys, 1) };
  };
  const start: State = { count: zeros(q.shape, dtype), sum: zeros(q.shape, dtype), key };
  return sub(search([key, trials, q], ({ sum }: State) => any(lessEqual(sum, trials)), next, start).count, 1);
}

/** log k! less Stirling's approximation, for k from 0 to 9. */
const stirlingTails = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211, 0.0138761288230707, 0.0118967099458917,
  0.010411265261972, 0.00925546218271273, 0.00833056343336287,
];

function stirlingTail(k: Tensor): Tensor {
  const table = tensor(stirlingTails, { dtype: k.dtype });
  const small = clip(k, { min: 0, max: 9 });
  const square = mul(add(small, 1), add(small, 1));
  const series = div(sub(1 / 12, div(sub(1 / 360, div(1 / 1260, square)), square)), add(small, 1));
  return where(lessEqual(k, 9), take(table, convert(floor(small), 'int32'), { mode: 'clip' }), series);
}

/** W. Hormann, "The generation of binomial random variates" (1993), algorithm BTRS. */
function byRejection(key: Tensor, trials: Tensor, q: Tensor): Tensor {
  type State = { readonly count: Tensor; readonly isAccepted: Tensor; readonly key: Tensor };
  const { shape, dtype } = q;
  const deviation = sqrt(mul(mul(trials, q), sub(1, q)));
  const b = add(mul(deviation, 2.53), 1.15);
  const a = add(add(mul(b, 0.0248), -0.0873), mul(q, 0.01));
  const c = add(mul(trials, q), 0.5);
  const limit = sub(0.92, div(4.2, b));
  const odds = div(q, sub(1, q));
  const alpha = mul(add(div(5.1, b), 2.83), deviation);
  const mode = floor(mul(add(trials, 1), q));
  const failures = (k: Tensor): Tensor => add(sub(trials, k), 1);
  const bound = (k: Tensor): Tensor => {
    const atMode = mul(add(mode, 0.5), exactLog(div(add(mode, 1), mul(odds, failures(mode)))));
    const between = mul(add(trials, 1), exactLog(div(failures(mode), failures(k))));
    const atCount = mul(add(k, 0.5), exactLog(div(mul(odds, failures(k)), add(k, 1))));
    const tails = sub(sub(add(stirlingTail(mode), stirlingTail(sub(trials, mode))), stirlingTail(k)), stirlingTail(sub(trials, k)));
    return add(add(add(atMode, between), atCount), tails);
  };
  const next = ({ count, isAccepted, key: from }: State): State => {
    const keys = split(from, 3);
    const u = sub(uniform(sliceKey(keys, 1), shape, { dtype }), 0.5);
    const v = uniform(sliceKey(keys, 2), shape, { dtype });
    const height = sub(0.5, abs(u));
    const k = floor(add(mul(add(div(mul(2, a), height), b), u), c));
    const isInside = logicalAnd(logicalNot(less(height, 0.07)), lessEqual(v, limit));
    const isOutside = logicalOr(less(k, 0), greater(k, trials));
    const left = exactLog(div(mul(v, alpha), add(div(a, mul(height, height)), b)));
    const accepts = logicalOr(isInside, logicalAnd(logicalNot(isOutside), lessEqual(left, bound(k))));
    return { count: where(accepts, k, count), isAccepted: logicalOr(isAccepted, accepts), key: sliceKey(keys, 0) };
  };
  const start: State = { count: full(shape, -1, dtype), isAccepted: full(shape, false, 'bool'), key };
  return search([key, trials, q], ({ isAccepted }: State) => any(logicalNot(isAccepted)), next, start).count;
}

export interface MultinomialOptions extends SampleOptions {
  /** The shape of the samples, outcomes last; that of `p` by default. */
  readonly shape?: Shape | undefined;
}

/**
 * Counts (..., k) of the outcomes of n trials with probabilities p (..., k) (jax.random.multinomial); n broadcasts to the shape without its
 * last axis. Outcome by outcome, each a binomial number of the trials that are left.
 * @throws InvalidKeyError, DtypeError, ShapeError; ArgumentError if n is a negative number.
 */
export function multinomial(key: Tensor, n: TensorLike, p: Tensor, { shape, dtype = 'float32' }: MultinomialOptions = {}): Tensor {
  requireKey('random.multinomial', key);
  const float = requireFloatDtype('random.multinomial', dtype);
  requireNotNegative('random.multinomial', 'n', n);
  if (!(p instanceof Tensor) || p.rank === 0) throw new ShapeError('random.multinomial', [p instanceof Tensor ? formatShape(p.shape) : typeof p], '`p` needs an axis of outcomes, for instance `tensor([0.2, 0.3, 0.5])`');
  const [trials, weights] = promoteFloating('random.multinomial', [n, p]) as [Tensor, Tensor];
  const computed = requireFloatDtype('random.multinomial', weights.dtype);
  const whole = shape ?? p.shape;
  const probabilities = moveaxis(broadcastParameter('multinomial', 'p', weights, whole), -1, 0);
  const left = cumsum(probabilities, { axis: 0, reverse: true });
  const ratios = clip(div(probabilities, where(equal(left, 0), 1, left)), { min: 0, max: 1 });
  const step = (rest: Tensor, { ratio, own }: { ratio: Tensor; own: Tensor }): [Tensor, Tensor] => {
    const count = drawBinomial(own, rest, ratio, computed, computed);
    return [sub(rest, count), count];
  };
  const start = broadcastParameter('multinomial', 'n', trials, whole.slice(0, -1));
  const keys = split(key, [ratios.shape[0]!]);
  const counts = [key, ratios, start].some((x) => x.isTraced) ? scan(step, start, { ratio: ratios, own: keys })[1] : countsOfKnown(step, start, ratios, keys);
  return convert(moveaxis(counts, 0, -1), float);
}

/** The steps of the scan at once, with the fast kernels of known keys. */
function countsOfKnown(step: (rest: Tensor, x: { ratio: Tensor; own: Tensor }) => [Tensor, Tensor], start: Tensor, ratios: Tensor, keys: Tensor): Tensor {
  const counts: Tensor[] = [];
  let rest = start;
  [...ratios].forEach((ratio, i) => {
    const [left, count] = step(rest, { ratio, own: sliceKey(keys, i) });
    rest = left;
    counts.push(count);
  });
  return stack(counts);
}
