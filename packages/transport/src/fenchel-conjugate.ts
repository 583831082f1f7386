import type { Module, Variables } from '@flaxon/core';
import { ArgumentError, formatShape, grad, mul, ShapeError, stopGradient, sub, sum, type Tensor } from '@flaxon/tensor';
import { lbfgs, type LbfgsOptions } from './lbfgs.js';

/** A module whose call is a potential: (n, d) to (n). */
export type PotentialModule = Module & { call(x: Tensor): Tensor };

export interface FenchelConjugateOptions {
  /** The potential f. */
  readonly module: PotentialModule;
  /** How the maximiser is found. */
  readonly solver?: LbfgsOptions & { readonly name?: 'lbfgs' };
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
  const value = (x: Tensor): Tensor => module.apply(variables, [x]) as Tensor;
  // Values of rows do not depend on each other, so the gradient of their sum holds the gradient of each.
  const gradient = grad((x: Tensor) => sum(value(x)));
  const inner = (x: Tensor): Tensor => sum(mul(x, y), { axis: -1 });
  const maximiser = stopGradient(lbfgs((x) => [sub(value(x), inner(x)), sub(gradient(x), y)], xInit ?? y, solver));
  return { val: sub(inner(maximiser), value(maximiser)), grad: maximiser };
}
