/** Rotations of the plane, elementwise, with the signs of LAPACK. What a branch of `where` does not choose may be NaN. */
import type { Tensor } from '../../tensor/tensor.js';
import { abs, add, div, equal, greater, greaterEqual, less, logicalOr, mul, neg, sqrt, square, sub, where } from '../elementwise.js';

export const hypotenuse = (x: Tensor, y: Tensor | number): Tensor => sqrt(add(square(x), square(y)));

/** The magnitude with a sign: minus where `isNegative`. */
export const withSign = (magnitude: Tensor, isNegative: Tensor): Tensor => where(isNegative, neg(magnitude), magnitude);

export interface Rotation {
  readonly c: Tensor;
  readonly s: Tensor;
  readonly r: Tensor;
}

/** c and s with c f + s g = r and -s f + c g = 0 (LAPACK's dlartg). */
export function rotation(f: Tensor, g: Tensor): Rotation {
  const [noTurn, isQuarter] = [equal(g, 0), equal(f, 0)];
  const length = hypotenuse(f, g);
  const r = withSign(length, less(f, 0));
  return {
    c: where(noTurn, 1, where(isQuarter, 0, div(abs(f), length))),
    s: where(noTurn, 0, where(isQuarter, withSign(where(noTurn, g, div(abs(g), abs(g))), less(g, 0)), div(g, r))),
    r: where(noTurn, f, where(isQuarter, abs(g), r)),
  };
}

export interface PairSolution {
  /** The eigenvalue of larger magnitude. */
  readonly first: Tensor;
  readonly second: Tensor;
  /** The eigenvector of the first. */
  readonly cosine: Tensor;
  readonly sine: Tensor;
}

/** Eigenvalues and eigenvectors of [[a, b], [b, c]] (LAPACK's dlaev2). */
export function solvePair(a: Tensor, b: Tensor, c: Tensor): PairSolution {
  const [total, difference, twice] = [add(a, c), sub(a, c), mul(b, 2)];
  const root = hypotenuse(difference, twice);
  const [isNegative, isBalanced] = [less(total, 0), equal(total, 0)];
  const first = mul(where(isBalanced, root, add(total, withSign(root, isNegative))), 0.5);
  const isLargeFirst = greater(abs(a), abs(c));
  const [large, small] = [where(isLargeFirst, a, c), where(isLargeFirst, c, a)];
  const second = where(isBalanced, mul(root, -0.5), sub(mul(div(large, first), small), mul(div(b, first), b)));
  const leansRight = greaterEqual(difference, 0);
  const along = add(difference, withSign(root, less(difference, 0)));
  const { cosine, sine } = directionOf(along, twice);
  const isTurned = equal(isNegative, leansRight);
  return { first, second, cosine: where(isTurned, cosine, neg(sine)), sine: where(isTurned, sine, cosine) };
}

/** The direction orthogonal to (along, twice), by a quotient of at most 1. */
function directionOf(along: Tensor, twice: Tensor): { readonly cosine: Tensor; readonly sine: Tensor } {
  const unit = (quotient: Tensor): Tensor => div(1, hypotenuse(quotient, 1));
  const isSteep = greater(abs(along), abs(twice));
  const isNothing = equal(twice, 0);
  const quotient = where(isSteep, div(neg(twice), along), where(isNothing, 0, div(neg(along), twice)));
  const long = unit(quotient);
  const short = mul(quotient, long);
  return { cosine: where(isSteep, short, where(logicalOr(isNothing, equal(quotient, 0)), 1, long)), sine: where(isSteep, long, where(isNothing, 0, short)) };
}
