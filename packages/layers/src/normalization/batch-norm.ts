import { mergeParam, Module, type Variable } from '@flaxon/core';
import { add, astype, mul, ones, zeros, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { axes } from '../attributes.js';
import { frontAxes, staticSize } from '../shape.js';
import type { ExampleAxis } from './across-examples.js';
import { normalization } from './attributes.js';
import { normalize } from './normalize.js';
import { statistics, type Statistics } from './statistics.js';

export interface BatchNormOptions {
  /** True: normalises by the running statistics; false: by those of x. Given here or to the constructor. */
  readonly useRunningAverage?: boolean | undefined;
  /** Which elements of x count for its statistics, bool; broadcasts to x. */
  readonly mask?: Tensor | undefined;
}

/**
 * Normalises features to mean 0 and variance 1 over all other axes, then scales and shifts them:
 * y = (x - mean) scale / sqrt(variance + epsilon) + bias (Flax: `nn.BatchNorm`; Ioffe and Szegedy, 2015).
 *
 * Parameters: `scale` and `bias` (features), unless `useScale` or `useBias` is false. Variables: `batch_stats/mean` and
 * `batch_stats/var` (features), running statistics that each call in training moves by 1 - momentum towards those of x:
 * `apply(variables, [x], { mutable: ['batch_stats'] })`. With `axisName` the statistics are those of all examples of a `lift.vmap` that has given its
 * axis this name, and the same for each, so that `batch_stats` may be shared.
 */
export class BatchNorm extends Module.define({
  useRunningAverage: z.boolean().optional(),
  /** The axis or axes of the features. */
  axis: axes().default(-1),
  /** The part of the running statistics that stays at an update. */
  momentum: z.number().min(0).max(1).default(0.99),
  ...normalization(1e-5),
}) {
  static readonly moduleName: string = 'BatchNorm';
  /**
   * x: any shape with the feature axes, to the same.
   * @throws MergeParamError where `useRunningAverage` is given to neither or to both; ModifyScopeVariableError where the statistics
   * of x are to be kept and `batch_stats` is not mutable; ShapeError, ArgumentError
   */
  call(x: Tensor, { useRunningAverage, mask }: BatchNormOptions = {}): Tensor {
    const fromRunning = mergeParam('useRunningAverage', this.useRunningAverage, useRunningAverage);
    const features = frontAxes('BatchNorm', 'axis', this.axis, x.rank);
    const reduction = x.shape.map((_, axis) => axis).filter((axis) => !features.includes(axis));
    const featureShape = features.map((axis) => staticSize('BatchNorm', x, axis));
    const statisticsDtype = this.forceFloat32Reductions ? 'float32' : this.paramDtype;
    const runningMean = this.variable<Tensor>('batch_stats', 'mean', () => zeros(featureShape, statisticsDtype));
    const runningVariance = this.variable<Tensor>('batch_stats', 'var', () => ones(featureShape, statisticsDtype));

    const used = fromRunning ? this.#kept(runningMean, runningVariance) : statistics(x, reduction, this.#statistics(), mask);
    if (!fromRunning && !this.isInitializing()) {
      this.#move(runningMean, used.mean);
      this.#move(runningVariance, used.variance);
    }
    return normalize(this, 'BatchNorm', x, used, { reduction, features });
  }

  /** While initializing examples are apart: there may be no axis yet, and statistics are not kept. */
  #statistics(): Pick<this, 'dtype' | 'useFastVariance' | 'forceFloat32Reductions'> & ExampleAxis {
    const { dtype, useFastVariance, forceFloat32Reductions, axisName, axisIndexGroups } = this;
    return { dtype, useFastVariance, forceFloat32Reductions, ...(!this.isInitializing() && { axisName, axisIndexGroups }) };
  }

  #kept(mean: Variable<Tensor>, variance: Variable<Tensor>): Required<Statistics> {
    const read = ({ value }: Variable<Tensor>): Tensor => (this.forceFloat32Reductions ? value : astype(value, this.paramDtype));
    return { mean: read(mean), variance: read(variance) };
  }

  #move(running: Variable<Tensor>, towards: Tensor): void {
    running.value = add(mul(running.value, this.momentum), mul(towards, 1 - this.momentum));
  }
}
