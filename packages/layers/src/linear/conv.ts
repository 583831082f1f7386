import { fields, Module } from '@flaxon/core';
import { add, convGeneralDilated, equalShapes, formatShape, mul, reshape, ShapeError, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { dtypes, kernelAndBias, size } from '../attributes.js';
import { promoteDtype } from '../dtype.js';
import { listOf, staticSize } from '../shape.js';
import { applyPadding, padding } from './padding.js';
import { eachAxis, perAxis, windowSizes } from './per-axis.js';

/**
 * A convolution, or correlation, with channels last (Flax: `nn.Conv`).
 *
 * Parameters: `kernel` (kernelSize..., in / featureGroupCount, features); `bias` (features) unless `useBias` is false.
 */
export class Conv extends Module.define({
  features: size(),
  /** The sizes of the kernel along the spatial axes; a number is for one axis. */
  kernelSize: windowSizes(),
  strides: perAxis(),
  padding: padding(),
  /** How far elements of the input are moved apart, with zeros between. */
  inputDilation: perAxis(),
  /** How far elements of the kernel are moved apart. */
  kernelDilation: perAxis(),
  /** Into how many groups the features are divided that do not mix. */
  featureGroupCount: z.int().positive().default(1),
  useBias: z.boolean().default(true),
  /** What the kernel is multiplied by, of its shape. */
  mask: fields.tensor().optional(),
  ...dtypes,
  ...kernelAndBias,
}) {
  /**
   * x: (batch..., spatial..., in) to (batch..., spatial..., features), with any number of batch axes.
   * @throws ShapeError, ArgumentError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const kernelSize = listOf(this.kernelSize);
    const batchRank = x.rank - kernelSize.length - 1;
    if (batchRank < 0) throw new ShapeError('Conv', [formatShape(x.shape)], `the input needs ${kernelSize.length} spatial axes and one of features`);
    if (batchRank === 1) return this.#convolve(x, kernelSize);
    const y = this.#convolve(reshape(x, [-1, ...x.shape.slice(batchRank)]), kernelSize);
    return reshape(y, [...x.shape.slice(0, batchRank), ...y.shape.slice(1)]);
  }

  #convolve(x: Tensor, kernelSize: readonly number[]): Tensor {
    const kernelDilation = this.#perAxis('kernelDilation', kernelSize.length);
    const padded = applyPadding('Conv', x, this.padding, kernelSize, kernelDilation);
    const kernel = this.#kernel([...kernelSize, this.#inputsOfGroup(x), this.features]);
    const bias = this.useBias ? this.param('bias', this.biasInit, [this.features], this.paramDtype) : undefined;
    const [input, weights, offset] = promoteDtype('Conv', [padded.x, kernel, bias], this.dtype);
    const spatial = kernelSize.map((_, i) => String(i)).join('');
    const y = convGeneralDilated(input, weights, {
      windowStrides: this.#perAxis('strides', kernelSize.length),
      padding: padded.padding,
      lhsDilation: this.#perAxis('inputDilation', kernelSize.length),
      rhsDilation: kernelDilation,
      dimensionNumbers: [`N${spatial}C`, `${spatial}IO`, `N${spatial}C`],
      featureGroupCount: this.featureGroupCount,
    });
    return offset === undefined ? y : add(y, offset);
  }

  #kernel(shape: readonly number[]): Tensor {
    if (this.mask !== undefined && !equalShapes(this.mask.shape, shape)) {
      throw new ShapeError('Conv', [formatShape(this.mask.shape), formatShape(shape)], '`mask` must have the shape of the kernel');
    }
    const kernel = this.param('kernel', this.kernelInit, shape, this.paramDtype);
    return this.mask === undefined ? kernel : mul(kernel, this.mask);
  }

  #inputsOfGroup(x: Tensor): number {
    const inputs = staticSize('Conv', x, -1);
    const groups = this.featureGroupCount;
    if (inputs % groups !== 0 || this.features % groups !== 0) {
      throw new ShapeError('Conv', [formatShape(x.shape)], `\`featureGroupCount\` ${groups} must divide the features of input and output, ${inputs} and ${this.features}`);
    }
    return inputs / groups;
  }

  #perAxis(attribute: 'strides' | 'inputDilation' | 'kernelDilation', rank: number): readonly number[] {
    return eachAxis('Conv', attribute, this[attribute], rank);
  }
}
