import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { expandDims, squeeze } from '../shape.js';
import { inFloat, requireMatrices } from './matrices.js';
import { orthogonalize } from './qr.js';

/**
 * The product of the Q of matrices x (..., m, n) with others, and R: `[c Q, R]`, c (..., l, m), or with `mode: 'left'` `[Q c, R]`, c (..., k, l) (jax.scipy.linalg.qr_multiply);
 * Q is (..., m, k), k = min(m, n). A vector c is a row or a column. Differentiable where `qr` is.
 * @throws ShapeError, ArgumentError
 */
export function qrMultiply(x: TensorLike, c: TensorLike, { mode = 'right' }: { readonly mode?: 'right' | 'left' } = {}): [product: Tensor, r: Tensor] {
  if (mode !== 'right' && mode !== 'left') throw new ArgumentError('qrMultiply', 'mode', `must be 'right' or 'left', found ${JSON.stringify(mode)}`);
  const [product, r] = inFloat('qrMultiply', [x, c], (matrix, factor) => {
    const { rows, columns } = requireMatrices('qrMultiply', matrix!);
    const axis = mode === 'right' ? -2 : -1;
    const other = factor!.rank === 1 ? expandDims(factor!, axis) : factor!;
    const wanted = mode === 'right' ? rows : Math.min(rows, columns);
    if (other.shape.at(mode === 'right' ? -1 : -2) !== wanted) throw new ShapeError('qrMultiply', [formatShape(matrix!.shape), formatShape(factor!.shape)], `needs ${wanted} ${mode === 'right' ? 'columns' : 'rows'} of c`);
    const [q, triangle] = orthogonalize(matrix!);
    const found = mode === 'right' ? matmul(other, q) : matmul(q, other);
    return [factor!.rank === 1 ? squeeze(found, axis) : found, triangle];
  });
  return [product!, r!];
}
