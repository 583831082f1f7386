import { concatenate, ravel, reshape, split, tree, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import type { GradientTransformation, OptimizerState } from './transformation.js';

/** The leaves of one dtype as one vector; of several dtypes, an object with one vector each. */
type Flattened = Tensor | Readonly<Partial<Record<Dtype, Tensor>>>;

/** Which leaves, by their place, have which dtype. */
function groupByDtype(leaves: readonly Tensor[]): Map<Dtype, number[]> {
  const groups = new Map<Dtype, number[]>();
  leaves.forEach(({ dtype }, i) => groups.set(dtype, [...(groups.get(dtype) ?? []), i]));
  return groups;
}

function toVectors(leaves: readonly Tensor[]): Tree<Tensor> {
  const vectors = [...groupByDtype(leaves)].map(([dtype, places]) => [dtype, concatenate(places.map((i) => ravel(leaves[i]!)))] as const);
  const [first] = vectors;
  const flattened: Flattened = vectors.length === 1 && first ? first[1] : Object.fromEntries(vectors);
  return flattened as Tree<Tensor>;
}

/** The leaves of `vectors`, in the shapes and dtypes of `like`. */
function fromVectors(vectors: Tree<Tensor>, like: readonly Tensor[]): Tensor[] {
  const result: Tensor[] = [];
  const parts = tree.leaves<Tensor>(vectors);
  const dtypes = [...groupByDtype(like).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  dtypes.forEach(([, places], at) => {
    const ends = places.map((_, k) => places.slice(0, k + 1).reduce((total, i) => total + like[i]!.size, 0));
    const pieces = split(parts[at]!, ends.slice(0, -1));
    places.forEach((i, k) => void (result[i] = reshape(pieces[k]!, like[i]!.shape)));
  });
  return result;
}

/**
 * `inner` on one vector that holds all parameters of a dtype (Optax: `flatten`, which has one for all): one set of operations,
 * where there are many small parameters. State: that of `inner` for the vector, or for `{ float32, float64 }` with two dtypes.
 */
export function flatten<State extends OptimizerState>(inner: GradientTransformation<State>): GradientTransformation<State> {
  return {
    init: (params) => inner.init(toVectors(tree.leaves<Tensor>(params))),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>): [Updates, State] => {
      const { leaves, structure } = tree.flatten<Tensor>(updates);
      const [vectors, next] = inner.update(toVectors(leaves), state, params === undefined ? undefined : toVectors(tree.leaves<Tensor>(params)));
      return [tree.unflatten(structure, fromVectors(vectors, leaves)) as Updates, next];
    },
  };
}
