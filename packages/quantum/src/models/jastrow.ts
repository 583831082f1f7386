import { fields, Module } from '@flaxon/core';
import { astype, initializers, matmul, mul, promoteTypes, sum, take, tensor, where, type Tensor } from '@flaxon/tensor';
import { paramDtype, sitesOf } from './attributes.js';

/**
 * A Jastrow factor (NetKet: `nk.models.Jastrow`): log psi(x) = sum over i > j of x_i W_ij x_j. NetKet's parameters are complex unless
 * told otherwise; there are only real ones here.
 *
 * Parameter: `kernel` (sites (sites - 1) / 2), the rows of W below its diagonal.
 */
export class Jastrow extends Module.define({
  ...paramDtype,
  kernelInit: fields.initializer(initializers.normal()),
}) {
  static readonly moduleName: string = 'Jastrow';
  /** x: (..., sites) to (...). @throws ShapeError, ScopeParamShapeError */
  call(x: Tensor): Tensor {
    const sites = sitesOf('Jastrow', x);
    const kernel = this.param('kernel', this.kernelInit, [(sites * (sites - 1)) / 2], this.paramDtype);
    const dtype = promoteTypes(x.dtype, kernel.dtype);
    return quadraticForm(astype(x, dtype), belowDiagonal(astype(kernel, dtype), sites));
  }
}

/** sum_ij x_i W_ij x_j over the last axis of x. */
export const quadraticForm = (x: Tensor, matrix: Tensor): Tensor => sum(mul(matmul(x, matrix), x), { axis: -1 });

/** The matrix whose rows below the diagonal are `rows` one after another, and zeros. */
function belowDiagonal(rows: Tensor, size: number): Tensor {
  if (size < 2) return tensor([[0]], { dtype: rows.dtype });
  const range = Array.from({ length: size }, (_, i) => i);
  const isBelow = range.map((i) => range.map((j) => j < i));
  const places = range.map((i) => range.map((j) => (j < i ? (i * (i - 1)) / 2 + j : 0)));
  return where(tensor(isBelow), take(rows, tensor(places, { dtype: 'int32' }), { axis: 0, mode: 'clip' }), 0);
}
