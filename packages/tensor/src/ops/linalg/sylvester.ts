import { ShapeError } from '../../errors/errors.js';
import { formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { eye } from '../create.js';
import { add, mul } from '../elementwise.js';
import { broadcastTo, expandDims, reshape } from '../shape.js';
import { alignLeading, commonLeading, inFloat, leadingOf, requireMatrices, requireSquare, transposed } from './matrices.js';
import { factorSquare, solveFactored } from './solve.js';

/**
 * x (..., m, n) with a x + x b = c for matrices a (..., m, m), b (..., n, n) and c (..., m, n) (jax.scipy.linalg.solve_sylvester). Solved as m n equations at once, so meant for
 * small matrices; infinite or NaN where an eigenvalue of a is the opposite of one of b. Differentiable in both modes.
 * @throws ShapeError
 */
export function solveSylvester(a: TensorLike, b: TensorLike, c: TensorLike): Tensor {
  return inFloat('solveSylvester', [a, b, c], (...given) => {
    const [m, n] = [requireSquare('solveSylvester', given[0]!), requireSquare('solveSylvester', given[1]!)];
    const { rows, columns } = requireMatrices('solveSylvester', given[2]!);
    if (rows !== m || columns !== n) throw new ShapeError('solveSylvester', given.map(({ shape }) => formatShape(shape)), 'needs a (..., m, m), b (..., n, n) and c (..., m, n)');
    const [left, right, wanted] = alignLeading('solveSylvester', given) as [Tensor, Tensor, Tensor];
    const leading = commonLeading([left, right, wanted]);
    const { dtype } = wanted;
    // Of the elements of x row by row: a times the identity plus the identity times transpose(b), in blocks.
    const blocks = (outer: Tensor, inner: Tensor): Tensor => mul(expandDims(outer, [-3, -1]), expandDims(inner, [-4, -2]));
    const byA = blocks(left, eye(n, n, 0, dtype));
    const byB = blocks(eye(m, m, 0, dtype), transposed(right));
    const sum = add(broadcastTo(byA, [...leading, m, n, m, n]), byB);
    const matrix = reshape(sum, [...leading, m * n, m * n]);
    const column = reshape(wanted, [...leadingOf(wanted), m * n, 1]);
    return [reshape(solveFactored(factorSquare(matrix), column), [...leading, m, n])];
  })[0]!;
}
