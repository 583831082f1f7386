import { trace, type NamedAxis, type Program, type Spec, type Tensor } from '@flaxon/tensor';
import { takeTensors, type FoundTensor, type Prefix, type TakenTensors } from './tensor-tree.js';

/** A function that was run once on traced tensors. */
export interface Staged<Leaf> {
  /** Its inputs are the tensors that it was run on, then one for each capture. */
  readonly program: Program;
  /** The tensors of enclosing traces that it used. */
  readonly captures: readonly Tensor[];
  /** What it returned, tensors traced. */
  readonly found: readonly FoundTensor<Leaf>[];
  /** What it returned, with others in the place of its tensors. */
  readonly restore: TakenTensors<Leaf>['restore'];
}

/** Runs `f` once on traced tensors of the given specs. `prefix` says something of every tensor that it returns; `axis` has its name inside. */
export function stage<Leaf>(specs: readonly Spec[], f: (inputs: readonly Tensor[]) => unknown, prefix: Prefix<Leaf>, axis: NamedAxis | null = null): Staged<Leaf> {
  let result: TakenTensors<Leaf> | undefined;
  const { program, captures } = trace((...inputs) => {
    result = takeTensors(f(inputs), prefix);
    return result.tensors;
  }, specs, axis);
  // `trace` runs its function once, or throws.
  const { found, restore } = result!;
  return { program, captures, found, restore };
}
