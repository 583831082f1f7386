import { astype, DtypeError, isFloating, mul, Tensor } from '@flaxon/tensor';

/** Updates `x` times a factor, in the dtype of `x`. @throws DtypeError where that is an integer, in which factors would be 0 */
export function scaled(x: Tensor, factor: number | Tensor): Tensor {
  if (!isFloating(x.dtype)) throw new DtypeError('optimiser', [x.dtype], 'updates must be of a floating dtype');
  return mul(x, factor instanceof Tensor ? astype(factor, x.dtype) : factor);
}
