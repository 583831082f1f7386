import type { Module, Variables } from '@flaxon/core';
import { minimize } from '@flaxon/optim';
import { ArgumentError, expandDims, formatShape, mul, ShapeError, stopGradient, sub, sum, vmap, type Tensor, type Tree } from '@flaxon/tensor';

/** A module whose call is a potential: (n, d) to (n). */
export type PotentialModule = Module & { call(x: Tensor): Tensor };

/** When the search for a maximiser ends, by L-BFGS. */
export interface ConjugateSolverOptions {
  /** Ends for each point where the gradient is this short, 1e-5 by default. */
  readonly gtol?: number;
  /** How many steps there are at most, 50 by default. */
  readonly maxIter?: number;
}

export interface FenchelConjugateOptions {
  /** The potential f. */
  readonly module: PotentialModule;
  /** How the maximiser is found. */
  readonly solver?: ConjugateSolverOptions & { readonly name?: 'lbfgs' };
}

/** The values of a conjugate, (n), and its gradients, which are the maximisers, (n, d). */
export type Conjugate = { readonly val: Tensor; readonly grad: Tensor };

/**
 * The convex conjugate of a potential f at each row of y, (n, d): f*(y) = max over x of <x, y> - f(x), and the x where it is, from
 * `xInit` on, or from y (OTT: `ott.neural.networks.layers.conjugate.FenchelConjugateLBFGS`). No derivative flows through the maximiser.
 * @throws ShapeError, ArgumentError
 */
export function fenchelConjugate(variables: Variables, y: Tensor, xInit: Tensor | null, { module, solver = {} }: FenchelConjugateOptions): Conjugate {
  if (solver.name !== undefined && solver.name !== 'lbfgs') throw new ArgumentError('fenchelConjugate', 'solver', `must be 'lbfgs', found ${JSON.stringify(solver.name)}`);
  if (y.rank !== 2) throw new ShapeError('fenchelConjugate', [formatShape(y.shape)], 'the points must be (n, d)');
  const valueOf = (given: Variables) => (x: Tensor): Tensor => module.apply(given, [x]) as Tensor;
  const inner = (x: Tensor): Tensor => sum(mul(x, y), { axis: -1 });
  const { gtol = 1e-5, maxIter = 50 } = solver;
  // The search is a loop, which has no derivative in reverse: nothing in it may be of what is differentiated.
  const [fixed, targets] = [valueOf(stopGradient(variables as Tree<Tensor>) as Variables), stopGradient(y)];
  // A network that gives one point no axis is as good: the sum is the value.
  const fromOne = (start: Tensor, at: Tensor): Tensor =>
    minimize((x: Tensor) => sub(sum(fixed(expandDims(x, 0))), sum(mul(x, at))), start, { tolerance: gtol, maxIterations: maxIter }).params;
  const maximiser = vmap(fromOne)(stopGradient(xInit ?? y), targets) as Tensor;
  return { val: sub(inner(maximiser), valueOf(variables)(maximiser)), grad: maximiser };
}
