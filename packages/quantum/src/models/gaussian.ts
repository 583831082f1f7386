import { fields, Module } from '@flaxon/core';
import { astype, initializers, matmul, mul, promoteTypes, transpose, type Tensor } from '@flaxon/tensor';
import { paramDtype, sitesOf } from './attributes.js';
import { quadraticForm } from './jastrow.js';

/**
 * A normal distribution (NetKet: `nk.models.Gaussian`): log psi(x) = -x^T A^T A x / 2.
 *
 * Parameter: `kernel` (sites, sites), A.
 */
export class Gaussian extends Module.define({
  ...paramDtype,
  kernelInit: fields.initializer(initializers.normal({ stddev: 1 })),
}) {
  static readonly moduleName: string = 'Gaussian';
  /** x: (..., sites) to (...). @throws ShapeError, ScopeParamShapeError */
  call(x: Tensor): Tensor {
    const sites = sitesOf('Gaussian', x);
    const kernel = this.param('kernel', this.kernelInit, [sites, sites], this.paramDtype);
    const dtype = promoteTypes(x.dtype, kernel.dtype);
    return mul(quadraticForm(astype(x, dtype), astype(matmul(transpose(kernel), kernel), dtype)), -0.5);
  }
}
