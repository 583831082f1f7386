import { add, type Shape, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { Dense } from '../linear/dense.js';
import { staticSize } from '../shape.js';
import { bias, denseCell } from './attributes.js';
import { firstCarry, singleCarry } from './carry.js';
import { RNNCellBase } from './cell.js';

/**
 * h' = tanh(W_i x + b_i + W_h h), the carry and the output alike (Flax: `nn.SimpleCell`; Elman, 1990).
 *
 * Submodules: `i` with a bias, `h` without.
 */
export class SimpleCell extends RNNCellBase.define({
  ...denseCell,
  ...bias,
  /** Adds h before the activation (Yue, Fu and Liang, 2018). */
  residual: z.boolean().default(false),
}) {
  static readonly moduleName: string = 'SimpleCell';
  static readonly nowrap = ['initializeCarry'];
  override get numFeatureAxes(): number {
    return 1;
  }

  override initializeCarry(rng: Tensor, inputShape: Shape): Tensor {
    return firstCarry('SimpleCell', rng, inputShape, this);
  }

  /**
   * h: (batch..., features) and x: (batch..., in), to the next h, twice.
   * @throws ArgumentError, ShapeError, DtypeError
   */
  override call(h: Tensor, x: Tensor): readonly [Tensor, Tensor] {
    const { dtype, paramDtype, kernelInit, recurrentKernelInit, biasInit, residual, activationFn } = this;
    const features = staticSize('SimpleCell', singleCarry('SimpleCell', h), -1);
    const sum = add(
      new Dense({ features, dtype, paramDtype, kernelInit, biasInit }, { name: 'i' }).call(x),
      new Dense({ features, dtype, paramDtype, kernelInit: recurrentKernelInit, useBias: false }, { name: 'h' }).call(h),
    );
    const next = activationFn(residual ? add(sum, h) : sum);
    return [next, next];
  }
}
