import { fields, Module, type AttributesInput, type ModuleOptions } from '@flaxon/core';
import { add, astype, expandDims, initializers, matmul, mul, relu, reshape, square, sum, swapaxes, type Initializer, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { size } from '../attributes.js';
import { promoteDtype } from '../dtype.js';
import { staticSize } from '../shape.js';
import { gaussianMap } from './gaussian-map.js';

const attributes = {
  /** How many potentials there are. */
  numPotentials: size(),
  /** The rank of the matrices A_i; 0 leaves them out. */
  rank: size().default(0),
  /** What takes the diagonals to numbers from 0 on. */
  rectifierFn: fields.activation(relu),
  useLinear: z.boolean().default(true),
  useBias: z.boolean().default(true),
  kernelLrInit: fields.initializer(initializers.lecunNormal()),
  kernelDiagInit: fields.initializer(initializers.ones),
  kernelLinearInit: fields.initializer(initializers.lecunNormal()),
  biasInit: fields.initializer(initializers.zeros),
  /** The dtype of the parameters. */
  paramDtype: fields.dtype().default('float32'),
};

/** The attributes of `PosDefPotentials` that its samples do not give. */
export type SampledPotentialsAttributes = Omit<AttributesInput<typeof attributes>, 'useLinear' | 'kernelLrInit' | 'kernelLinearInit' | 'rank' | 'numPotentials'>;

/** An initializer that gives `value`, in the dtype that is asked for. */
const fixed = (value: Tensor): Initializer => (_key, _shape, dtype = value.dtype) => astype(value, dtype);

/**
 * Convex quadratic functions of a point, x^T (A_i A_i^T + diag(r(d_i))) x / 2 + b_i^T x + c_i (OTT:
 * `ott.neural.networks.layers.posdef.PosDefPotentials`; Vesseron and Cuturi, "On a neural implementation of Brenier's polar
 * factorization", 2024).
 *
 * Parameters: `diag_kernel` (in, numPotentials), before the rectifier; `quad_kernel` (numPotentials, in, rank) where there is a rank;
 * `lin_kernel` (in, numPotentials) unless `useLinear` is false; `bias` (numPotentials) unless `useBias` is false.
 */
export class PosDefPotentials extends Module.define(attributes) {
  static readonly moduleName: string = 'PosDefPotentials';
  /**
   * The potential whose gradient carries the Gaussian that has the mean and covariance of `source` onto that of `target`, where its
   * diagonal is 0: with `kernelDiagInit: initializers.zeros` (OTT: `PosDefPotentials.init_from_samples`). source: (n, d), target: (m, d).
   * @throws ArgumentError
   */
  static fromSamples(source: Tensor, target: Tensor, rest: SampledPotentialsAttributes = {}, options?: ModuleOptions): PosDefPotentials {
    const { root, offset } = gaussianMap(source, target);
    const kernelLrInit = fixed(expandDims(root, 0));
    const kernelLinearInit = fixed(expandDims(offset, -1));
    return new PosDefPotentials({ ...rest, numPotentials: 1, rank: staticSize('PosDefPotentials', source, -1), useLinear: true, kernelLrInit, kernelLinearInit }, options);
  }

  /**
   * x: (..., in) to (n, numPotentials), n the product of the first axes, in the common dtype of x and the parameters.
   * @throws ShapeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const { numPotentials, rank, paramDtype } = this;
    const dimension = staticSize('PosDefPotentials', x, -1);
    const points = x.rank === 2 ? x : reshape(x, [-1, dimension]);
    const diagonal = this.rectifierFn(this.param('diag_kernel', this.kernelDiagInit, [dimension, numPotentials], paramDtype));
    const quadratic = rank > 0 ? this.param('quad_kernel', this.kernelLrInit, [numPotentials, dimension, rank], paramDtype) : undefined;
    const linear = this.useLinear ? this.param('lin_kernel', this.kernelLinearInit, [dimension, numPotentials], paramDtype) : undefined;
    const bias = this.useBias ? this.param('bias', this.biasInit, [numPotentials], paramDtype) : undefined;

    const [rows, d, a, b, c] = promoteDtype('PosDefPotentials', [points, diagonal, quadratic, linear, bias]);
    const quadratics = matmul(square(rows), mul(d, 0.5));
    const convex = a === undefined ? quadratics : add(quadratics, this.#lowRank(rows, a, dimension));
    const affine = b === undefined ? c : c === undefined ? matmul(rows, b) : add(matmul(rows, b), c);
    return affine === undefined ? convex : add(convex, affine);
  }

  /** |A_i^T x|^2 / 2, by one product for all potentials together: (n, in) to (n, numPotentials). */
  #lowRank(rows: Tensor, factors: Tensor, dimension: number): Tensor {
    const { numPotentials, rank } = this;
    const sideBySide = reshape(swapaxes(factors, 0, 1), [dimension, numPotentials * rank]);
    const projected = reshape(matmul(rows, sideBySide), [-1, numPotentials, rank]);
    return mul(sum(square(projected), { axis: -1 }), 0.5);
  }
}
