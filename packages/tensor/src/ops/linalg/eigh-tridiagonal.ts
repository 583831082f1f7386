import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { diag } from '../triangle.js';
import { add } from '../elementwise.js';
import { promoteFloating } from '../operand.js';
import { sliceAxis } from '../shape.js';
import { eigh } from './eigh.js';

export interface EighTridiagonalOptions {
  /** True gives the eigenvalues alone. */
  readonly eigvalsOnly?: boolean;
  /** The first and the last of those that are wanted, counted from the smallest; all by default. */
  readonly selectRange?: readonly [first: number, last: number];
}

/**
 * The eigenvalues (k), ascending, and eigenvectors (n, k), columns, of the symmetric matrix with `diagonal` (n) and `offDiagonal` (n - 1) beside it
 * (jax.scipy.linalg.eigh_tridiagonal), as `eigh` finds them. Differentiable in both modes where the eigenvalues differ.
 * @throws ShapeError, ArgumentError
 */
export function eighTridiagonal(diagonal: TensorLike, offDiagonal: TensorLike, options?: EighTridiagonalOptions & { readonly eigvalsOnly?: false }): [Tensor, Tensor];
export function eighTridiagonal(diagonal: TensorLike, offDiagonal: TensorLike, options: EighTridiagonalOptions & { readonly eigvalsOnly: true }): Tensor;
export function eighTridiagonal(diagonal: TensorLike, offDiagonal: TensorLike, { eigvalsOnly = false, selectRange }: EighTridiagonalOptions = {}): [Tensor, Tensor] | Tensor {
  const [d, e] = promoteFloating('eighTridiagonal', [diagonal, offDiagonal]) as [Tensor, Tensor];
  const [size, beside] = [d.shape[0], e.shape[0]];
  if (d.rank !== 1 || e.rank !== 1 || typeof size !== 'number' || beside !== size - 1) throw new ShapeError('eighTridiagonal', [formatShape(d.shape), formatShape(e.shape)], 'needs vectors (n,) and (n - 1,) of known size');
  const [first, last] = selectRange ?? [0, size - 1];
  if (selectRange && !(Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last < size)) throw new ArgumentError('eighTridiagonal', 'selectRange', `must be two places from 0 to ${size - 1}, ascending, found ${first} and ${last}`);
  const matrix = size === 1 ? diag(d) : add(add(diag(d), diag(e, 1)), diag(e, -1));
  const [values, vectors] = eigh(matrix).map((found) => sliceAxis(found, -1, first, last + 1)) as [Tensor, Tensor];
  return eigvalsOnly ? values : [values, vectors];
}
