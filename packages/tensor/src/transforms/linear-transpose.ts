import { ArgumentError } from '../errors/errors.js';
import { full } from '../ops/create.js';
import { trace } from '../program/trace.js';
import { formatSpec } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireSameStructure, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';
import { takeSpecs, type Specs } from './eval-shape.js';
import { flattenTensors } from './function.js';
import type { Operand } from './transpose/rule.js';
import { transposeProgram } from './transpose/transpose-program.js';

/**
 * The transpose of a function that is linear in all its arguments (jax.linear_transpose): from a cotangent like the result to those of the
 * arguments. Only the shapes and dtypes of `args` count: they are trees of specs or tensors. Of an affine function it is the transpose of the
 * linear part.
 * @throws TransformError where an operation is not linear; TreeError, ArgumentError where the cotangent is not like the result
 */
export function linearTranspose<Args extends readonly unknown[], R extends Tree<Tensor>>(f: (...args: Args) => R, ...args: { readonly [K in keyof Args]: Specs<Args[K]> }): (cotangent: R) => { -readonly [K in keyof Args]: Args[K] } {
  const { specs, restore } = takeSpecs(args);
  let argumentTree: TreeStructure = { kind: 'none' };
  let result: TreeStructure = { kind: 'none' };
  const { program, captures } = trace((...inputs) => {
    const given = restore(inputs);
    argumentTree = flattenTensors('linearTranspose', given).structure;
    const flat = flattenTensors('linearTranspose', f(...(given as Args)));
    result = flat.structure;
    return flat.leaves;
  }, specs);
  const operands: readonly Operand[] = [...specs.map((spec): Operand => ({ linear: true, spec })), ...captures.map((value): Operand => ({ linear: false, value, spec: value }))];
  return (cotangent) => {
    const given = flattenTensors('linearTranspose', cotangent);
    requireSameStructure(result, given.structure);
    given.leaves.forEach((leaf, i) => {
      const [found, wanted] = [formatSpec(leaf), formatSpec(program.outputs[i]!)];
      if (found !== wanted) throw new ArgumentError('linearTranspose', 'cotangent', `must be like the result, ${wanted}; found ${found}`);
    });
    const results = transposeProgram(program, operands, given.leaves);
    return unflatten(argumentTree, specs.map((spec, i) => results[i] ?? full(spec.shape, 0, spec.dtype))) as readonly unknown[] as { -readonly [K in keyof Args]: Args[K] };
  };
}
