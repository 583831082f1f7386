/** Places of a matrix like a given one, as `trilIndices` and its like give them by size. */
import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import { formatShape } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { ones } from '../create.js';
import { nonzero, type SizeOptions } from '../sort/nonzero.js';
import { diagIndices, trilIndices, triuIndices } from './make.js';

function sizesOf(operation: string, { shape }: Tensor): readonly [number, number] {
  const [rows, columns] = shape;
  if (shape.length !== 2 || !isStatic(rows!) || !isStatic(columns!)) throw new ShapeError(operation, [formatShape(shape)], 'needs a matrix of known size');
  return [rows, columns];
}

/** The places of a matrix on and below diagonal `k`, as two int32 vectors (jnp.tril_indices_from). @throws ShapeError */
export function trilIndicesFrom(x: Tensor, k = 0): [rows: Tensor, columns: Tensor] {
  const [rows, columns] = sizesOf('trilIndicesFrom', x);
  return trilIndices(rows, k, columns);
}

/** The places of a matrix on and above diagonal `k`, as two int32 vectors (jnp.triu_indices_from). @throws ShapeError */
export function triuIndicesFrom(x: Tensor, k = 0): [rows: Tensor, columns: Tensor] {
  const [rows, columns] = sizesOf('triuIndicesFrom', x);
  return triuIndices(rows, k, columns);
}

/** The places on the main diagonal of a tensor whose axes, two or more, have one size (jnp.diag_indices_from). @throws ShapeError */
export function diagIndicesFrom(x: Tensor): Tensor[] {
  const [size] = x.shape;
  if (x.rank < 2 || !isStatic(size!) || x.shape.some((dim) => dim !== size)) throw new ShapeError('diagIndicesFrom', [formatShape(x.shape)], 'needs two axes or more, all of one known size');
  return diagIndices(size, x.rank);
}

/**
 * The places of an n by n matrix that a mask such as `triu` or `tril` leaves, as two int32 vectors (jnp.mask_indices): where `mask(ones, k)` is
 * not zero.
 * @throws ArgumentError; ConcretizationError where the mask is traced and `size` is not given.
 */
export function maskIndices(n: number, mask: (x: Tensor, k: number) => Tensor, k = 0, { size }: Pick<SizeOptions, 'size'> = {}): [rows: Tensor, columns: Tensor] {
  if (!Number.isInteger(n) || n < 0) throw new ArgumentError('maskIndices', 'n', `must be a whole number, not negative, found ${n}`);
  return nonzero(mask(ones([n, n]), k), size === undefined ? {} : { size }) as [Tensor, Tensor];
}
