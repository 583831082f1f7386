import { initializers, mul, random, sub, tensor, tree, type Tensor, type Tree } from '@flaxon/tensor';
import type { Variables } from '@flaxon/core';
import { describe, expect, it } from 'vitest';
import { isingExpectation, isingGroundStateEnergy, models, sampleDirectly, vmcFullSum, vmcSampled, type VmcOptions } from '../../src/index.js';
import { basisOf, elements, expectClose, key } from '../helpers.js';

const sites = 4;
const basis = basisOf(sites);
const kernelInit = initializers.normal({ stddev: 0.3 });
const rbm = new models.RBM({ kernelInit, hiddenBiasInit: kernelInit, visibleBiasInit: kernelInit });
const variables = rbm.init(key, [basis]);
const options: VmcOptions = { module: rbm, sites, h: 0.8 };

const tensorLike = (leaf: Tensor, values: Float64Array<ArrayBuffer>): Tensor => tensor(values, { shape: leaf.shape as readonly number[] });

const vector = (update: Tree<Tensor>): number[] => tree.leaves<Tensor>(update).flatMap(elements);

const energyOf = (params: Tree<Tensor>): number => {
  const logPsi = rbm.apply({ params: params as NonNullable<Variables['params']> }, [basis]);
  return Number(isingExpectation(basis, logPsi, { sites, h: 0.8 }).mean.item());
};

describe('sums over all states', () => {
  it('give the energy, its variance and its gradient', () => {
    const { energy, variance, update } = vmcFullSum(variables, basis, options);
    const wanted = isingExpectation(basis, rbm.apply(variables, [basis]), { sites, h: 0.8 });
    expectClose(energy, elements(wanted.mean), 1e-13);
    expectClose(variance, elements(wanted.variance), 1e-12);
    const params = variables.params as Tree<Tensor>;
    const leaves = tree.leaves<Tensor>(params);
    const differences = leaves.flatMap((leaf, at) => elements(leaf).map((_, place) => {
      const moved = (by: number): number => {
        const values = Float64Array.from(elements(leaf));
        values[place]! += by;
        return energyOf(tree.unflatten(tree.structure(params), leaves.map((other, i) => (i === at ? tensorLike(leaf, values) : other))));
      };
      return (moved(1e-5) - moved(-1e-5)) / 2e-5;
    }));
    vector(update).forEach((value, i) => expect(Math.abs(value - differences[i]!)).toBeLessThan(1e-8));
  });

  it.each([['fewer parameters than states', rbm], ['more', new models.RBM({ alpha: 6, kernelInit })]])('give the natural gradient with %s', (_, module) => {
    const made = module.init(key, [basis]);
    const natural = vector(vmcFullSum(made, basis, { ...options, module, preconditioner: { diagShift: 0.1 } }).update);
    const plain = vector(vmcFullSum(made, basis, { ...options, module }).update);
    const metric = metricOf(module, made);
    // (S + shift) d = F, with S by differences.
    plain.forEach((value, i) => {
      const product = natural.reduce((total, other, j) => total + metric[i]![j]! * other, 0.1 * natural[i]!);
      expect(Math.abs(product - value)).toBeLessThan(1e-6);
    });
  });

  it('give the natural gradient without the matrix of derivatives too', () => {
    const update = (method: 'dense' | 'onTheFly'): number[] => vector(vmcFullSum(variables, basis, { ...options, preconditioner: { diagShift: 0.1, method } }).update);
    const dense = update('dense');
    update('onTheFly').forEach((value, i) => expect(Math.abs(value - dense[i]!)).toBeLessThan(1e-4));
  });

  it('lead to the ground state by steps along the natural gradient', () => {
    const module = new models.ARNNDense({ sites, localStates: [1, -1], layers: 2, features: 3 });
    let current = module.init(random.key(1), [basis]);
    const energies: number[] = [];
    for (let step = 0; step < 30; step++) {
      const { energy, update } = vmcFullSum(current, basis, { module, sites, h: 1, preconditioner: {} });
      energies.push(Number(energy.item()));
      const params = tree.map((leaf: Tensor, move: Tensor) => sub(leaf, mul(move, 0.1)), current.params as Tree<Tensor>, update);
      current = { params: params as NonNullable<Variables['params']> };
    }
    const ground = isingGroundStateEnergy({ sites, h: 1 });
    expect(energies.every((energy) => energy > ground - 1e-10)).toBe(true);
    expect(energies.at(-1)! - ground).toBeLessThan(0.05 * (energies[0]! - ground));
  });
});

describe('means over samples', () => {
  it('are those over all states where every state is there as often as its probability says', () => {
    const flat = new models.RBM({ kernelInit: initializers.zeros, hiddenBiasInit: initializers.zeros, visibleBiasInit: initializers.zeros });
    const made = flat.init(key, [basis]);
    const [sampled, whole] = [vmcSampled(made, basis, { ...options, module: flat }), vmcFullSum(made, basis, { ...options, module: flat })];
    expectClose(sampled.energy, elements(whole.energy), 1e-14);
    expectClose(sampled.variance, elements(whole.variance), 1e-13);
    vector(sampled.update).forEach((value, i) => expect(Math.abs(value - vector(whole.update)[i]!)).toBeLessThan(1e-13));
  });

  it('come near those over all states', () => {
    const module = new models.ARNNDense({ sites, localStates: [1, -1], layers: 2, features: 3, biasInit: kernelInit });
    const made = module.init(key, [basis]);
    const { samples } = sampleDirectly(made, { module, key: random.key(3), chainLength: 1000 });
    const [sampled, whole] = [vmcSampled(made, samples, { module, sites, h: 1 }), vmcFullSum(made, basis, { module, sites, h: 1 })];
    const error = Math.sqrt(Number(whole.variance.item()) / 1000);
    expect(Math.abs(Number(sampled.energy.item()) - Number(whole.energy.item()))).toBeLessThan(5 * error);
  });
});

/** The covariance of the derivatives of log psi, by central differences. */
function metricOf(module: models.RBM, made: Variables): number[][] {
  const params = made.params as Tree<Tensor>;
  const leaves = tree.leaves<Tensor>(params);
  const logPsi = (at: number, values: Float64Array<ArrayBuffer>): number[] => {
    const moved = tree.unflatten(tree.structure(params), leaves.map((leaf, i) => (i === at ? tensorLike(leaf, values) : leaf)));
    return elements(module.apply({ params: moved as NonNullable<Variables['params']> }, [basis]));
  };
  const derivatives = leaves.flatMap((leaf, at) => elements(leaf).map((_, place) => {
    const shifted = (by: number): number[] => {
      const values = Float64Array.from(elements(leaf));
      values[place]! += by;
      return logPsi(at, values);
    };
    const [above, below] = [shifted(1e-5), shifted(-1e-5)];
    return above.map((value, i) => (value - below[i]!) / 2e-5);
  }));
  const squares = elements(module.apply(made, [basis])).map((value) => Math.exp(2 * value));
  const weights = squares.map((value) => value / squares.reduce((total, other) => total + other, 0));
  const mean = (values: readonly number[]): number => values.reduce((total, value, i) => total + weights[i]! * value, 0);
  const centred = derivatives.map((row) => row.map((value) => value - mean(row)));
  return centred.map((row) => centred.map((other) => mean(row.map((value, i) => value * other[i]!))));
}
