import { bind, bindOne } from '../program/bind.js';
import { toTensor } from '../ops/operand.js';
import type { CheckpointPolicy } from '../primitives/params.js';
import { trace } from '../program/trace.js';
import { Tensor } from '../tensor/tensor.js';
import { flatten, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';
import { bindCheckpoint } from './bind-checkpoint.js';
import { checkpointPolicies } from './checkpoint-policies.js';
import { flattenTensors } from './function.js';

export interface CheckpointOptions {
  /** What reverse mode keeps; nothing by default (`checkpointPolicies`). */
  readonly policy?: CheckpointPolicy;
  /**
   * True by default: an executor of the whole graph computes anew behind a barrier. False where that is not needed, as in the body of
   * a `scan`, whose backward pass is a loop of its own.
   */
  readonly preventCse?: boolean;
  /** Arguments that are handed to `f` as they are: a concrete tensor there keeps its value. What is no tensor is so anyway. */
  readonly staticArgnums?: number | readonly number[];
}

/** The tensors of a tree that may hold anything, and the tree with others in their places. */
function takeTensors(value: unknown): { readonly tensors: Tensor[]; readonly restore: (tensors: readonly Tensor[]) => unknown } {
  const { leaves, structure } = flatten<unknown>(value as Tree<unknown>);
  const restore = (tensors: readonly Tensor[], of: TreeStructure = structure): unknown => {
    const rest = [...tensors];
    return unflatten<unknown>(of, leaves.map((leaf) => (leaf instanceof Tensor ? rest.shift() : leaf)));
  };
  return { tensors: leaves.filter((leaf) => leaf instanceof Tensor), restore };
}

/**
 * The same function, of which reverse mode does not keep the values inside but computes them anew in the backward pass
 * (jax.checkpoint, jax.remat): less memory for more work. Arguments and results are trees that may hold plain data. Inside, tensors are
 * traced.
 *
 *     const block = checkpoint((x, w) => tanh(matmul(x, w)), { policy: checkpointPolicies.dotsSaveable });
 */
export function checkpoint<Args extends readonly unknown[], R>(f: (...args: Args) => R, options: CheckpointOptions = {}): (...args: Args) => R {
  const { policy = checkpointPolicies.nothingSaveable, preventCse = true, staticArgnums = [] } = options;
  const isStatic = (i: number): boolean => (typeof staticArgnums === 'number' ? i === staticArgnums : staticArgnums.includes(i));
  return (...args) => {
    const dynamic = takeTensors(args.filter((_, i) => !isStatic(i)));
    let result: ReturnType<typeof takeTensors> | undefined;
    const traced = trace((...inputs) => {
      const given = dynamic.restore(inputs) as unknown[];
      result = takeTensors(f(...(args.map((arg, i) => (isStatic(i) ? arg : given.shift())) as readonly unknown[] as Args)));
      return result.tensors;
    }, dynamic.tensors);
    return result!.restore(bindCheckpoint(traced, dynamic.tensors, { policy, preventCse })) as R;
  };
}

/** x under a name by which a policy of `checkpoint` may keep it (jax.ad_checkpoint.checkpoint_name). Takes a tree. */
export function checkpointName<T extends Tree<Tensor>>(tree: T, name: string): T {
  const { leaves, structure } = flattenTensors('checkpointName', tree);
  return unflatten(structure, leaves.map((leaf) => bindOne('checkpointName', [toTensor('checkpointName', leaf)], { name }))) as T;
}

/**
 * The same values, through which an executor may not look (jax.lax.optimization_barrier): it neither shares what is computed from them
 * with what is computed from the tensors before, nor begins it before all of them are there. Takes a tree.
 */
export function optimizationBarrier<T extends Tree<Tensor>>(tree: T): T {
  const { leaves, structure } = flattenTensors('optimizationBarrier', tree);
  return unflatten(structure, bind('optimizationBarrier', leaves, {})) as T;
}
