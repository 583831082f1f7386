/** A function of trees, traced: its program, with a path for each input and output. */
import { ArgumentError, eliminateDeadCode, type Program, type Spec, type Tensor, trace, withScopeKinds } from '@flaxon/tensor';
import { type FlatArguments, flattenArguments, isTensor, specOf } from './arguments.js';

export interface StagedFunction {
  readonly program: Program;
  readonly outputPaths: readonly string[];
  /** The class of the module at each path; that of the whole, where it is one, at the empty path. */
  readonly moduleKinds: ReadonlyMap<string, string>;
  /** The result of the function, with these tensors in the places of its own. */
  readonly rebuildResult: (leaves: readonly Tensor[]) => unknown;
}

/**
 * Runs `f` once on traced tensors in the places of the leaves of `args`.
 * @throws ArgumentError where it uses a traced tensor of a function around it.
 */
export function stageFunction(operation: string, f: (...args: readonly unknown[]) => unknown, args: FlatArguments<Spec>): StagedFunction {
  const results: { flat?: FlatArguments<Tensor> } = {};
  const traced = (...inputs: readonly Tensor[]): Tensor[] => {
    const result = f(...(args.rebuild(inputs) as readonly unknown[]));
    results.flat = flattenArguments(operation, [result], isTensor, []);
    return results.flat.leaves.map(({ leaf }) => leaf);
  };
  const { result, kinds } = withScopeKinds(() => trace(traced, args.leaves.map(({ leaf }) => specOf(leaf))));
  const { program, captures } = result;
  if (captures.length > 0) {
    throw new ArgumentError(operation, 'f', 'uses a traced tensor of a function around it; call it outside `grad`, `vmap` and the like, or pass the tensor as an argument');
  }
  const flat = results.flat!;
  return {
    program: eliminateDeadCode(program),
    outputPaths: flat.leaves.map(({ path }) => path),
    moduleKinds: kinds,
    rebuildResult: (leaves) => (flat.rebuild(leaves) as readonly unknown[])[0],
  };
}
