import { fields, Module } from '@flaxon/core';
import { add, ArgumentError, formatShape, initializers, relu, ShapeError, softplus, squeeze, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { size } from '../attributes.js';
import { Dense } from '../linear/dense.js';
import { listOf } from '../shape.js';
import { PosDefPotentials } from './pos-def-potentials.js';
import { PositiveDense } from './positive-dense.js';
import { gradientOfRows, ofRows } from './rows.js';

/**
 * An input convex neural network, a potential of optimal transport (OTT: `ott.neural.networks.icnn.ICNN`; Amos, Xu and Kolter, 2017;
 * Bunne et al., 2022; Vesseron and Cuturi, 2024): z_0 = act(w_0(x)), z_i = act(w_zi z_{i-1} + w_xi(x)), f = z_k + q(x), where w_xi and
 * q are convex quadratic functions. It is convex in x where `actFn` is convex and does not decrease and no weight w_z is negative:
 * `posWeights` sees to it, otherwise the trainer has to.
 *
 * Submodules: `w_zs_i` (`Dense`, or `PositiveDense` with `posWeights`, without bias), `w_xs_i` and `pos_def_potentials` (`PosDefPotentials`).
 */
export class ICNN extends Module.define({
  /** The dimension d of the points. */
  dimData: z.int().positive(),
  /** The widths of the hidden layers; a last one of width 1 follows. */
  dimHidden: z.array(z.int().positive()).min(1, { error: 'expected at least one width' }),
  /** The rank of the quadratic functions: one number for all, or those of the hidden layers, of the last layer and of q. */
  ranks: z.union([size(), z.array(size())]).default(1),
  initFn: fields.initializer(initializers.lecunNormal()),
  /** A convex function that does not decrease. */
  actFn: fields.activation(relu),
  /** Whether the weights w_z go through `rectifierFn`. */
  posWeights: z.boolean().default(false),
  rectifierFn: fields.activation(relu),
  /** Points (n, d) and (m, d) of source and target: the gradient of q is at first the map between the Gaussians that fit them. Otherwise it is the identity. */
  gaussianMapSamples: z.tuple([fields.tensor(), fields.tensor()]).nullable().default(null),
  /** The dtype of the parameters. */
  paramDtype: fields.dtype().default('float32'),
}) {
  static readonly moduleName: string = 'ICNN';
  /**
   * The value of each row of x: (n, d) to (n), or to a scalar where n is the number 1, as in OTT; (d) to a scalar.
   * @throws ShapeError, ArgumentError where `ranks` are not two more than `dimHidden`
   */
  call(x: Tensor): Tensor {
    if (x.shape.at(-1) !== this.dimData) throw new ShapeError('ICNN', [formatShape(x.shape)], `the points must have the dimension \`dimData\`, ${this.dimData}`);
    const values = ofRows('ICNN', x, (rows) => this.#values(rows));
    return values.shape[0] === 1 ? squeeze(values, 0) : values;
  }

  #values(x: Tensor): Tensor {
    const ranks = this.#ranks();
    const widths = [...this.dimHidden, 1];
    const injected = (i: number): Tensor => this.#injection(i, widths[i]!, ranks[i]!).call(x);
    const last = widths.slice(1).reduce((y, width, i) => this.actFn(add(this.#passOn(i, width).call(y), injected(i + 1))), this.actFn(injected(0)));
    return squeeze(add(last, this.#quadratic(ranks.at(-1)!).call(x)), -1);
  }

  /** The gradient of the value by each row of x: (n, d) to (n, d). @throws ShapeError */
  potentialGradient(x: Tensor): Tensor {
    return gradientOfRows('ICNN.potentialGradient', x, (rows) => this.call(rows));
  }

  /** The value of each row of x, with the shape that `call` gives it. @throws ShapeError */
  potentialValue(x: Tensor): Tensor {
    return this.call(x);
  }

  #ranks(): readonly number[] {
    const needed = this.dimHidden.length + 2;
    const given = listOf(this.ranks);
    if (typeof this.ranks === 'number') return Array.from({ length: needed }, () => given[0]!);
    if (given.length !== needed) {
      throw new ArgumentError('ICNN', 'ranks', `must be one number, or ${needed}: those of the ${needed - 2} hidden layers, of the last layer and of the quadratic potential; found ${given.length}`);
    }
    return given;
  }

  #passOn(i: number, width: number): Dense | PositiveDense {
    const { initFn: kernelInit, paramDtype, rectifierFn } = this;
    const name = `w_zs_${i}`;
    return this.posWeights
      ? new PositiveDense({ dimHidden: width, kernelInit, useBias: false, rectifierFn, paramDtype }, { name })
      : new Dense({ features: width, kernelInit, useBias: false, paramDtype }, { name });
  }

  #injection(i: number, width: number, rank: number): PosDefPotentials {
    const { initFn, paramDtype } = this;
    const kernels = { kernelDiagInit: initializers.constant(-2), kernelLrInit: initFn, kernelLinearInit: initFn };
    return new PosDefPotentials({ numPotentials: width, rank, rectifierFn: softplus, ...kernels, paramDtype }, { name: `w_xs_${i}` });
  }

  #quadratic(rank: number): PosDefPotentials {
    const { paramDtype, gaussianMapSamples } = this;
    const name = 'pos_def_potentials';
    if (gaussianMapSamples === null) {
      return new PosDefPotentials({ numPotentials: 1, rank, kernelLrInit: initializers.zeros, kernelLinearInit: initializers.zeros, paramDtype }, { name });
    }
    const [source, target] = gaussianMapSamples;
    return PosDefPotentials.fromSamples(source, target, { kernelDiagInit: initializers.zeros, paramDtype }, { name });
  }
}
