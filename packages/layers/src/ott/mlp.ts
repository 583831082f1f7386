import { fields, Module } from '@flaxon/core';
import { elu, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { size } from '../attributes.js';
import { Dense } from '../linear/dense.js';

/**
 * A multilayer perceptron, with an activation between its layers (OTT: `ott.neural.networks.potentials.MLP`).
 *
 * Submodules: `Dense_0` to `Dense_{k-1}`, one for each width.
 */
export class MLP extends Module.define({
  /** The widths of the layers; the last one is that of the result. */
  dimHidden: z.array(size()).min(1, { error: 'expected at least one width, that of the result' }),
  actFn: fields.activation(elu),
  /** The dtype of the parameters. */
  paramDtype: fields.dtype().default('float32'),
}) {
  static readonly moduleName: string = 'MLP';
  /** x: (..., in) to (..., the last width). @throws ShapeError */
  call(x: Tensor): Tensor {
    const { dimHidden, paramDtype } = this;
    const layer = (input: Tensor, features: number): Tensor => new Dense({ features, paramDtype }).call(input);
    const hidden = dimHidden.slice(0, -1).reduce((y, features) => this.actFn(layer(y, features)), x);
    return layer(hidden, dimHidden.at(-1)!);
  }
}
