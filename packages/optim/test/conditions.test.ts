import { ArgumentError, greater, mul, scalar, tensor, trace, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import {
  adam, adaptiveGradClip, applyUpdates, chain, conditionallyMask, conditionallyTransform, fromage, keepParamsNonnegative, MissingExtraArgsError, MissingParamsError, polyakSgd, reduceOnPlateau,
  scaleByPolyak, scaleBySm3, scheduleFree, scheduleFreeEvalParams, setToZero, sgd, statelessWithTreeMap, treeMax, treeMin, treeNorm, treeSize, treeSum, treeVdot, treeWhere, zeroNans,
  type ExtraArgs, type GradientTransformation, type OptimizerState,
} from '../src/index.js';

const float = (values: readonly number[]): Tensor => tensor([...values], { dtype: 'float32' });
const plain = (given: Tree<Tensor>): unknown => tree.map((leaf: Tensor) => leaf.toArray(), given) as unknown;
const params = { w: float([1, -2]), b: scalar(3, 'float32') };

function run(optimizer: GradientTransformation, updates: readonly Tree<Tensor>[], extraArgs: readonly ExtraArgs[] = []): unknown[] {
  let state: OptimizerState = optimizer.init(params);
  return updates.map((each, i) => {
    const [steps, next] = optimizer.update(each, state, params, extraArgs[i]);
    state = next;
    return plain(steps);
  });
}

describe('zeroNans', () => {
  it('makes each NaN 0, leaves the rest, and says where there was one', () => {
    const optimizer = zeroNans();
    const [updates, state] = optimizer.update({ w: float([NaN, 5]), b: scalar(Infinity, 'float32') }, optimizer.init(params));
    expect(plain(updates)).toEqual({ w: [0, 5], b: Infinity });
    expect(plain(state)).toEqual({ found_nan: { w: true, b: false } });
  });
});

describe('keepParamsNonnegative', () => {
  it('stops at 0 what would fall below, and needs the parameters', () => {
    const optimizer = keepParamsNonnegative();
    expect(run(optimizer, [{ w: float([-3, 0.5]), b: scalar(-1, 'float32') }])).toEqual([{ w: [-1, 2], b: -1 }]);
    expect(() => optimizer.update(params, optimizer.init(params))).toThrow(MissingParamsError);
  });
});

describe('setToZero and statelessWithTreeMap', () => {
  it('give updates of 0, and what a function says of each update', () => {
    expect(run(setToZero(), [params])).toEqual([{ w: [0, 0], b: 0 }]);
    expect(run(statelessWithTreeMap((update, param) => mul(update, param!)), [params])).toEqual([{ w: [1, 4], b: 9 }]);
    expect(run(statelessWithTreeMap((update) => mul(update, 2)), [params])).toEqual([{ w: [2, -4], b: 6 }]);
  });
});

describe('conditions', () => {
  it('leave the state of what does not run as it was', () => {
    const every = (step: Tensor): Tensor => greater(step, 0);
    const optimizer = conditionallyTransform(sgd(1, { momentum: 1 }), every);
    expect(run(optimizer, [params, params, params])).toEqual([{ w: [1, -2], b: 3 }, { w: [-1, 2], b: -3 }, { w: [-2, 4], b: -6 }]);
    expect(run(conditionallyMask(sgd(1), every), [params, params])).toEqual([{ w: [0, 0], b: 0 }, { w: [-1, 2], b: -3 }]);
  });

  it('run what they hold for alone, as a branch', () => {
    const optimizer = conditionallyTransform(adam(0.1), (step) => greater(step, 3));
    const state = optimizer.init(params);
    const { program } = trace((w) => [(optimizer.update({ ...params, w: w! }, state, params)[0] as typeof params).w], [params.w]);
    expect(program.equations.map(({ primitive }) => primitive)).not.toContain('sqrt');
  });

  it('get what update was given where that is asked for', () => {
    const optimizer = conditionallyMask(sgd(1), (_, { value }) => greater(value!, 1), { forwardExtraArgs: true });
    const values = [0, 2].map((value) => ({ value: scalar(value, 'float32') }));
    expect(run(optimizer, [params, params], values)).toEqual([{ w: [0, 0], b: 0 }, { w: [-1, 2], b: -3 }]);
    expect(() => conditionallyMask(sgd(1), () => scalar(true, 'bool'), { forward: true } as object)).toThrow(ArgumentError);
  });
});

describe('transformations that need the value of the objective', () => {
  it('say so where it is not given', () => {
    for (const optimizer of [polyakSgd(), reduceOnPlateau()] as readonly GradientTransformation[]) {
      expect(() => optimizer.update(params, optimizer.init(params), params)).toThrow(MissingExtraArgsError);
    }
  });

  it('scaleByPolyak makes no step where the gradient is 0', () => {
    const zeros = { w: float([0, 0]), b: scalar(0, 'float32') };
    expect(run(scaleByPolyak(), [zeros], [{ value: scalar(3, 'float32') }])).toEqual([{ w: [0, 0], b: 0 }]);
    expect(() => scaleByPolyak({ variant: 'sps-' as 'sps' })).toThrow(/'sps' or 'sps\+'/);
  });

  it('reduceOnPlateau reduces after as many values as its patience says, and not below the least', () => {
    const optimizer = chain(sgd(1), reduceOnPlateau({ factor: 0.5, patience: 2, minScale: 0.4 }));
    const values = [1, 1, 1, 1, 1, 1, 1].map((value) => ({ value: scalar(value, 'float32') }));
    const steps = run(optimizer, values.map(() => params), values) as { b: number }[];
    [-3, -3, -1.5, -1.5, -1.2, -1.2, -1.2].forEach((step, i) => expect(steps[i]!.b).toBeCloseTo(step, 5));
  });

  it('reduceOnPlateau refuses numbers that make no sense', () => {
    expect(() => reduceOnPlateau({ factor: 1 })).toThrow(/between 0 and 1/);
    expect(() => reduceOnPlateau({ rtol: 0 })).toThrow(/rtol/);
    expect(() => reduceOnPlateau({ patients: 3 } as object)).toThrow(/patients/);
  });
});

describe('scheduleFree', () => {
  it('evaluates with the mean of the parameters of its optimiser where all rates are the same', () => {
    const optimizer = scheduleFree(sgd(0.1), 0.1, { b1: 0.5 });
    let given = { x: float([1]) };
    let state = optimizer.init(given);
    const own: number[] = [];
    for (const gradient of [1, 3, 2]) {
      const [updates, next] = optimizer.update({ x: float([gradient]) }, state, given);
      [given, state] = [applyUpdates(given, updates), next];
      own.push(Number((state.z as typeof given).x.data()[0]));
    }
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    expect(Number(scheduleFreeEvalParams(state, given).x.data()[0])).toBeCloseTo(mean, 5);
  });
});

describe('parameters that need care', () => {
  it('adaptiveGradClip asks for axes where it cannot know them', () => {
    const big = { w: tensor([[[[[[1]], [[2]]], [[[1]], [[2]]]], [[[[1]], [[2]]], [[[1]], [[2]]]]]], { dtype: 'float32', shape: [1, 2, 2, 2, 1, 1] }) };
    const optimizer = adaptiveGradClip(0.1);
    expect(() => optimizer.update(big, optimizer.init(big), big)).toThrow(/must be given for parameters of rank 6/);
  });

  it('scaleBySm3 takes scalars, as vectors of one element', () => {
    const optimizer = scaleBySm3({ b1: 0 });
    expect((run(optimizer, [params]) as { b: number }[])[0]!.b).toBeCloseTo(1, 4);
  });

  it('fromage shrinks parameters without a gradient by no more than their rate says', () => {
    const [step] = run(fromage(0.1), [{ w: float([0, 0]), b: scalar(0, 'float32') }]) as { w: number[] }[];
    expect(step!.w[0]).toBeCloseTo(1 / Math.sqrt(1.01) - 1, 6);
  });
});

describe('arithmetic on trees', () => {
  it('reduces over all leaves', () => {
    expect([treeSum(params), treeMax(params), treeMin(params), treeVdot(params, params)].map((one) => one.item())).toEqual([2, 3, -2, 14]);
    expect(treeSize(params)).toBe(3);
    expect(treeNorm(params, { squared: true }).item()).toBe(14);
    expect(treeNorm(params, { ord: 1 }).item()).toBe(6);
    expect(treeNorm(params, { ord: 'inf' }).item()).toBe(3);
    expect(treeNorm({}).item()).toBe(0);
  });

  it('chooses whole trees by one condition', () => {
    expect(plain(treeWhere(scalar(false, 'bool'), params, tree.map((leaf: Tensor) => mul(leaf, 0), params)))).toEqual({ w: [0, -0], b: 0 });
  });
});
