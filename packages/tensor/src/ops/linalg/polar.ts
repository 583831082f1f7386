import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { mul } from '../elementwise.js';
import { expandDims } from '../shape.js';
import { inFloat, requireMatrices, transposed } from './matrices.js';
import { decompose } from './svd.js';

/**
 * The orthogonal and the positive semidefinite factor of matrices x (..., m, n): `[u, p]` with x = u p, p (..., n, n), or with `side: 'left'` x = p u, p (..., m, m)
 * (jax.scipy.linalg.polar), by singular values. Differentiable where those differ and none is zero.
 * @throws ShapeError, ArgumentError
 */
export function polar(x: TensorLike, { side = 'right' }: { readonly side?: 'right' | 'left' } = {}): [unitary: Tensor, positive: Tensor] {
  if (side !== 'right' && side !== 'left') throw new ArgumentError('polar', 'side', `must be 'right' or 'left', found ${JSON.stringify(side)}`);
  const [unitary, positive] = inFloat('polar', [x], (matrix) => {
    requireMatrices('polar', matrix!);
    const [u, s, vh] = decompose(matrix!, { full: false });
    const scaled = expandDims(s, -2);
    return [matmul(u, vh), side === 'right' ? matmul(mul(transposed(vh), scaled), vh) : matmul(mul(u, scaled), transposed(u))];
  });
  return [unitary!, positive!];
}
