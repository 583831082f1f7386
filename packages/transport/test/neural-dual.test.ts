import { ICNN, PotentialMLP } from '@flaxon/layers';
import { ArgumentError, grad, initializers, mul, random, softplus, sub, tensor, tree, zeros, zerosLike, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { clipWeights, dualPotentials, neuralDualGradients, type DualParameters, type NeuralDualOptions } from '../src/index.js';

const normal = (seed: number): Tensor => random.normal(random.key(seed), [6, 2], { dtype: 'float64' });
const [source, target] = [normal(1), mul(normal(2), 2)];
const numbers = (x: Tensor): number[] => Array.from(x.data(), Number);
const meanSquaredLength = (x: Tensor): number => numbers(x).reduce((total, value) => total + value * value, 0) / 6;

const f = new PotentialMLP({ dimHidden: [5], actFn: softplus, paramDtype: 'float64' });
const g = new PotentialMLP({ dimHidden: [4], actFn: softplus, paramDtype: 'float64' });
const params: DualParameters = { f: f.init(random.key(3), [source]).params!, g: g.init(random.key(4), [source]).params! };
const options: NeuralDualOptions = { f, g, conjugateSolver: null };
const zero = tree.map((leaf: Tensor) => zerosLike(leaf), params as Tree<Tensor>) as DualParameters;

describe('neuralDualGradients', () => {
  it('of potentials that are half the squared length has the losses of the identity map', () => {
    const { lossF, lossG, wDist } = neuralDualGradients(zero, source, target, options);
    const [x, y] = [meanSquaredLength(source), meanSquaredLength(target)];
    expect(lossF.item()).toBeCloseTo((x + y) / 2, 12);
    expect(lossG.item()).toBe(0);
    expect(wDist.item()).toBeCloseTo(0, 12);
  });

  it('backward exchanges the potentials and the points', () => {
    const backward = neuralDualGradients(params, source, target, { ...options, direction: 'backward' });
    const exchanged = neuralDualGradients({ f: params.g, g: params.f }, target, source, { ...options, f: g, g: f });
    expect(backward.lossF.item()).toBe(exchanged.lossF.item());
    expect(tree.leaves<Tensor>(backward.gradients.f as Tree<Tensor>).map(numbers)).toEqual(tree.leaves<Tensor>(exchanged.gradients.g as Tree<Tensor>).map(numbers));
  });

  it('with a solver teaches g to guess what the solver finds, and f nothing about it', () => {
    const solved: NeuralDualOptions = { ...options, conjugateSolver: { gtol: 1e-9, maxIter: 50 } };
    const { gradients } = neuralDualGradients(params, source, target, { ...solved, update: 'g' });
    expect(tree.leaves<Tensor>(gradients.f as Tree<Tensor>).flatMap(numbers).every((slope) => slope === 0)).toBe(true);
    expect(tree.leaves<Tensor>(gradients.g as Tree<Tensor>).flatMap(numbers).some((slope) => slope !== 0)).toBe(true);
  });

  it('makes the dual loss smaller with a solver than without, as the conjugate is a maximum', () => {
    const solved = neuralDualGradients(params, source, target, { ...options, conjugateSolver: { gtol: 1e-9, maxIter: 50 } });
    expect(Number(solved.lossF.item())).toBeGreaterThan(Number(neuralDualGradients(params, source, target, options).lossF.item()));
  });

  it('has the gradient of the loss that it names, by central differences', () => {
    const { gradients } = neuralDualGradients(params, source, target, { ...options, update: 'f' });
    const bias = (params.f as { Dense_1: { bias: Tensor } }).Dense_1.bias;
    const lossAt = (by: number): number => {
      const moved = { ...params.f, Dense_1: { ...(params.f as { Dense_1: Record<string, Tensor> }).Dense_1, bias: sub(bias, -by) } };
      return Number(neuralDualGradients({ ...params, f: moved as DualParameters['f'] }, source, target, options).lossF.item());
    };
    const found = (gradients.f as { Dense_1: { bias: Tensor } }).Dense_1.bias;
    expect(numbers(found)[0]).toBeCloseTo((lossAt(1e-5) - lossAt(-1e-5)) / 2e-5, 7);
  });

  it('adds the lengths of negative weights where nothing else sees to them', () => {
    const network = new ICNN({ dimData: 2, dimHidden: [3], initFn: initializers.constant(-1), actFn: softplus, paramDtype: 'float64' });
    const made = network.init(random.key(5), [source]).params!;
    const networks: NeuralDualOptions = { f: network, g: network, conjugateSolver: null, update: 'f' };
    const slope = (posWeights: boolean): number[] => numbers((neuralDualGradients({ f: made, g: made }, source, target, { ...networks, posWeights, beta: 2 }).gradients.f as { w_zs_0: { kernel: Tensor } }).w_zs_0.kernel);
    // The slope of |relu(-w)| at w = (-1, -1, -1) is -1 / sqrt(3) each.
    slope(false).forEach((value, i) => expect(value - slope(true)[i]!).toBeCloseTo(-2 / Math.sqrt(3), 10));
  });

  it('refuses another loss for g', () => {
    expect(() => neuralDualGradients(params, source, target, { ...options, amortizationLoss: 'guess' as never })).toThrow(ArgumentError);
  });
});

describe('clipWeights', () => {
  it('sets negative weights between layers to 0 and leaves all else', () => {
    const weights = { w_zs_0: { kernel: tensor([-1, 2], { dtype: 'float64' }) }, w_xs_0: { bias: tensor([-1, 2], { dtype: 'float64' }) } };
    const clipped = clipWeights(weights) as typeof weights;
    expect(numbers(clipped.w_zs_0.kernel)).toEqual([0, 2]);
    expect(numbers(clipped.w_xs_0.bias)).toEqual([-1, 2]);
  });
});

describe('dualPotentials', () => {
  it('of half squared lengths are the identity and no distance', () => {
    const { transport, inverseTransport, distance } = dualPotentials(zero, source, target, { f, g });
    expect([numbers(transport), numbers(inverseTransport)]).toEqual([numbers(source), numbers(target)]);
    expect(distance.item()).toBeCloseTo(0, 12);
  });

  it('finds g from f with a solver: then grad f takes back where grad g leads', () => {
    const { inverseTransport } = dualPotentials(params, source, target, { f, g, conjugateSolver: { gtol: 1e-10, maxIter: 60 } });
    const back = f.apply({ params: params.f }, [inverseTransport], { method: 'potentialGradient' });
    numbers(back).forEach((coordinate, i) => expect(coordinate).toBeCloseTo(numbers(target)[i]!, 8));
  });

  it('takes a network of gradients for g, whose value comes by way of f', () => {
    const map = new PotentialMLP({ dimHidden: [4], isPotential: false, paramDtype: 'float64' });
    const made = { f: zero.f, g: tree.map((leaf: Tensor) => zerosLike(leaf), map.init(random.key(6), [zeros([1, 2], 'float64')]).params as Tree<Tensor>) as DualParameters['g'] };
    expect(dualPotentials(made, source, target, { f, g: map }).distance.item()).toBeCloseTo(0, 12);
    expect(grad((x: Tensor) => mul(dualPotentials(made, x, target, { f, g: map }).distance, 1))(source).shape).toEqual([6, 2]);
  });
});
