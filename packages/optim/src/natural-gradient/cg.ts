import { add, ArgumentError, astype, closureConvert, customVjp, div, greater, less, logicalAnd, matmul, maximum, mul, neg, scalar, stopGradient, Tensor, whileLoop, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from '../arguments.js';
import { initialCount } from '../count.js';
import { scalarDtype } from '../leaves.js';
import { treeAdd, treeAddScale, treeSize, treeSub, treeVdot, treeZerosLike } from '../tree-math.js';

/** A linear map of trees, symmetric and positive definite; a matrix (n, n) where the tree is a vector (n). */
export type LinearOperator = Tensor | ((x: Tree<Tensor>) => Tree<Tensor>);

export interface CgOptions {
  /** Where the search begins: 0 by default. */
  readonly x0?: Tree<Tensor>;
  /** Ends where the residual is at most `tol` times as long as the right side, or `atol` long: 1e-5 and 0 by default. */
  readonly tol?: number;
  readonly atol?: number;
  /** How many steps there are at most: ten for each unknown by default. */
  readonly maxiter?: number;
  /** An estimate of the inverse of the operator (`M` in JAX): the better it is, the fewer steps. */
  readonly preconditioner?: LinearOperator;
}

type State = { readonly x: Tree<Tensor>; readonly residual: Tree<Tensor>; readonly gamma: Tensor; readonly direction: Tree<Tensor>; readonly step: Tensor };

/** What an operator and a preconditioner take from the scope around them. */
type Captures = readonly [operator: readonly Tensor[], preconditioner: readonly Tensor[]];

type Apply = (x: Tree<Tensor>) => Tree<Tensor>;

const applying = (operator: LinearOperator): Apply => (operator instanceof Tensor ? (x) => matmul(operator, x as Tensor) : operator);

/** The loop, through which no derivative flows. */
function solve(operator: Apply, right: Tree<Tensor>, { x0, tol, atol, maxiter, preconditioner }: Required<Omit<CgOptions, 'preconditioner'>> & { readonly preconditioner: Apply | undefined }): Tree<Tensor> {
  const dtype = scalarDtype(right);
  const inner = (a: Tree<Tensor>, b: Tree<Tensor>): Tensor => astype(treeVdot(a, b), dtype);
  const least = maximum(mul(inner(right, right), tol ** 2), scalar(atol ** 2, dtype));
  const isUnfinished = ({ residual, gamma, step }: State): Tensor => logicalAnd(greater(preconditioner === undefined ? gamma : inner(residual, residual), least), less(step, maxiter));
  const turn = ({ x, residual, gamma, direction, step }: State): State => {
    const applied = operator(direction);
    const length = div(gamma, inner(direction, applied));
    const rest = treeAddScale(residual, neg(length), applied);
    const preconditioned = preconditioner?.(rest) ?? rest;
    const nextGamma = inner(rest, preconditioned);
    return {
      x: treeAddScale(x, length, direction),
      residual: rest,
      gamma: nextGamma,
      direction: treeAddScale(preconditioned, div(nextGamma, gamma), direction),
      step: add(step, 1),
    };
  };
  const residual = treeSub(right, operator(x0));
  const direction = preconditioner?.(residual) ?? residual;
  return whileLoop(isUnfinished, turn, { x: x0, residual, gamma: inner(residual, direction), direction, step: initialCount() }).x;
}

/**
 * x with operator(x) = right, by conjugate gradients: the operator is applied, never formed (JAX: `jax.scipy.sparse.linalg.cg`). `right` is a
 * tree of floating tensors, and so is x. Traces to one loop. In reverse mode the derivative is that of the solution, by a second solve, also by
 * what the operator is made of. Source: Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems", 1952.
 * @throws ArgumentError; TreeError, ShapeError where the operator gives something else than a tree like `right`
 */
export function cg<T extends Tree<Tensor>>(operator: LinearOperator, right: T, options: CgOptions = {}): T {
  checkOptions('cg', options, ['x0', 'tol', 'atol', 'maxiter', 'preconditioner']);
  const { x0 = treeZerosLike(right), tol = 1e-5, atol = 0, maxiter = 10 * treeSize(right), preconditioner } = options;
  requireNumbers('cg', { tol, atol, maxiter });
  if (maxiter < 0) throw new ArgumentError('cg', 'maxiter', `must not be negative, found ${maxiter}`);
  const apply = applying(operator);
  const precondition = preconditioner === undefined ? undefined : applying(preconditioner);
  const held = { tol, atol, maxiter };
  const [closed, captures] = closureConvert(apply, x0);
  const [closedPreconditioner, preconditionerCaptures] = closureConvert(precondition ?? ((x: Tree<Tensor>) => x), x0);
  /** The loop with given tensors in place of those that the operator and the preconditioner capture. */
  const solveWith = ([ofOperator, ofPreconditioner]: Captures, of: Tree<Tensor>, from: Tree<Tensor>): Tree<Tensor> =>
    solve((x) => closed(x, ofOperator), of, { ...held, x0: from, preconditioner: precondition === undefined ? undefined : (x) => closedPreconditioner(x, ofPreconditioner) });
  const captured: Captures = [captures, preconditionerCaptures];
  const found = solveWith(stopGradient(captured), stopGradient(right as Tree<Tensor>), stopGradient(x0));

  // The solution moves by the inverse operator of what moves right - operator(x) where x stays: a step of 0 with that derivative.
  const nothing = customVjp((residual: Tree<Tensor>, _: Captures): Tree<Tensor> => treeZerosLike(residual), {
    forward: (residual: Tree<Tensor>, given: Captures) => [treeZerosLike(residual), given] as const,
    backward: (given: Captures, cotangent: Tree<Tensor>) => [solveWith(given, cotangent, treeZerosLike(cotangent)), null],
  });
  return treeAdd(found, nothing(treeSub(right as Tree<Tensor>, apply(found)), captured)) as T;
}
