import { fields, Module } from '@flaxon/core';
import { add, ArgumentError, convGeneralDilated, equalShapes, flip, formatShape, mul, pad, reshape, ShapeError, sum, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { dtypes, kernelAndBias, size } from '../attributes.js';
import { promoteDtype } from '../dtype.js';
import { listOf, staticSize } from '../shape.js';
import { padding, type Padding } from './padding.js';
import { eachAxis, perAxis, windowSizes } from './per-axis.js';

type Edges = readonly [low: number, high: number];

/** What stands around an axis, from the padding of the convolution that this one transposes (lax.conv_transpose). */
function transposedPadding(window: number, stride: number, around: 'SAME' | 'VALID'): Edges {
  if (around === 'VALID') return [window - 1, Math.max(window, stride) - 1];
  const total = window + stride - 2;
  const low = stride > window - 1 ? window - 1 : Math.ceil(total / 2);
  return [low, total - low];
}

/**
 * A convolution over an input whose elements are moved apart, with channels last (Flax: `nn.ConvTranspose`): with `transposeKernel`
 * the transpose of a `Conv` with the same kernel, strides and padding.
 *
 * Parameters: `kernel` (kernelSize..., in, features), or (kernelSize..., features, in) with `transposeKernel`; `bias` (features)
 * unless `useBias` is false.
 */
export class ConvTranspose extends Module.define({
  features: size(),
  /** The sizes of the kernel along the spatial axes; a number is for one axis. */
  kernelSize: windowSizes(),
  /** How far elements of the input are moved apart. */
  strides: perAxis(),
  /**
   * A name is the padding of the convolution that is transposed; with 'CIRCULAR' what stands out at one end comes in at the other.
   * Numbers say what stands around the input, after its elements are moved apart.
   */
  padding: padding(),
  /** How far elements of the kernel are moved apart. */
  kernelDilation: perAxis(),
  useBias: z.boolean().default(true),
  /** What the kernel is multiplied by, of its shape. */
  mask: fields.tensor().optional(),
  ...dtypes,
  ...kernelAndBias,
  /** Whether the kernel is that of the convolution which is transposed: flipped, with inputs and outputs exchanged. */
  transposeKernel: z.boolean().default(false),
}) {
  /**
   * x: (batch..., spatial..., in) to (batch..., spatial..., features), with any number of batch axes.
   * @throws ShapeError, ArgumentError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const kernelSize = listOf(this.kernelSize);
    const batchRank = x.rank - kernelSize.length - 1;
    if (batchRank < 0) throw new ShapeError('ConvTranspose', [formatShape(x.shape)], `the input needs ${kernelSize.length} spatial axes and one of features`);
    if (batchRank === 1) return this.#convolve(x, kernelSize);
    const y = this.#convolve(reshape(x, [-1, ...x.shape.slice(batchRank)]), kernelSize);
    return reshape(y, [...x.shape.slice(0, batchRank), ...y.shape.slice(1)]);
  }

  #convolve(x: Tensor, kernelSize: readonly number[]): Tensor {
    const strides = eachAxis('ConvTranspose', 'strides', this.strides, kernelSize.length);
    const dilation = eachAxis('ConvTranspose', 'kernelDilation', this.kernelDilation, kernelSize.length);
    const kernel = this.#kernel(kernelSize, staticSize('ConvTranspose', x, -1));
    const bias = this.useBias ? this.param('bias', this.biasInit, [this.features], this.paramDtype) : undefined;
    const [input, weights, offset] = promoteDtype('ConvTranspose', [x, kernel, bias], this.dtype);
    const spatial = kernelSize.map((_, i) => String(i)).join('');
    const y = convGeneralDilated(input, this.transposeKernel ? flip(weights, kernelSize.map((_, axis) => axis)) : weights, {
      windowStrides: kernelSize.map(() => 1),
      padding: this.#paddingOf(kernelSize.map((one, axis) => (one - 1) * dilation[axis]! + 1), strides),
      lhsDilation: strides,
      rhsDilation: dilation,
      dimensionNumbers: [`N${spatial}C`, this.transposeKernel ? `${spatial}OI` : `${spatial}IO`, `N${spatial}C`],
    });
    const around = this.padding === 'CIRCULAR' ? this.#wrap(y, x, strides) : y;
    return offset === undefined ? around : add(around, offset);
  }

  #kernel(kernelSize: readonly number[], inputs: number): Tensor {
    const shape = [...kernelSize, ...(this.transposeKernel ? [this.features, inputs] : [inputs, this.features])];
    if (this.mask !== undefined && !equalShapes(this.mask.shape, shape)) {
      throw new ShapeError('ConvTranspose', [formatShape(this.mask.shape), formatShape(shape)], '`mask` must have the shape of the kernel');
    }
    const kernel = this.param('kernel', this.kernelInit, shape, this.paramDtype);
    return this.mask === undefined ? kernel : mul(kernel, this.mask);
  }

  #paddingOf(windows: readonly number[], strides: readonly number[]): Edges[] {
    const given: Padding = this.padding;
    if (given === 'SAME' || given === 'VALID' || given === 'CIRCULAR') {
      return windows.map((window, axis) => transposedPadding(window, strides[axis]!, given === 'SAME' ? 'SAME' : 'VALID'));
    }
    if (typeof given === 'string') throw new ArgumentError('ConvTranspose', 'padding', `must be 'SAME', 'VALID', 'CIRCULAR', a number, or numbers and pairs, found '${given}'`);
    const edges = typeof given === 'number' ? windows.map(() => given) : given;
    if (edges.length !== windows.length) throw new ArgumentError('ConvTranspose', 'padding', `must have one entry for each of the ${windows.length} axes of \`kernelSize\`, found ${edges.length}`);
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
