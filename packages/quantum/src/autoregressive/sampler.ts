import type { Collection, Variables } from '@flaxon/core';
import { add, arange, cumsum, equal, expandDims, greater, log, mul, random, scan, sliceAxis, sum, take, tensor, where, zeros, type Dim, type Dtype, type Tensor } from '@flaxon/tensor';
import type { AutoregressiveModel } from './model.js';

export interface KeyOptions {
  readonly key: Tensor;
}

/**
 * One of `values` (states) for each row of the probabilities p: (batch, states) to (batch) (NetKet: `nk.jax.batch_choice`). The uniform
 * numbers are float64 whatever p is.
 */
export const batchChoice = (values: Tensor, p: Tensor, { key }: KeyOptions): Tensor => take(values, choices(p, key), { axis: 0, mode: 'clip' });

function choices(p: Tensor, key: Tensor): Tensor {
  const cumulative = cumsum(p, { axis: 1 });
  const states = p.shape[1] as number;
  const drawn = mul(sliceAxis(cumulative, 1, states - 1, states), random.uniform(key, [p.shape[0]!, 1], { dtype: 'float64' }));
  return sum(greater(drawn, cumulative), { axis: 1 });
}

export interface DirectSampleOptions extends KeyOptions {
  readonly module: AutoregressiveModel;
  /** How many samples a call makes; in a traced function it may be a symbolic dimension of one of its arguments. */
  readonly chainLength: Dim;
}

export interface DirectSample {
  /** (chainLength, sites), of the smallest integer dtype that holds the local states. */
  readonly samples: Tensor;
  /** log of the probability of each sample, float64: (chainLength). */
  readonly logProb: Tensor;
  /** For the next call. */
  readonly key: Tensor;
}

/**
 * Independent samples of |psi|^machinePow, site by site from the conditional probabilities (NetKet: `nk.sampler.ARDirectSampler`), with the
 * same draws. One loop over the sites: with a fast model each turn looks at one site and the cache.
 */
export function sampleDirectly(variables: Variables, { module, key, chainLength }: DirectSampleOptions): DirectSample {
  const { sites, localStates } = module;
  const [next, cacheKey, start] = [...Array(3).keys()].map((i) => take(random.split(key, 3), i, { axis: 0 })) as [Tensor, Tensor, Tensor];
  const values = tensor([...localStates], { dtype: stateDtype(localStates) });
  const samples = zeros([chainLength, sites], values.dtype);
  const { cache = {} } = module.init(cacheKey, [samples, 0], { method: 'conditional' });
  const fixed = Object.fromEntries(Object.entries(variables).filter(([collection]) => collection !== 'cache'));

  const step = (carry: Carry, site: Tensor): [Carry, Record<never, never>] => {
    const [following, drawKey] = [0, 1].map((i) => take(random.split(carry.key), i, { axis: 0 })) as [Tensor, Tensor];
    const [p, updates] = module.apply({ ...fixed, cache: carry.cache }, [carry.samples, site], { method: 'conditional', mutable: ['cache'] }) as [Tensor, Variables];
    const chosen = choices(p, drawKey);
    const probability = sum(where(equal(arange(localStates.length), expandDims(chosen, 1)), p, 0), { axis: 1 });
    return [
      {
        samples: where(equal(arange(sites), site), expandDims(take(values, chosen, { axis: 0, mode: 'clip' }), 1), carry.samples),
        logProb: add(carry.logProb, log(probability)),
        key: following,
        cache: updates.cache ?? {},
      },
      {},
    ];
  };
  const first = { samples, logProb: zeros([chainLength], 'float64'), key: start, cache };
  const [last] = scan(step, first, arange(sites));
  return { samples: last.samples, logProb: last.logProb, key: next };
}

interface Carry {
  readonly samples: Tensor;
  readonly logProb: Tensor;
  readonly key: Tensor;
  readonly cache: Collection;
  readonly [name: string]: Tensor | Collection;
}

/** The smallest integer dtype that holds the states, float64 for fractions. */
function stateDtype(states: readonly number[]): Dtype {
  if (!states.every(Number.isInteger)) return 'float64';
  const largest = Math.max(...states.map((state) => (state < 0 ? -state - 1 : state)));
  return largest < 2 ** 7 ? 'int8' : largest < 2 ** 15 ? 'int16' : 'int32';
}

/** Samples of several calls, each with the key that the one before left. */
export function arDirectSample(variables: Variables, { calls = 1, ...options }: DirectSampleOptions & { readonly calls?: number }): Omit<DirectSample, 'logProb'>[] {
  const made: Omit<DirectSample, 'logProb'>[] = [];
  for (let call = 0; call < calls; call++) {
    const { samples, key } = sampleDirectly(variables, { ...options, key: made.at(-1)?.key ?? options.key });
    made.push({ samples, key });
  }
  return made;
}

/** Samples of one call with the logarithms of their probabilities. */
export function arDirectSampleLogProb(variables: Variables, options: DirectSampleOptions): Omit<DirectSample, 'key'> {
  const { samples, logProb } = sampleDirectly(variables, options);
  return { samples, logProb };
}
