import type { Tensor } from '../tensor/tensor.js';
import type { Tree } from '../tree/tree.js';
import { grad, jvp } from './gradient.js';

/**
 * The product of the Hessian of a scalar function with a vector, both trees like the arguments: forward mode over reverse mode, at about twice the
 * cost of a gradient and without the Hessian.
 *
 *     hvp((x) => sum(power(x, 3)), [x], [v])[0]; // 6 x v
 *
 * @throws ShapeError where the function is not scalar, TreeError where the vector is not like the arguments
 */
export function hvp<Args extends readonly Tree<Tensor>[]>(f: (...args: Args) => Tensor, primals: Args, vector: { readonly [K in keyof Args]: Tree<Tensor> }): { -readonly [K in keyof Args]: Args[K] } {
  const gradients = grad((args: Args) => f(...args)) as (args: Args) => Args;
  return jvp((args: Args) => gradients(args), [primals], [vector as Tree<Tensor>])[1] as { -readonly [K in keyof Args]: Args[K] };
}
