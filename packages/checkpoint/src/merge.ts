import { Tensor, tree, type Tree } from '@flaxon/tensor';
import { apply } from './remap/rules.js';
import type { RemapRule } from './remap/rule.js';
import { tensorsOf } from './tensors-of.js';
import { isList, isNode, type CheckpointTree, type StateDict } from './values.js';

export interface MergeStateDictOptions {
  /**
   * What makes the tensors of the checkpoint into those of the target, one rule after another, before all else: `remap.rename`, `transpose`, `split`, `join`, `stack`,
   * `torch`, ... Paths in the report are those that the rules give.
   */
  readonly rules?: readonly RemapRule[];
  /**
   * How paths of the checkpoint (`params/Dense_0/kernel`) become paths of the target: a function or new beginnings by old ones, of which null
   * drops a leaf, or regular expressions with replacements, each applied in turn.
   */
  readonly rename?: tree.Rename | readonly (readonly [RegExp, string])[] | undefined;
  /** Whether leaves may be missing, left over or of another shape: the target then keeps its own. False by default. */
  readonly partial?: boolean;
  /** Whether dtypes must be equal as well as shapes. False by default. */
  readonly sameDtype?: boolean;
  /** What becomes of a tensor of the checkpoint before it is compared, by its path there: PyTorch keeps `weight` as (out, in), `(path, x) => path.endsWith('weight') && x.rank === 2 ? transpose(x) : x`. */
  readonly transform?: (path: string, leaf: Tensor) => Tensor;
}

function renaming(rename: MergeStateDictOptions['rename']): tree.Rename | undefined {
  if (!isRules(rename)) return rename;
  return (path) => rename.reduce((name, [expression, replacement]) => name.replace(expression, replacement), path);
}

const isRules = (rename: MergeStateDictOptions['rename']): rename is readonly (readonly [RegExp, string])[] => Array.isArray(rename);

/** Leaves of `loaded` in the places of tensors, all else as in `target`. */
function refill(target: CheckpointTree, loaded: Tree<Tensor>): CheckpointTree {
  if (target instanceof Tensor) return loaded as Tensor;
  if (isList(target)) return target.map((item, i) => refill(item, (loaded as readonly Tree<Tensor>[])[i]!));
  if (isNode(target)) return Object.fromEntries(Object.entries(target).map(([key, item]) => [key, refill(item, (loaded as Readonly<Record<string, Tree<Tensor>>>)[key]!)]));
  return target;
}

/** Rules know names alone: the tree is one of paths afterwards. */
function remapped(found: Tree<Tensor>, rules: readonly RemapRule[]): Tree<Tensor> {
  if (rules.length === 0) return found;
  return Object.fromEntries(apply(new Map(tree.flattenWithPath<Tensor>(found).map(({ path, leaf }) => [path, leaf])), rules));
}

/**
 * `target` with the tensors of a checkpoint at the same paths, compared by shape, and a report: `matched`, `missing`, `unexpected` and
 * `mismatched` leaves, with the nearest names.
 *
 *     const { tree, match } = mergeStateDict(variables, fromSafetensors(bytes), { partial: true, rename: [[/\.weight$/u, '/kernel']] });
 * @throws TreeMatchError where not everything fits and `partial` is not true; RemapError where a rule cannot be followed
 */
export function mergeStateDict<T extends CheckpointTree>(target: T, state: StateDict, options: MergeStateDictOptions = {}): { readonly tree: T; readonly match: tree.TreeMatch<Tensor> } {
  const { transform, rename, rules = [], ...rest } = options;
  const found = remapped(tensorsOf(state), rules);
  const given = transform ? tree.unflatten(tree.structure(found), tree.flattenWithPath<Tensor>(found).map(({ path, leaf }) => transform(path, leaf))) : found;
  const merged = tree.merge<Tensor>(tensorsOf(target), given, { ...rest, rename: renaming(rename) });
  return { tree: refill(target, merged.tree) as T, match: merged.match };
}
