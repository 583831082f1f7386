import { fields, Module } from '@flaxon/core';
import { ArgumentError, concatenate, silu, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { size } from '../attributes.js';
import { Dense } from '../linear/dense.js';
import { Dropout } from '../stochastic/dropout.js';
import { cyclicalTimeEncoder } from './encode-time.js';

export interface VelocityFieldOptions {
  /** True drops nothing: outside training. */
  readonly deterministic?: boolean;
}

/**
 * A velocity v(t, x) along which points flow, dx/dt = v(t, x), possibly given a condition (OTT 0.4.6 to 0.5.1:
 * `ott.neural.networks.velocity_field.VelocityField`; Lipman et al., "Flow matching for generative modeling", 2023). Time, point and
 * condition each go through layers of their own, and together through those of the output; the last of these has no activation.
 *
 * Submodules: `Dense_0`, `Dense_1`, ..., in the order time, point, condition, output.
 */
export class VelocityField extends Module.define({
  /** The widths of the layers of the point. */
  hiddenDims: z.array(size()),
  /** The widths of the layers of the output; the last is the dimension of the velocity. */
  outputDims: z.array(size()).min(1, { error: 'expected at least one width, the dimension of the velocity' }),
  /** The widths of the layers of the condition; null where there is none. */
  conditionDims: z.array(size()).nullable().default(null),
  /** The widths of the layers of the time; as `hiddenDims` by default. */
  timeDims: z.array(size()).nullable().default(null),
  /** (n, 1) to (n, features). */
  timeEncoder: fields.activation(cyclicalTimeEncoder),
  actFn: fields.activation(silu),
  dropoutRate: z.number().min(0).max(1).default(0),
  /** The dtype of the parameters. */
  paramDtype: fields.dtype().default('float32'),
}) {
  static readonly moduleName: string = 'VelocityField';
  /**
   * t: (n, 1), x: (n, d) and, with `conditionDims`, a condition: (n, c), to (n, the last of `outputDims`). With dropout it draws keys
   * of the stream `dropout`.
   * @throws ArgumentError where a condition is missing or not expected; ShapeError; InvalidRngError
   */
  call(t: Tensor, x: Tensor, condition: Tensor | null = null, { deterministic = false }: VelocityFieldOptions = {}): Tensor {
    const { hiddenDims, conditionDims, timeDims, outputDims } = this;
    if ((conditionDims === null) !== (condition === null)) {
      throw new ArgumentError('VelocityField', 'condition', conditionDims === null ? 'is given to a field without `conditionDims`' : 'must be given to a field with `conditionDims`: `field.call(t, x, condition)`');
    }
    const time = this.#stack(this.timeEncoder(t), timeDims ?? hiddenDims, deterministic);
    const point = this.#stack(x, hiddenDims, deterministic);
    const given = condition === null ? [] : [this.#stack(condition, conditionDims!, deterministic)];
    const features = this.#stack(concatenate([time, point, ...given], -1), outputDims.slice(0, -1), deterministic);
    return new Dense({ features: outputDims.at(-1)!, paramDtype: this.paramDtype }).call(features);
  }

  #stack(x: Tensor, widths: readonly number[], deterministic: boolean): Tensor {
    const { dropoutRate: rate, paramDtype } = this;
    return widths.reduce((y, features) => new Dropout({ rate, deterministic }).call(this.actFn(new Dense({ features, paramDtype }).call(y))), x);
  }
}
