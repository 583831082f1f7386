import { Module } from '@flaxon/core';
import { add, convGeneralDilated, formatShape, ShapeError, type Tensor } from '@flaxon/tensor';
import { promoteDtype } from '../dtype.js';
import { listOf, staticSize } from '../shape.js';
import { dilationsAndGroups, maskedKernel, maskedKernelAndBias, overBatchAxes, slidingWindow } from './convolution.js';
import { applyPadding } from './padding.js';
import { eachAxis } from './per-axis.js';

/**
 * A convolution, or correlation, with channels last (Flax: `nn.Conv`).
 *
 * Parameters: `kernel` (kernelSize..., in / featureGroupCount, features); `bias` (features) unless `useBias` is false.
 */
export class Conv extends Module.define({
  ...slidingWindow,
  ...dilationsAndGroups,
  ...maskedKernelAndBias,
}) {
  static readonly moduleName: string = 'Conv';
  /**
   * x: (batch..., spatial..., in) to (batch..., spatial..., features), with any number of batch axes.
   * @throws ShapeError, ArgumentError, DtypeError, ScopeParamShapeError
   */
  call(x: Tensor): Tensor {
    const kernelSize = listOf(this.kernelSize);
    return overBatchAxes('Conv', x, kernelSize.length, (batch) => this.#convolve(batch, kernelSize));
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
    return maskedKernel('Conv', shape, this.mask, () => this.param('kernel', this.kernelInit, shape, this.paramDtype));
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
