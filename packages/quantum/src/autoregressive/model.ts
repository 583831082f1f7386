import { fields, Module } from '@flaxon/core';
import { netket } from '@flaxon/layers';
import { ArgumentError, equal, exp, expandDims, formatShape, initializers, logsumexp, mul, reshape, ShapeError, sub, sum, take, tensor, where, type Dtype, type Initializer, type Tensor } from '@flaxon/tensor';
import { z } from 'zod';

/** A layer in which an output sees earlier inputs only; with `updateSite`, one that can be called site by site. */
export interface SiteLayer {
  call(x: Tensor): Tensor;
  updateSite?(inputs: Tensor, index: netket.SiteIndex): Tensor;
}

type CachedSiteLayer = Required<SiteLayer>;

const isCached = (layer: SiteLayer): layer is CachedSiteLayer => layer.updateSite !== undefined;

/** What every layer of a model has. */
export interface SiteLayerAttributes {
  readonly features: number;
  readonly exclusive: boolean;
  readonly useBias: boolean;
  readonly paramDtype: Dtype;
  readonly kernelInit: Initializer;
  readonly biasInit: Initializer;
}

/**
 * An autoregressive model of log psi over sites with a few values each (NetKet: `AbstractARNN`, `ARNNSequential`; Sharir et al., 2020):
 * layers, of which the first is exclusive, give y_i(s) from the sites before i, and
 * log psi_i(s) = y_i(s) - log(sum_s exp(p y_i(s))) / p with p = `machinePow`, so that the sum of |psi|^p over all states is 1.
 *
 * Submodules: `_layers_0`, `_layers_1`, ..., as NetKet names them.
 */
export abstract class AutoregressiveModel extends Module.define({
  /** How many sites there are. */
  sites: z.int().positive(),
  /** The values of a site, by index: in NetKet 1, -1 for spins 1/2 (-1, 1 before 3.16), 0, 1, ... for numbers of particles. */
  localStates: z.array(z.number()).min(1),
  /** How many layers there are. */
  layers: z.int().positive(),
  /** The features of all layers but the last, which has one for each local state; or those of each layer. */
  features: z.union([z.int().positive(), z.array(z.int().positive())]),
  /** Between layers. */
  activation: fields.activation(netket.reimSelu),
  useBias: z.boolean().default(true),
  paramDtype: fields.dtype().default('float64'),
  kernelInit: fields.initializer(initializers.lecunNormal()),
  biasInit: fields.initializer(initializers.zeros),
  /** The power of |psi| that is a probability. */
  machinePow: z.number().positive().default(2),
}) {
  static readonly compact: readonly string[] = ['conditionals', 'conditionalsLogPsi', 'conditional'];

  /** A layer of the kind of the model. */
  protected abstract makeLayer(attributes: SiteLayerAttributes, name: string): SiteLayer;

  /** The sites in the shape that the layers take: (batch, sites) unless a model says otherwise. */
  protected arrange(x: Tensor): Tensor {
    return x;
  }

  /**
   * log psi: x (batch, sites) to (batch), or (sites) to (1). A value that is no local state adds nothing.
   * @throws ShapeError, ArgumentError where `features` do not fit `layers` and `localStates`
   */
  call(x: Tensor): Tensor {
    const states = this.#batch(x);
    const isState = equal(expandDims(states, -1), tensor([...this.localStates], { dtype: states.dtype }));
    return sum(where(isState, this.conditionalsLogPsi(states), 0), { axis: [-2, -1] });
  }

  /** log psi of each local state at each site, given the sites before: x (batch, sites) to (batch, sites, states). */
  conditionalsLogPsi(x: Tensor): Tensor {
    return this.#wholeLogPsi(x, this.#layers());
  }

  /** The probability of each local state at each site, given the sites before: x (batch, sites) to (batch, sites, states). */
  conditionals(x: Tensor): Tensor {
    return exp(mul(this.conditionalsLogPsi(x), this.machinePow));
  }

  /**
   * The probability of each local state at the site `index`, given the sites before, which must be there: x (batch, sites) to
   * (batch, states). The fast models look at the site before alone and keep the others in the collection `cache`, which must be
   * mutable: they are called for site after site from 0.
   */
  conditional(x: Tensor, index: netket.SiteIndex): Tensor {
    const layers = this.#layers();
    const logPsi = layers.every(isCached) ? this.#siteLogPsi(x, index, layers) : take(this.#wholeLogPsi(x, layers), index, { axis: 1, mode: 'clip' });
    return exp(mul(logPsi, this.machinePow));
  }

  #wholeLogPsi(x: Tensor, layers: readonly SiteLayer[]): Tensor {
    const states = this.#batch(x);
    const y = this.#network(layers, expandDims(this.arrange(states), -1), (layer, value) => layer.call(value));
    return this.#normalized(reshape(y, [states.shape[0]!, this.sites, this.localStates.length]));
  }

  #siteLogPsi(x: Tensor, index: netket.SiteIndex, layers: readonly CachedSiteLayer[]): Tensor {
    // At site 0 it does not matter which site is taken: the first layer does not look at it.
    const before = typeof index === 'number' ? Math.max(0, index - 1) : sub(index, 1);
    const input = expandDims(take(this.#batch(x), before, { axis: 1, mode: 'clip' }), -1);
    return this.#normalized(this.#network(layers, input, (layer, value) => layer.updateSite(value, index)));
  }

  #network<Layer>(layers: readonly Layer[], x: Tensor, through: (layer: Layer, value: Tensor) => Tensor): Tensor {
    return layers.reduce((value, layer, i) => through(layer, i === 0 ? value : this.activation(value)), x);
  }

  #layers(): SiteLayer[] {
    const { useBias, paramDtype, kernelInit, biasInit } = this;
    return this.#features().map((features, i) => this.makeLayer({ features, exclusive: i === 0, useBias, paramDtype, kernelInit, biasInit }, `_layers_${i}`));
  }

  #features(): readonly number[] {
    const { layers, localStates: { length: count } } = this;
    const features = typeof this.features === 'number' ? [...Array.from({ length: layers - 1 }, () => this.features as number), count] : this.features;
    if (features.length !== layers) throw new ArgumentError(this.constructor.name, 'features', `must be one for each of the ${layers} layers, found ${features.length}`);
    if (features.at(-1) !== count) throw new ArgumentError(this.constructor.name, 'features', `must end with the count of local states, ${count}, found ${features.at(-1)}`);
    return features;
  }

  #normalized(y: Tensor): Tensor {
    const power = this.machinePow;
    return sub(y, mul(logsumexp(mul(y, power), { axis: -1, keepdims: true }), 1 / power));
  }

  #batch(x: Tensor): Tensor {
    if (x.shape.at(-1) !== this.sites || x.rank > 2) throw new ShapeError(this.constructor.name, [formatShape(x.shape)], `the input must be (batch, ${this.sites}) or (${this.sites})`);
    return x.rank === 1 ? expandDims(x, 0) : x;
  }
}
