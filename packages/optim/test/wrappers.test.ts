import { ArgumentError, scalar, tensor, trace, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import {
  accumulateGradients, adam, addDecayedWeights, applyIfFinite, applyUpdates, chain, injectHyperparams, lookahead, lookaheadParams, MissingParamsError, maskedTransform, partition,
  scaleByLearningRate, sgd, type GradientTransformation, type LookaheadParams, type OptimizerState,
} from '../src/index.js';

const float = (values: readonly number[]): Tensor => tensor([...values], { dtype: 'float32' });
const params = { w: float([1, 2]), b: float([3]) };
const gradients = (value: number): typeof params => ({ w: float([value, value]), b: float([value]) });
const plain = (given: Tree<Tensor>): unknown => tree.map((leaf: Tensor) => leaf.toArray(), given) as unknown;

/** The updates of several gradients, one after another. */
function run(optimizer: GradientTransformation, values: readonly number[]): unknown[] {
  let state: OptimizerState = optimizer.init(params);
  return values.map((value) => {
    const [updates, next] = optimizer.update(gradients(value), state, params);
    state = next;
    return plain(updates);
  });
}

describe('maskedTransform', () => {
  it('leaves updates where the mask is false as they are, and keeps no state for them', () => {
    const optimizer = maskedTransform(sgd(0.5, { momentum: 0.9 }), { w: true, b: false });
    expect(run(optimizer, [1])).toEqual([{ w: [-0.5, -0.5], b: [1] }]);
    expect(plain(optimizer.init(params))).toEqual({ inner_state: [{ trace: { w: [0, 0], b: null } }, {}] });
  });

  it('takes a function of the parameters as its mask', () => {
    const optimizer = maskedTransform(sgd(1), (given) => Object.fromEntries(Object.entries(given as typeof params).map(([name, leaf]) => [name, leaf.size > 1])));
    expect(run(optimizer, [1])).toEqual([{ w: [-1, -1], b: [1] }]);
  });

  it('refuses a mask with other keys than the parameters, and names the key', () => {
    expect(() => maskedTransform(sgd(1), { w: true }).init(params)).toThrow(ArgumentError);
    expect(() => maskedTransform(sgd(1), { w: true }).init(params)).toThrow(/`b` is in one of them only/);
    expect(() => maskedTransform(sgd(1), { w: { x: true }, b: true }).init(params)).toThrow(/at `w`/);
  });
});

describe('partition', () => {
  it('gives each group its own transformation, labelled by a function too', () => {
    const labels = (given: Tree<Tensor>) => Object.fromEntries(Object.keys(given as typeof params).map((name) => [name, name === 'w' ? 'fast' : 'slow']));
    expect(run(partition({ fast: sgd(1), slow: sgd(0.1) }, labels), [10])).toEqual([{ w: [-10, -10], b: [expect.closeTo(-1, 6)] }]);
  });

  it('refuses a label without a transformation', () => {
    expect(() => partition({ fast: sgd(1) }, { w: 'fast', b: 'slow' }).init(params)).toThrow(/`slow`, for which there is no transformation; those are for fast/);
  });
});

describe('accumulateGradients', () => {
  it('updates once in a round, by the mean of its gradients, and by nothing between', () => {
    const all = (value: number): unknown => ({ w: [expect.closeTo(value, 6), expect.closeTo(value, 6)], b: [expect.closeTo(value, 6)] });
    expect(run(accumulateGradients(sgd(1), 3), [1, 2, 6, 4])).toEqual([0, 0, -3, 0].map(all));
  });

  it('takes the length of a round from the count of updates', () => {
    const longer = accumulateGradients(sgd(1), (step) => step.add(1));
    expect(run(longer, [1, 1, 1]).map((updates) => (updates as { b: number[] }).b[0] !== 0)).toEqual([true, false, true]);
  });

  it('refuses a length that is no whole number from 1 on', () => {
    for (const length of [0, -1, 1.5]) expect(() => accumulateGradients(sgd(1), length)).toThrow(ArgumentError);
  });

  it('traces with an inner update that runs only at the end of a round', () => {
    const optimizer = accumulateGradients(adam(0.1), 4);
    const { leaves, structure } = tree.flatten<Tensor>({ params, state: optimizer.init(params) });
    const step = (...flat: Tensor[]): Tensor[] => {
      const given = tree.unflatten(structure, flat) as { params: typeof params; state: OptimizerState };
      return tree.leaves<Tensor>(optimizer.update(given.params, given.state, given.params) as readonly Tree<Tensor>[]);
    };
    const primitives = trace(step, leaves).program.equations.map(({ primitive }) => primitive);
    expect(primitives).toContain('switchCase');
    expect(primitives).not.toContain('sqrt');
  });
});

describe('applyIfFinite', () => {
  const optimizer = applyIfFinite(sgd(1, { momentum: 1 }), 1);

  it('makes updates that are not finite 0 and leaves the state of the optimiser as it was', () => {
    expect(run(optimizer, [1, NaN, 1])).toEqual([{ w: [-1, -1], b: [-1] }, { w: [0, 0], b: [0] }, { w: [-2, -2], b: [-2] }]);
  });

  it('lets them through when there are more in a row than the limit, and counts them', () => {
    expect(run(optimizer, [Infinity, Infinity])[1]).toEqual({ w: [-Infinity, -Infinity], b: [-Infinity] });
    let state: OptimizerState = optimizer.init(params);
    for (const value of [NaN, 1, NaN]) [, state] = optimizer.update(gradients(value), state);
    expect(plain(state)).toMatchObject({ notfinite_count: 1, total_notfinite: 2, last_finite: false });
  });
});

describe('lookahead', () => {
  const optimizer = lookahead(sgd(1), { syncPeriod: 2, slowStepSize: 0.5 });

  it('moves the slow parameters a part of the way at each meeting, from where the fast ones go on', () => {
    let both: LookaheadParams = lookaheadParams(params);
    let state: OptimizerState = optimizer.init(both);
    const places: unknown[] = [];
    for (const value of [1, 1, 1]) {
      const [updates, next] = optimizer.update(gradients(value), state, both);
      [both, state] = [applyUpdates(both, updates), next];
      places.push(plain(both));
    }
    expect(places).toEqual([
      { fast: { w: [0, 1], b: [2] }, slow: { w: [1, 2], b: [3] } },
      { fast: { w: [0, 1], b: [2] }, slow: { w: [0, 1], b: [2] } },
      { fast: { w: [-1, 0], b: [1] }, slow: { w: [0, 1], b: [2] } },
    ]);
  });

  it('begins the fast optimiser anew where that is asked for', () => {
    const anew = lookahead(sgd(1, { momentum: 0.5 }), { syncPeriod: 1, slowStepSize: 0.5, resetState: true });
    const both = lookaheadParams(params);
    const [, state] = anew.update(gradients(1), anew.init(both), both);
    expect(plain(state)).toMatchObject({ fast_state: [{ trace: { w: [0, 0], b: [0] } }, {}] });
  });
});

describe('injectHyperparams', () => {
  const optimizer = injectHyperparams(({ learningRate }) => sgd(learningRate), { learningRate: 0.5 });

  it('uses the hyperparameters of its state, which may be changed between updates', () => {
    const state = optimizer.init(params);
    expect(plain(optimizer.update(gradients(1), state)[0])).toEqual({ w: [-0.5, -0.5], b: [-0.5] });
    const changed = { ...state, hyperparams: { learningRate: scalar(0.25, 'float32') } };
    expect(plain(optimizer.update(gradients(1), changed)[0])).toEqual({ w: [-0.25, -0.25], b: [-0.25] });
  });

  it('refuses what is no number, tensor or schedule', () => {
    expect(() => injectHyperparams(({ learningRate }) => sgd(learningRate), { learningRate: NaN })).toThrow(ArgumentError);
  });
});

describe('addDecayedWeights', () => {
  it('leaves out what its mask leaves out, and needs the parameters', () => {
    const optimizer = chain(addDecayedWeights(0.1, { mask: { w: true, b: false } }), scaleByLearningRate(1));
    expect(run(optimizer, [0])).toEqual([{ w: [expect.closeTo(-0.1, 6), expect.closeTo(-0.2, 6)], b: [-0] }]);
    expect(() => optimizer.update(gradients(0), optimizer.init(params))).toThrow(MissingParamsError);
  });
});
