import { cond as condTensors, runProgram, switchCase, type Tensor, type TensorLike } from '@flaxon/tensor';
import { LiftedStructureError } from '../errors/lift-errors.js';
import type { Filter } from '../filter.js';
import type { Module } from '../module/module.js';
import { outline } from './loop-carry.js';
import { pack, type ScopeFunction, type VariableGroup } from './pack.js';
import { stage, type Staged } from './stage.js';
import { callLifted } from './targets.js';
import { numbersToTensors, takeTensors } from './tensor-tree.js';

export interface BranchOptions {
  /** The collections that are there inside, and may be written where they may outside. */
  readonly variables?: Filter;
  /** The streams that are there inside. */
  readonly rngs?: Filter;
}

type Branch<M extends Module, Operands extends readonly unknown[], R> = (module: M, ...operands: Operands) => R;

/**
 * `onTrue(module, ...operands)` where the bool scalar holds, else `onFalse` (Flax: `nn.cond`): one `If` in a graph. Both run once when
 * it is made, in this order, so that random streams count both; both must leave the same variables.
 * @throws LiftedStructureError, ArgumentError where results differ in tree, shape or dtype
 */
export function cond<M extends Module, Operands extends readonly unknown[], R>(
  predicate: TensorLike,
  onTrue: Branch<M, Operands, R>,
  onFalse: Branch<M, Operands, R>,
  module: M,
  operands: Operands,
  options: BranchOptions = {},
): R {
  const choose: Choose = ([first, second], inputs) => condTensors(predicate, first!, second!, inputs);
  return callLifted({ name: 'cond', prefix: '' }, module, operands, [onTrue, onFalse], (branches) => branchScopes('cond', branches, choose, options)) as R;
}

/**
 * The branch at `index`, clamped to those that exist, of `(module, ...operands)` (Flax: `nn.switch`). All run once when it is made, in
 * order, so that random streams count all; all must leave the same variables, as heads that are made while initializing are not.
 * @throws LiftedStructureError, ArgumentError where results differ in tree, shape or dtype
 */
export function switchBranch<M extends Module, Operands extends readonly unknown[], R>(
  index: TensorLike,
  branches: readonly Branch<M, Operands, R>[],
  module: M,
  operands: Operands,
  options: BranchOptions = {},
): R {
  const choose: Choose = (functions, inputs) => switchCase(index, functions, inputs);
  return callLifted({ name: 'switch', prefix: '' }, module, operands, branches, (functions) => branchScopes('switch', functions, choose, options)) as R;
}

type FlatBranch = (inputs: Tensor[]) => Tensor[];
type Choose = (branches: readonly FlatBranch[], inputs: Tensor[]) => Tensor[];

function branchScopes(operation: string, branches: readonly ScopeFunction[], choose: Choose, { variables = true, rngs = true }: BranchOptions): ScopeFunction {
  return (scopes, ...operands) => {
    const packed = pack(scopes, { in: [variables], out: [variables], rngs: [rngs] });
    const inputs = takeTensors(operands, null);
    const staged = branches.map((branch) =>
      stage<null>(inputs.tensors, (given) => {
        const opened = packed.open(packed.variables, packed.streams);
        const y = branch(opened.scopes, ...(inputs.restore(given) as unknown[]));
        return numbersToTensors([y, opened.close()]);
      }, null),
    );
    requireSameOutlines(operation, staged);
    const flat = staged.map(({ program, captures }): FlatBranch => (given) => runProgram(program, [...given, ...captures]));
    const [y, written] = staged[0]!.restore(choose(flat, [...inputs.tensors])) as readonly [unknown, VariableGroup[]];
    packed.publish(written);
    return y;
  };
}

/** @throws LiftedStructureError where branches leave different variables or give different trees */
function requireSameOutlines(operation: string, staged: readonly Staged<null>[]): void {
  const results = staged.map(({ found, restore }) => restore(found.map(({ tensor }) => tensor)) as readonly [unknown, unknown]);
  results.forEach(([y, variables], i) => {
    const [firstY, firstVariables] = results[0]!;
    const fix = 'Make the variables of all branches while initializing: `if (module.isInitializing()) for (const branch of branches) branch(module, x)`.';
    compare(operation, `branch ${i} leaves other variables than branch 0`, outline(firstVariables), outline(variables), fix);
    compare(operation, `branch ${i} returns another tree than branch 0`, outline(firstY), outline(y), 'All branches must return the same tree.');
  });
}

function compare(operation: string, what: string, expected: string, found: string, fix: string): void {
  if (expected !== found) throw new LiftedStructureError(operation, what, expected, found, fix);
}
