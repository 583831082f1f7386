import { Tensor, tree, type Tree } from '@flaxon/tensor';
import { isList, isNode, type CheckpointTree, type StateDict } from './values.js';

export interface MergeStateDictOptions {
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

/** The tensors of a tree, and nothing else: other leaves are empty trees. */
function tensorsOf(node: CheckpointTree | StateDict): Tree<Tensor> {
  if (node instanceof Tensor) return node;
  if (isList(node)) return node.map(tensorsOf);
  if (isNode(node)) return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, tensorsOf(item)]));
  return null;
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

/**
 * `target` with the tensors of a checkpoint at the same paths, compared by shape, and a report: `matched`, `missing`, `unexpected` and
 * `mismatched` leaves, with the nearest names.
 *
 *     const { tree, match } = mergeStateDict(variables, fromSafetensors(bytes), { partial: true, rename: [[/\.weight$/u, '/kernel']] });
 * @throws TreeMatchError where not everything fits and `partial` is not true
 */
export function mergeStateDict<T extends CheckpointTree>(target: T, state: StateDict, options: MergeStateDictOptions = {}): { readonly tree: T; readonly match: tree.TreeMatch<Tensor> } {
  const { transform, rename, ...rest } = options;
  const found = tensorsOf(state);
  const given = transform ? tree.unflatten(tree.structure(found), tree.flattenWithPath<Tensor>(found).map(({ path, leaf }) => transform(path, leaf))) : found;
  const merged = tree.merge<Tensor>(tensorsOf(target), given, { ...rest, rename: renaming(rename) });
  return { tree: refill(target, merged.tree) as T, match: merged.match };
}
