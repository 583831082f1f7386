import { fields, lift, Module } from '@flaxon/core';
import { add, ArgumentError, astype, div, formatShape, index, matmul, mul, notEqual, ones, random, reshape, rsqrt, ShapeError, stopGradient, sum, transpose, tree, where, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';
import { computeDtype } from '../dtype.js';
import { mapWithPath, wrappedLayer, type WrappedLayer } from './wrapped-layer.js';

export interface SpectralNormOptions {
  /** Whether to keep the singular vector and value that this call comes to: in training. */
  readonly updateStats: boolean;
  /** What else there is, is for the layer. */
  readonly [option: string]: unknown;
}

const isOptions = (value: unknown): value is SpectralNormOptions => tree.isRecord(value) && typeof value.updateStats === 'boolean';

/**
 * A layer whose kernels are divided by their largest singular value (Flax: `nn.SpectralNorm`; Miyato et al., 2018), which a power
 * iteration follows from call to call: v = u W^T / |u W^T|, u = v W / |v W|, sigma = v W u^T.
 *
 * Submodule: `layer_instance`. Variables, of each kernel, in `collectionName`: `layer_instance/kernel/u` (1, features) and
 * `layer_instance/kernel/sigma` ().
 */
export class SpectralNorm extends Module.define({
  layerInstance: wrappedLayer(),
  /** How many steps of the power iteration a call takes; 0 leaves the layer as it is. */
  nSteps: z.int().default(1),
  /** Added to squared norms under the root. */
  epsilon: z.number().default(1e-12),
  dtype: fields.dtype().optional(),
  paramDtype: fields.dtype().default('float32'),
  /** Whether kernels that are no matrices are refused, not taken as matrices of their last axis. */
  errorOnNonMatrix: z.boolean().default(false),
  /** The collection of what is kept from call to call. */
  collectionName: z.string().default('batch_stats'),
}) {
  static readonly moduleName: string = 'SpectralNorm';
  static readonly scopeNames = { layerInstance: 'layer_instance' };

  /**
   * The arguments of the layer, then `SpectralNormOptions`, to the result of the layer.
   * @throws ArgumentError without `updateStats`; ShapeError with `errorOnNonMatrix`; ModifyScopeVariableError where `collectionName` is to be updated and is not mutable
   */
  call(...args: readonly unknown[]): Tensor {
    const options = args.at(-1);
    if (!isOptions(options)) throw new ArgumentError('SpectralNorm', 'updateStats', 'must be given after the arguments of the layer, as in `layer.call(x, { updateStats: true })`');
    const { updateStats, ...others } = options;
    const inputs = [...args.slice(0, -1), ...(Object.keys(others).length > 0 ? [others] : [])];
    const forward = (layer: WrappedLayer): Tensor => layer.call(...(inputs as never[]));
    return lift.mapVariables(forward, {
      transIn: (collections) => mapWithPath(this.layerInstance, collections, (value, path) => this.#normalize(value, path, updateStats)),
      init: this.isInitializing(),
      mutable: true,
    })(this.layerInstance);
  }

  #normalize(value: Tensor, path: string, updateStats: boolean): Tensor {
    if (value.rank <= 1 || this.nSteps < 1) return value;
    if (value.rank > 2 && this.errorOnNonMatrix) throw new ShapeError('SpectralNorm', [formatShape(value.shape)], `\`${path}\` must be a matrix with \`errorOnNonMatrix\``);
    const matrix = reshape(value, [-1, value.shape.at(-1)!]);
    const keptVector = this.variable<Tensor>(this.collectionName, `${path}/u`, () => random.normal(this.makeRng('params'), [1, value.shape.at(-1) as number], { dtype: this.paramDtype }));
    const keptValue = this.variable<Tensor>(this.collectionName, `${path}/sigma`, () => ones([], this.paramDtype));

    let [u, v] = [keptVector.value, keptVector.value];
    for (let step = 0; step < this.nSteps; step++) {
      v = this.#unit(matmul(u, transpose(matrix)));
      u = this.#unit(matmul(v, matrix));
    }
    [u, v] = [stopGradient(u), stopGradient(v)];
    const sigma = index(matmul(matmul(v, matrix), transpose(u)), [0, 0]);
    if (updateStats) {
      keptVector.value = u;
      keptValue.value = sigma;
    }
    const normalized = reshape(div(matrix, where(notEqual(sigma, 0), sigma, 1)), value.shape);
    return astype(normalized, computeDtype('SpectralNorm', [value, u, v, sigma], this.dtype));
  }

  #unit(x: Tensor): Tensor {
    return mul(x, rsqrt(add(sum(mul(x, x), { keepdims: true }), this.epsilon)));
  }
}
