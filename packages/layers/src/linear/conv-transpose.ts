import { Module } from '@flaxon/core';
import { add, ArgumentError, convTranspose, type ConvTransposeOptions, pad, reshape, sum, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { promoteDtype } from '../dtype.js';
import { listOf, staticSize } from '../shape.js';
import { kernelDilation, maskedKernel, maskedKernelAndBias, overBatchAxes, slidingWindow } from './convolution.js';
import type { Padding } from './padding.js';
import { eachAxis } from './per-axis.js';

/**
 * A convolution over an input whose elements are moved apart, with channels last (Flax: `nn.ConvTranspose`): with `transposeKernel`
 * the transpose of a `Conv` with the same kernel, strides and padding.
 *
 * Parameters: `kernel` (kernelSize..., in, features), or (kernelSize..., features, in) with `transposeKernel`; `bias` (features)
 * unless `useBias` is false.
 */
export class ConvTranspose extends Module.define({
  ...slidingWindow,
  /** How far elements of the input are moved apart. */
  strides: slidingWindow.strides,
  /**
   * A name is the padding of the convolution that is transposed; with 'CIRCULAR' what stands out at one end comes in at the other.
   * Numbers say what stands around the input, after its elements are moved apart.
   */
  padding: slidingWindow.padding,
  ...kernelDilation,
  ...maskedKernelAndBias,
  /** Whether the kernel is that of the convolution which is transposed: flipped, with inputs and outputs exchanged. */
  transposeKernel: z.boolean().default(false),
}) {
  static readonly moduleName: string = 'ConvTranspose';
  /**
   * x: (batch..., spatial..., in) to (batch..., spatial..., features), with any number of batch axes.
   * @throws ShapeError, ArgumentError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const kernelSize = listOf(this.kernelSize);
    return overBatchAxes('ConvTranspose', x, kernelSize.length, (batch) => this.#convolve(batch, kernelSize));
  }

  #convolve(x: Tensor, kernelSize: readonly number[]): Tensor {
    const strides = eachAxis('ConvTranspose', 'strides', this.strides, kernelSize.length);
    const dilation = eachAxis('ConvTranspose', 'kernelDilation', this.kernelDilation, kernelSize.length);
    const kernel = this.#kernel(kernelSize, staticSize('ConvTranspose', x, -1));
    const bias = this.useBias ? this.param('bias', this.biasInit, [this.features], this.paramDtype) : undefined;
    const [input, weights, offset] = promoteDtype('ConvTranspose', [x, kernel, bias], this.dtype);
    const spatial = kernelSize.map((_, i) => String(i)).join('');
    const y = convTranspose(input, weights, {
      strides,
      padding: this.#paddingOf(kernelSize.length),
      rhsDilation: dilation,
      dimensionNumbers: [`N${spatial}C`, `${spatial}IO`, `N${spatial}C`],
      transposeKernel: this.transposeKernel,
    });
    const around = this.padding === 'CIRCULAR' ? this.#wrap(y, x, strides) : y;
    return offset === undefined ? around : add(around, offset);
  }

  #kernel(kernelSize: readonly number[], inputs: number): Tensor {
    const shape = [...kernelSize, ...(this.transposeKernel ? [this.features, inputs] : [inputs, this.features])];
    return maskedKernel('ConvTranspose', shape, this.mask, () => this.param('kernel', this.kernelInit, shape, this.paramDtype));
  }

  #paddingOf(rank: number): ConvTransposeOptions['padding'] {
    const given: Padding = this.padding;
    if (given === 'CIRCULAR') return 'VALID';
    if (given === 'REFLECT' || given === 'CAUSAL') throw new ArgumentError('ConvTranspose', 'padding', `must be 'SAME', 'VALID', 'CIRCULAR', a number, or numbers and pairs, found '${given}'`);
    if (typeof given === 'string') return given;
    const edges = typeof given === 'number' ? Array.from({ length: rank }, () => given) : given;
    if (edges.length !== rank) throw new ArgumentError('ConvTranspose', 'padding', `must have one entry for each of the ${rank} axes of \`kernelSize\`, found ${edges.length}`);
    return edges.map((edge) => (typeof edge === 'number' ? [edge, edge] : edge));
  }

  /**
   * The sum of all that lies a period apart, a period being the size of x times the stride. The place where x begins must be a
   * multiple of a period; where that is between two places, Flax puts the one more to the left, or to the right for a transposed kernel.
   */
  #wrap(y: Tensor, x: Tensor, strides: readonly number[]): Tensor {
    const periods = strides.map((stride, i) => staticSize('ConvTranspose', x, i + 1) * stride);
    const widths = periods.map((period, i): [number, number] => {
      const missing = (2 * period - (staticSize('ConvTranspose', y, i + 1) - period) % (2 * period)) % (2 * period);
      const [small, large] = [Math.floor(missing / 2), Math.ceil(missing / 2)];
      return this.transposeKernel ? [small, large] : [large, small];
    });
    const padded = pad(y, [[0, 0], ...widths, [0, 0]]);
    return periods.reduce((folded, period, i) => {
      const count = (folded.shape[i + 1] as number) / period;
      return sum(reshape(folded, [...folded.shape.slice(0, i + 1), count, period, ...folded.shape.slice(i + 2)]), { axis: i + 1 });
    }, padded);
  }
}
