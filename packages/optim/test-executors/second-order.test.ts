import { readFileSync } from 'node:fs';
import { compile } from '@flaxon/runtime-onnx';
import { add, cosh, index, log, matmul, mul, square, sub, sum, tensor, tree, vmap, type Tensor, type Tree } from '@flaxon/tensor';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { applyUpdates, cg, lbfgs, minimize, naturalGradient, scaleByBacktrackingLinesearch, valueAndGradFromState, type GradientTransformation, type OptimizerState } from '../src/index.js';
import { expectClose, tensors, type Plain } from '../test/cases/optax.js';

type Executed<Args extends readonly unknown[], R> = (...args: Args) => Promise<R>;

const opened: AsyncDisposable[] = [];
afterAll(async () => {
  for (const one of opened) await one[Symbol.asyncDispose]();
});

/** `f` on the executor of this run: as one graph on ONNX Runtime, or by the eager kernels. */
function on<Args extends readonly Tree<Tensor>[], R extends Tree<Tensor>>(f: (...args: Args) => R): Executed<Args, R> {
  if (inject('executor') !== 'onnx') return (...args) => Promise.resolve(f(...args));
  const compiled = compile(f);
  opened.push(compiled);
  return (...args) => compiled(...args);
}

interface Path {
  readonly path: readonly { readonly params: Plain }[];
}

const readCases = (name: string): unknown => JSON.parse(readFileSync(new URL(`../test/cases/${name}.json`, import.meta.url), 'utf8'));

type Params = { readonly x: Tensor; readonly y: Tensor };

const rosenbrock = ({ x, y }: Params): Tensor => sum(add(mul(square(sub(y, square(x))), 100), square(sub(1, x))));

describe('L-BFGS', () => {
  const { starts, float64 } = readCases('second_order') as { readonly starts: { readonly rosenbrock: Plain }; readonly float64: { readonly cases: Readonly<Record<string, Path>> } };
  const optimizers: Readonly<Record<string, GradientTransformation>> = {
    'lbfgs on rosenbrock': lbfgs(),
    'lbfgs with backtracking': lbfgs({ linesearch: scaleByBacktrackingLinesearch({ maxBacktrackingSteps: 15, storeGrad: true }) }),
  };

  it.each(Object.keys(optimizers))('takes the steps of Optax, each step and its search one graph: %s', async (name) => {
    const optimizer = optimizers[name]!;
    const step = on((params: Params, state: OptimizerState): [Params, OptimizerState] => {
      const [value, grad] = valueAndGradFromState(rosenbrock)(params, state);
      const [updates, next] = optimizer.update(grad, state, params, { value, grad, valueFn: rosenbrock });
      return [applyUpdates(params, updates), next];
    });
    let params = tensors(starts.rosenbrock, 'float64') as Params;
    let state: OptimizerState = optimizer.init(params);
    for (const wanted of float64.cases[name]!.path.slice(0, 5)) {
      [params, state] = await step(params, state);
      expectClose(params, wanted.params, { relative: 1e-8, absolute: 1e-10 });
    }
  });

  it.each(['float32', 'float64'] as const)('finds minima of many problems at once, as one graph, in %s', async (dtype) => {
    const run = on((x: Tensor, y: Tensor) => vmap((a: Tensor, b: Tensor) => minimize(rosenbrock, { x: a, y: b }, { maxIterations: 60, tolerance: 1e-4 }).params)(x, y) as Params);
    const { x, y } = await run(tensor([-1.2, 0.5, 1], { dtype }), tensor([1, -0.5, 1], { dtype }));
    expectClose({ x, y }, { x: [1, 1, 1], y: [1, 1, 1] }, { relative: 0, absolute: 5e-3 });
  });
});

describe('the natural gradient', () => {
  type Machine = { readonly kernel: Tensor; readonly bias: Tensor; readonly visible: Tensor };
  type Problem = { readonly params: Plain; readonly samples: number[][]; readonly even: { readonly gradient: Plain; readonly natural: Plain } };
  const { params, samples, even } = (readCases('natural_gradient') as Readonly<Record<string, Problem>>)['many samples']!;
  const logPsi = ({ kernel, bias, visible }: Machine, given: Tensor): Tensor => add(sum(log(cosh(add(matmul(given, kernel), bias))), { axis: -1 }), matmul(given, visible));

  it.each(['dense', 'onTheFly'] as const)('is one graph: %s', async (method) => {
    const run = on((machine: Machine, gradient: Machine, given: Tensor) => naturalGradient(logPsi, machine, given, gradient, { method, solver: { tol: 1e-12 } }));
    const found = await run(tensors(params, 'float64') as Machine, tensors(even.gradient, 'float64') as Machine, tensor(samples, { dtype: 'float64' }));
    expectClose(found, even.natural, { relative: 1e-7, absolute: 1e-8 });
  });
});

describe('conjugate gradients', () => {
  it('solve as one graph, for a tree', async () => {
    const solve = on((matrix: Tensor, a: Tensor, b: Tensor) => cg(
      (x) => {
        const { u, v } = x as { readonly u: Tensor; readonly v: Tensor };
        const entry = (i: number, j: number): Tensor => index(matrix, [i, j]);
        return { u: add(mul(entry(0, 0), u), mul(entry(0, 1), v)), v: add(mul(entry(1, 0), u), mul(entry(1, 1), v)) };
      },
      { u: a, v: b },
      { tol: 1e-10 },
    ));
    const found = await solve(tensor([[4, 1], [1, 3]], { dtype: 'float64' }), tensor(1, { dtype: 'float64' }), tensor(2, { dtype: 'float64' }));
    expectClose(found, { u: 1 / 11, v: 7 / 11 }, { relative: 1e-9, absolute: 0 });
    expect(tree.leaves(found)).toHaveLength(2);
  });
});
