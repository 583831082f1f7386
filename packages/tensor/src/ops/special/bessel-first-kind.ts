import { scan } from '../../control/scan.js';
import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { composite } from '../composite.js';
import { iota, zerosLike } from '../create.js';
import { abs, add, div, equal, isnan, less, logicalAnd, mul, neg, square, sub, where } from '../elementwise.js';
import { mod } from '../division.js';
import { convert, promoteFloating } from '../operand.js';
import { concatenate, expandDims, sliceAxis, stack } from '../shape.js';

export interface BesselOptions {
  /** The highest order. */
  readonly v: number;
  /** Steps of the recurrence: more for larger arguments, about 25 above the largest one. */
  readonly nIter?: number;
}

const seriesTerms = 14;

/** The orders 0, ..., v for |z| < 1, by the power series. */
function series(z: Tensor, v: number): Tensor {
  const half = div(z, 2);
  const squared = neg(square(half));
  let power: Tensor | undefined;
  return stack(Array.from({ length: v + 1 }, (_, n) => {
    power = power ? div(mul(power, half), n) : add(zerosLike(z), 1);
    let sum: Tensor = add(zerosLike(z), 1);
    for (let k = seriesTerms; k > 0; k--) sum = add(div(mul(squared, sum), k * (k + n)), 1);
    return mul(power, sum);
  }));
}

/** The orders 0, ..., v for |z| >= 1, by the recurrence downwards (S. Zhang, J. Jin, Computation of Special Functions, 1996). */
function recurrence(z: Tensor, v: number, steps: number): Tensor {
  const start = { before: zerosLike(z), last: add(zerosLike(z), 1e-250), sum: zerosLike(z) };
  const [{ sum }, found] = scan(({ before, last, sum: total }: typeof start, k: Tensor) => {
    const next = sub(div(mul(mul(add(k, 1), 2), last), z), before);
    return [{ before: last, last: next, sum: where(equal(mod(k, 2), 0), add(total, mul(next, 2)), total) }, next] as const;
  }, start, iota('float64', [steps + 1]), { reverse: true });
  // J_0 + 2 J_2 + 2 J_4 + ... = 1.
  const scale = sub(sum, sliceAxis(found, 0, 0, 1));
  return div(sliceAxis(found, 0, 0, v + 1), scale);
}

function orders(z: Tensor, v: number, steps: number): Tensor {
  const wide = convert(z, 'float64');
  const isNear = less(abs(wide), 1);
  const isFinite = less(abs(wide), Infinity);
  const far = recurrence(where(logicalAnd(isFinite, less(abs(wide), 1)), 1, where(isFinite, wide, 1)), v, steps);
  const value = where(isNear, series(where(isNear, wide, 0), v), far);
  return convert(where(isnan(wide), NaN, where(isFinite, value, NaN)), z.dtype);
}

/**
 * The Bessel functions of the first kind of the orders 0, ..., v: (v + 1, ...) for z (...) (jax.scipy.special.bessel_jn). Differentiable in both modes; NaN where z is not
 * finite.
 * @throws ArgumentError where v is no whole number from 0 to `nIter`
 */
export function besselJn(z: TensorLike, { v, nIter = 50 }: BesselOptions): Tensor {
  if (!Number.isInteger(v) || v < 0 || v > nIter) throw new ArgumentError('besselJn', 'v', `must be a whole number from 0 to \`nIter\`, ${nIter}, found ${v}`);
  const operands = promoteFloating('besselJn', [z]);
  return composite('besselJn', operands, (x) => [orders(x!, v, nIter)], {
    attributes: { v, nIter },
    rule: {
      kind: 'jvp',
      // 2 J_n' = J_(n - 1) - J_(n + 1), and J_-1 = -J_1.
      jvp: ([x], [tangent]) => {
        if (!tangent) return [null];
        const more = besselJn(x!, { v: v + 1, nIter: Math.max(nIter, v + 1) });
        const below = concatenate([neg(sliceAxis(more, 0, 1, 2)), sliceAxis(more, 0, 0, v)], 0);
        return [mul(expandDims(tangent, 0), mul(sub(below, sliceAxis(more, 0, 1, v + 2)), 0.5))];
      },
    },
  })[0]!;
}
