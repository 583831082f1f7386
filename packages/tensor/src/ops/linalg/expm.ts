import { foriLoop } from '../../control/while-loop.js';
import { bindOne } from '../../program/bind.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { eye } from '../create.js';
import { abs, add, ceil, div, greater, less, log, maximum, mul, neg, pow, where } from '../elementwise.js';
import { max, sum } from '../reduce.js';
import { inFloat, requireSquare } from './matrices.js';
import { factorSquare, solveFactored } from './solve.js';

export interface ExpmOptions {
  /** A matrix that would need more squarings gives NaN. */
  readonly maxSquarings?: number;
}

/** The coefficients of Padé's approximation of the exponential, and the 1-norm up to which it is exact to the dtype. */
interface Approximation {
  readonly coefficients: readonly number[];
  readonly radius: number;
}

const approximations: { readonly float32: Approximation; readonly float64: Approximation } = {
  float32: { coefficients: [17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1], radius: 3.925724783138660 },
  float64: {
    coefficients: [64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1],
    radius: 5.371920351148152,
  },
};

/**
 * The exponentials of matrices (..., n, n) (jax.scipy.linalg.expm), by Padé's approximation of the matrix over 2^k and k squarings (N. Higham,
 * "The scaling and squaring method for the matrix exponential revisited", 2005); NaN where k is above `maxSquarings`. Differentiable in
 * both modes.
 * @throws ShapeError if x is not square.
 */
export function expm(x: TensorLike, { maxSquarings = 16 }: ExpmOptions = {}): Tensor {
  return inFloat('expm', [x], (matrix) => {
    const size = requireSquare('expm', matrix!);
    if (size === 0) return [matrix!];
    const { coefficients, radius } = matrix!.dtype === 'float64' ? approximations.float64 : approximations.float32;
    const norm = max(sum(abs(bindOne('stopGradient', [matrix!], {})), { axis: -2, keepdims: true }), { axis: -1, keepdims: true });
    const squarings = ceil(maximum(div(log(div(norm, radius)), Math.LN2), 0));
    const small = approximate(div(matrix!, pow(2, squarings)), coefficients, size);
    const step = (i: Tensor, power: Tensor): Tensor => where(less(i, squarings), matmul(power, power), power);
    return [where(greater(squarings, maxSquarings), NaN, foriLoop(0, maxSquarings, step, small))];
  })[0]!;
}

/** (V - U)^-1 (V + U), U the odd and V the even part of the polynomial. */
function approximate(x: Tensor, coefficients: readonly number[], size: number): Tensor {
  const squared = matmul(x, x);
  const identity = eye(size, size, 0, x.dtype);
  const inSquares = (from: number): Tensor => {
    const own = coefficients.filter((_, i) => i % 2 === from);
    return own.reduceRight<Tensor | undefined>((rest, c) => add(rest ? matmul(squared, rest) : 0, mul(identity, c)), undefined)!;
  };
  const odd = matmul(x, inSquares(1));
  const even = inSquares(0);
  return solveFactored(factorSquare(add(even, neg(odd))), add(even, odd));
}
