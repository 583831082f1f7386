import { ArgumentError } from '../errors/errors.js';
import { bind } from '../program/bind.js';
import type { Program, Variable } from '../program/program.js';
import { trace, type Traced, variable } from '../program/trace.js';
import { convert } from '../ops/operand.js';
import { formatSpec } from '../shape/shape.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { flatten, requireSameStructure, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';

/** Programs of the same own inputs made to take the captures of all of them, in one order. */
export function shareCaptures(traced: readonly Traced[]): { readonly programs: Program[]; readonly captures: readonly Tensor[] } {
  const captures = [...new Set(traced.flatMap((one) => one.captures))];
  const programs = traced.map(({ program, captures: own }) => {
    const count = program.inputs.length - own.length;
    const shared = captures.map((capture): Variable => (own.includes(capture) ? program.inputs[count + own.indexOf(capture)]! : variable(capture)));
    return { ...program, inputs: [...program.inputs.slice(0, count), ...shared] };
  });
  return { programs, captures };
}

function requireSameResults(results: readonly (readonly Tensor[])[]): void {
  const texts = results.map((leaves) => leaves.map(formatSpec).join(', '));
  const other = texts.findIndex((text) => text !== texts[0]);
  if (other > 0) throw new ArgumentError('switchCase', 'branches', `must give results of one shape and dtype, but branch 0 gives ${texts[0]} and branch ${other} gives ${texts[other]}; convert with \`astype\``);
}

/**
 * The branch at `index` (clamped to those that exist) of the operands (lax.switch). Operands and results are trees; all branches are
 * traced, one runs. Differentiable in both modes; under `vmap` with an index for each example, all branches run and `where` picks.
 * @throws ArgumentError, TreeError where the branches give different shapes, dtypes or trees.
 */
export function switchCase<Operands extends readonly Tree<Tensor>[], R extends Tree<Tensor>>(index: TensorLike, branches: readonly ((...operands: Operands) => R)[], ...operands: Operands): R {
  if (branches.length === 0) throw new ArgumentError('switchCase', 'branches', 'must hold at least one function');
  const { leaves, structure } = flatten<Tensor>(operands);
  let result: TreeStructure | undefined;
  const results: Tensor[][] = [];
  const traced = branches.map((branch) =>
    trace((...inputs) => {
      const flat = flatten<Tensor>(branch(...(unflatten<Tensor>(structure, inputs) as Operands)));
      if (result) requireSameStructure(result, flat.structure);
      result ??= flat.structure;
      results.push(flat.leaves);
      return flat.leaves;
    }, leaves),
  );
  requireSameResults(results);
  const { programs, captures } = shareCaptures(traced);
  return unflatten<Tensor>(result!, bind('switchCase', [convert(index, 'int32'), ...leaves, ...captures], { branches: programs })) as R;
}

/** `onTrue` of the operands where the bool scalar holds, else `onFalse` (lax.cond). */
export const cond = <Operands extends readonly Tree<Tensor>[], R extends Tree<Tensor>>(predicate: TensorLike, onTrue: (...operands: Operands) => R, onFalse: (...operands: Operands) => R, ...operands: Operands): R =>
  switchCase(convert(predicate, 'bool'), [onFalse, onTrue], ...operands);
