import { grad, hessian, jacfwd, jacrev, jvp, vjp, vmap, type Tensor, type Tree } from '@flaxon/tensor';
import type { CaseTransform } from '../cases.js';
import type { CaseFunction } from '../executors/executor.js';
import { asArray, asTensor, type Value } from '../values.js';

type TensorFunction = (...args: Tree<Tensor>[]) => Tree<Tensor>;

/** Values of a case that hold tensors alone are trees of tensors; what is not is for the transformation to refuse. */
const asTrees = (f: CaseFunction): TensorFunction => f as TensorFunction;

/** `f` of one argument, transformed as a case says. `tangents` are those of `jvp`. */
export function transformFunction(f: CaseFunction, transform: CaseTransform, tangents: readonly Value[]): CaseFunction {
  const of = asTrees(f);
  if (typeof transform !== 'string') {
    const { inAxes = 0, outAxes = 0 } = transform;
    return vmap(of, { inAxes, outAxes }) as CaseFunction;
  }
  switch (transform) {
    case 'grad':
      return grad(of) as CaseFunction;
    case 'jacfwd':
      return jacfwd(of) as CaseFunction;
    case 'jacrev':
      return jacrev(of) as CaseFunction;
    case 'hessian':
      return hessian(of) as CaseFunction;
    case 'vmap':
      return vmap(of) as CaseFunction;
    case 'jvp':
      return (...args) => jvp(of, args as Tree<Tensor>[], tangents as Tree<Tensor>[]) as Value;
  }
}

/** The products of `cotangents`, one for each result of `f`, and the Jacobian by each of `primals`. */
export function pullBack(f: (...primals: readonly Tensor[]) => readonly Tensor[], primals: readonly Tensor[], cotangents: readonly Tensor[]): readonly Tensor[] {
  if (primals.length === 0) return [];
  const [, back] = vjp((...inputs: Tensor[]) => f(...inputs), ...primals);
  return back(cotangents);
}

/** The gradients of the scalar `loss` by each of its arguments, which are trees. */
export function gradientsOf(loss: CaseFunction, args: readonly Value[]): readonly Value[] {
  const scalarLoss = (...inputs: Value[]): Tensor => asTensor(loss(...inputs), 'the loss');
  const gradients: unknown = grad(scalarLoss, { argnums: args.map((_, i) => i) })(...args);
  return asArray(gradients as Value, 'gradients');
}
