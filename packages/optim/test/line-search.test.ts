import { readFileSync } from 'node:fs';
import { add, full, index, log, mul, scalar, square, sub, sum, tensor, trace, tree, valueAndGrad, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import {
  applyUpdates, chain, flatten, globalNorm, injectHyperparams, lbfgs, minimize, MissingExtraArgsError, MissingParamsError, OptimizerStateError, scale, scaleByBacktrackingLinesearch,
  scaleByLbfgs, scaleByZoomLinesearch, sgd, valueAndGradFromState, type GradientTransformation, type OptimizerState,
} from '../src/index.js';
import { expectClose, tensors, type Plain } from './cases/optax.js';

interface Update {
  readonly params: Plain;
  readonly value: Plain;
  readonly rate: Plain;
  readonly evaluations: Plain;
}

type Precision = 'float32' | 'float64';
type Named<T> = Readonly<Record<string, T>>;

/** What Optax computed; cases/make_second_order.py wrote it. */
const reference = JSON.parse(readFileSync(new URL('cases/second_order.json', import.meta.url), 'utf8')) as { readonly starts: Named<Plain> } & Readonly<
  Record<Precision, { readonly cases: Named<{ readonly objective: string; readonly path: readonly Update[]; readonly state: Plain; readonly spread?: readonly Plain[] }> }>
>;

type Objective = (params: Tree<Tensor>) => Tensor;

const leaf = (params: Tree<Tensor>, name: string): Tensor => (params as Readonly<Record<string, Tensor>>)[name]!;

/** As in make_second_order.py. */
const objectives: Named<Objective> = {
  rosenbrock: (params) => {
    const [x, y] = [leaf(params, 'x'), leaf(params, 'y')];
    return sum(add(mul(square(sub(y, square(x))), 100), square(sub(1, x))));
  },
  quadratic: (params) => {
    const { a, b: { c } } = params as { readonly a: Tensor; readonly b: { readonly c: Tensor } };
    const curvatures = tensor([[1, 3, 10], [30, 100, 2]], { dtype: a.dtype });
    return add(add(mul(sum(mul(curvatures, square(a))), 0.5), sum(square(c))), add(sum(mul(index(a, [0]), c)), sum(c)));
  },
  logarithms: (params) => sum(sub(mul(leaf(params, 'x'), 3), log(leaf(params, 'x')))),
  'at the minimum': (params) => sum(square(leaf(params, 'x'))),
};

const zoom = scaleByZoomLinesearch;
const backtracking = scaleByBacktrackingLinesearch;

/** By the names in make_second_order.py. */
const optimizers: Named<GradientTransformation> = {
  'lbfgs on rosenbrock': lbfgs(),
  'lbfgs with a short memory': lbfgs({ memorySize: 2 }),
  'lbfgs from the identity': lbfgs({ scaleInitPrecond: false }),
  'lbfgs on a quadratic': lbfgs(),
  'lbfgs without a search': lbfgs({ learningRate: 0.1, linesearch: null }),
  'lbfgs with backtracking': lbfgs({ linesearch: backtracking({ maxBacktrackingSteps: 15, storeGrad: true }) }),
  'lbfgs outside the domain': lbfgs(),
  'lbfgs with a gradient of zero': lbfgs(),
  'zoom on steepest descent': chain(sgd(1), zoom({ maxLinesearchSteps: 15 })),
  'zoom from one': chain(sgd(1), zoom({ maxLinesearchSteps: 30, initialGuessStrategy: 'one' })),
  'zoom with a longest step': chain(sgd(1), zoom({ maxLinesearchSteps: 15, maxLearningRate: 0.015 })),
  'zoom by the first condition alone': chain(sgd(1), zoom({ maxLinesearchSteps: 20, approxDecRtol: null, curvRtol: 0.1, tol: 1e-9 })),
  'zoom with other numbers': chain(sgd(1e-4), zoom({ maxLinesearchSteps: 25, increaseFactor: 3, slopeRtol: 0.1, curvRtol: 0.3, stepsizePrecision: 1e-3 })),
  'zoom with too few steps': chain(sgd(1), zoom({ maxLinesearchSteps: 3 })),
  'zoom uphill': chain(scale(1), zoom({ maxLinesearchSteps: 6 })),
  'zoom outside the domain': chain(sgd(100), zoom({ maxLinesearchSteps: 4 })),
  backtracking: chain(sgd(1), backtracking({ maxBacktrackingSteps: 30, storeGrad: true })),
  'backtracking with other numbers': chain(
    sgd(1),
    backtracking({ maxBacktrackingSteps: 20, slopeRtol: 0.3, decreaseFactor: 0.5, increaseFactor: Infinity, maxLearningRate: 0.7, rtol: 1e-3, atol: 1e-4 }),
  ),
  'backtracking with too few steps': chain(sgd(1), backtracking({ maxBacktrackingSteps: 3 })),
  'backtracking outside the domain': chain(sgd(100), backtracking({ maxBacktrackingSteps: 2, storeGrad: true })),
};

const names = Object.keys(reference.float64.cases);
const number = (value: Plain): number => Number(value);
const flat = (value: Plain): number[] => (value === null ? [] : Array.isArray(value) ? (value as Plain[]).flatMap(flat) : typeof value === 'object' ? Object.keys(value).sort().flatMap((key) => flat((value as Named<Plain>)[key]!)) : [Number(value)]);
const numbers = (of: Tree<Tensor>): number[] => tree.leaves<Tensor>(of).flatMap((each) => Array.from(each.data(), Number));

/** The parameters and the state after each update of a case. */
function follow(name: string, dtype: Precision): { readonly params: Tree<Tensor>; readonly state: OptimizerState }[] {
  const { objective, path } = reference.float64.cases[name]!;
  const valueFn = objectives[objective]!;
  const optimizer = optimizers[name]!;
  let params = tensors(reference.starts[objective]!, dtype);
  let state = optimizer.init(params);
  return path.map(() => {
    const [value, grad] = valueAndGrad(valueFn)(params);
    const [updates, next] = optimizer.update(grad, state, params, { value, grad, valueFn });
    [params, state] = [applyUpdates(params, updates), next];
    return { params, state };
  });
}

/** The one tensor that stands under a name in a state. */
function found(state: OptimizerState, name: string): number | null {
  const paths = tree.flattenWithPath<Tensor>(state).filter(({ path }) => path.split('/').at(-1) === name);
  return paths.length === 0 ? null : Number(paths[0]!.leaf.item());
}

const isNear = (value: number, wanted: number, distance: number): boolean => Object.is(value, wanted) || Math.abs(value - wanted) <= distance;

describe('line searches and L-BFGS against Optax', () => {
  it.each(names)('%s takes its path in float64', (name) => {
    const wanted = reference.float64.cases[name]!.path;
    follow(name, 'float64').forEach(({ params, state }, i) => {
      expectClose(params, wanted[i]!.params, { relative: 1e-8, absolute: 1e-10 });
      if (wanted[i]!.rate !== null) expect(found(state, 'learning_rate')).toBeCloseTo(number(wanted[i]!.rate), 6);
      expect(found(state, 'num_linesearch_steps')).toBe(wanted[i]!.evaluations);
    });
  });

  it.each(names)('%s takes its path in float32, as near as paths stay that begin one rounding away', (name) => {
    const { path, spread } = reference.float32.cases[name]!;
    follow(name, 'float32').forEach(({ params }, i) => {
      const [got, wanted] = [numbers(params), flat(path[i]!.params)];
      wanted.forEach((value, k) => expect({ i, k, value: got[k], isNear: isNear(got[k]!, value, 2 * number(spread![i]!) + 1e-6 * (1 + Math.abs(value))) }).toEqual({ i, k, value: got[k], isNear: true }));
    });
  });

  it.each(names)('%s ends in the state of Optax', (name) => {
    const [got, wanted] = [numbers(follow(name, 'float64').at(-1)!.state), flat(reference.float64.cases[name]!.state)];
    expect(got.length).toBe(wanted.length);
    got.forEach((value, k) => expect({ k, value, isNear: isNear(value, wanted[k]!, 1e-6 * (1 + Math.abs(wanted[k]!))) }).toEqual({ k, value, isNear: true }));
  });
});

describe('a line search', () => {
  const params = { x: tensor([1, -2], { dtype: 'float64' }) };
  const valueFn: Objective = (given) => sum(square(leaf(given, 'x')));
  const [value, grad] = valueAndGrad(valueFn)(params);

  it('says what it needs and was not given', () => {
    const search = chain(sgd(1), zoom({ maxLinesearchSteps: 5 }));
    expect(() => search.update(grad, search.init(params), params)).toThrow(MissingExtraArgsError);
    expect(() => search.update(grad, search.init(params), params, { value, grad })).toThrow(/needs `valueFn`/);
    expect(() => search.update(grad, search.init(params))).toThrow(MissingParamsError);
  });

  it('refuses numbers that are none, and counts below 1', () => {
    expect(() => zoom({ maxLinesearchSteps: 0 })).toThrow(/whole number from 1 on/);
    expect(() => zoom({ maxLinesearchSteps: 5, tol: NaN })).toThrow(/tol/);
    expect(() => backtracking({ maxBacktrackingSteps: 1.5 })).toThrow(/whole number from 1 on/);
    expect(() => scaleByLbfgs({ memorySize: 0 })).toThrow(/memorySize/);
  });

  it('leaves value and gradient at its end for the next update', () => {
    for (const optimizer of [lbfgs(), lbfgs({ linesearch: backtracking({ maxBacktrackingSteps: 9, storeGrad: true }) })] as readonly GradientTransformation[]) {
      const first = optimizer.init(params);
      const evaluated = valueAndGradFromState(valueFn)(params, first);
      expect(evaluated[0].item()).toBe(5);
      const [updates, next] = optimizer.update(evaluated[1], first, params, { value: evaluated[0], grad: evaluated[1], valueFn });
      const moved = applyUpdates(params, updates);
      const [kept, again] = [valueAndGradFromState(() => scalar(NaN, 'float64'))(moved, next), valueAndGrad(valueFn)(moved)];
      expect(numbers(kept[1])).toEqual(numbers(again[1]));
      expect(kept[0].item()).toBe(again[0].item());
    }
  });

  it('that does not keep the gradient has none for the next update', () => {
    const optimizer = chain(sgd(1), backtracking({ maxBacktrackingSteps: 5 }));
    expect(() => valueAndGradFromState(valueFn)(params, optimizer.init(params))).toThrow(OptimizerStateError);
    expect(() => valueAndGradFromState(valueFn)(params, sgd(1).init(params))).toThrow(/storeGrad/);
  });

  it('gets what it needs through transformations around it, also where they work on one vector', () => {
    const plain = lbfgs();
    const [updates] = plain.update(grad, plain.init(params), params, { value, grad, valueFn });
    const around: readonly GradientTransformation[] = [flatten(lbfgs()), injectHyperparams(({ rate }) => lbfgs({ learningRate: rate }), { rate: 1 })];
    for (const optimizer of around) {
      const [same] = optimizer.update(grad, optimizer.init(params), params, { value, grad, valueFn });
      expectClose(same, tree.map((each: Tensor) => each.toArray(), updates) as Plain, { relative: 1e-12, absolute: 1e-14 });
    }
  });

  it('evaluates the objective in one place of one loop', () => {
    const search = chain(sgd(1), zoom({ maxLinesearchSteps: 9 }));
    let calls = 0;
    const counted: Objective = (given) => {
      calls++;
      return valueFn(given);
    };
    trace((x) => tree.leaves<Tensor>(search.update({ x: mul(x!, 2) }, search.init(params), { x: x! }, { value, grad, valueFn: counted })[0]), [params.x]);
    expect(calls).toBe(1);
  });
});

describe('minimize', () => {
  it('ends at the minimum of Rosenbrock, where the gradient is short', () => {
    const { params, value, gradientNorm, iterations } = minimize(objectives['rosenbrock']!, tensors({ x: -1.2, y: 1 }, 'float64'), { tolerance: 1e-8 });
    expectClose(params, { x: 1, y: 1 }, { relative: 1e-7, absolute: 0 });
    expect(Number(value.item())).toBeLessThan(1e-15);
    expect(Number(gradientNorm.item())).toBeLessThanOrEqual(1e-8);
    expect(Number(iterations.item())).toBeLessThan(60);
  });

  it('does no update where the gradient is short already, and no more than it may', () => {
    const at = { x: full([2], 0, 'float32') };
    expect(minimize(objectives['at the minimum']!, at).iterations.item()).toBe(0);
    expect(minimize(objectives['rosenbrock']!, tensors({ x: -1.2, y: 1 }, 'float32'), { maxIterations: 3 }).iterations.item()).toBe(3);
  });

  it('takes an optimizer without a search', () => {
    const { params, gradientNorm } = minimize(objectives['at the minimum']!, { x: tensor([1, 2], { dtype: 'float32' }) }, { optimizer: sgd(0.3), tolerance: 1e-3 });
    expect(Number(globalNorm(params).item())).toBeLessThan(1e-3);
    expect(Number(gradientNorm.item())).toBeLessThanOrEqual(1e-3);
  });
});
