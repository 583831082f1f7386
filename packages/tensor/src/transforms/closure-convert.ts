import type { Tensor } from '../tensor/tensor.js';
import { unflatten, type Tree } from '../tree/tree.js';
import { runProgram } from '../program/bind.js';
import { flattenTensors, stage } from './function.js';

/**
 * `f` without what it takes from enclosing traces, and those tensors (jax.closure_convert): `converted(...args, captures)` is `f(...args)`. A
 * function with a derivative of its own differentiates what it gets as an argument, not what it captures. `args` are like those it will be
 * called with.
 *
 *     const [converted, captures] = closureConvert((t: Tensor) => mul(t, w), x); // w is traced outside
 */
export function closureConvert<Args extends readonly Tree<Tensor>[], R extends Tree<Tensor>>(f: (...args: Args) => R, ...args: Args): [converted: (...argsAndCaptures: [...Args, readonly Tensor[]]) => R, captures: readonly Tensor[]] {
  const { leaves, structure } = flattenTensors('closureConvert', args);
  const staged = stage((tree) => f(...(tree as Args)), structure, leaves);
  const converted = (...given: [...Args, readonly Tensor[]]): R => unflatten<Tensor>(staged.structure, runProgram(staged.program, flattenTensors('closureConvert', given).leaves)) as R;
  return [converted, staged.captures];
}
