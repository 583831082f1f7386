import { fields, Module } from '@flaxon/core';
import { add, ArgumentError, leakyRelu, mul, square, squeeze, stopGradient, sub, sum, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { size } from '../attributes.js';
import { Dense } from '../linear/dense.js';
import { staticSize } from '../shape.js';
import { gradientOfRows, ofRows } from './rows.js';

/** A function of points, (n, d) to (n): the value of another potential. */
export type PotentialValue = (points: Tensor) => Tensor;

const halfSquaredNorm = (x: Tensor): Tensor => mul(sum(square(x), { axis: -1 }), 0.5);

/**
 * A potential of optimal transport as a multilayer perceptron (OTT: `ott.neural.networks.potentials.PotentialMLP`): the value
 * |x|^2 / 2 + MLP(x), so that the untrained map, its gradient, is near the identity. With `isPotential: false` it is a map
 * x + MLP(x) of its own, not the gradient of anything.
 *
 * Submodules: `Dense_0` to `Dense_{k-1}` (dimHidden), then one of 1 feature, or of d for a map.
 */
export class PotentialMLP extends Module.define({
  /** The widths of the hidden layers. */
  dimHidden: z.array(size()),
  isPotential: z.boolean().default(true),
  /** Between the layers; a smooth one makes the gradient map smooth. */
  actFn: fields.activation(leakyRelu),
  /** The dtype of the parameters. */
  paramDtype: fields.dtype().default('float32'),
}) {
  static readonly moduleName: string = 'PotentialMLP';
  /**
   * The value of each row of x: (n, d) to (n), or (d) to a scalar. With `isPotential: false` the map: (n, d) to (n, d), (d) to (d).
   * @throws ShapeError
   */
  call(x: Tensor): Tensor {
    return ofRows('PotentialMLP', x, (rows) => this.#ofRows(rows));
  }

  #ofRows(x: Tensor): Tensor {
    const { paramDtype } = this;
    const hidden = this.dimHidden.reduce((y, features) => this.actFn(new Dense({ features, paramDtype }).call(y)), x);
    const last = new Dense({ features: this.isPotential ? 1 : staticSize('PotentialMLP', x, -1), paramDtype }).call(hidden);
    return this.isPotential ? add(squeeze(last, -1), halfSquaredNorm(x)) : add(x, last);
  }

  /**
   * The gradient of the value by each row of x, or the map itself with `isPotential: false`: (n, d) to (n, d).
   * @throws ShapeError
   */
  potentialGradient(x: Tensor): Tensor {
    if (!this.isPotential) return this.call(x);
    return gradientOfRows('PotentialMLP.potentialGradient', x, (rows) => this.call(rows));
  }

  /**
   * The value of each row of x: (n, d) to (n), or (d) to a scalar. A map t has none of its own: with `isPotential: false` it is
   * <t, x> - other(t), t = t(x) held constant, where `other` is the value of the potential whose gradient t inverts.
   * @throws ArgumentError where `other` is missing, ShapeError
   */
  potentialValue(x: Tensor, other?: PotentialValue): Tensor {
    if (this.isPotential) return this.call(x);
    if (other === undefined) {
      throw new ArgumentError('PotentialMLP.potentialValue', 'other', 'must be given with `isPotential: false`: the value of the other potential, such as `(y) => f.apply(variables, [y])`');
    }
    return ofRows('PotentialMLP.potentialValue', x, (rows) => this.#conjugate(rows, other));
  }

  #conjugate(x: Tensor, other: PotentialValue): Tensor {
    const target = stopGradient(this.call(x));
    return sub(sum(mul(target, x), { axis: -1 }), other(target));
  }
}
