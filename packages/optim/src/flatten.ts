import { tree, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import type { ExtraArgs, GradientTransformation, OptimizerState } from './transformation.js';
import { fromVector, toVector } from './vector.js';

/** The leaves of one dtype as one vector; of several dtypes, an object with one vector each. */
type Flattened = Tensor | Readonly<Partial<Record<Dtype, Tensor>>>;

/** Which leaves, by their place, have which dtype. */
function groupByDtype(leaves: readonly Tensor[]): Map<Dtype, number[]> {
  const groups = new Map<Dtype, number[]>();
  leaves.forEach(({ dtype }, i) => groups.set(dtype, [...(groups.get(dtype) ?? []), i]));
  return groups;
}

function toVectors(leaves: readonly Tensor[]): Tree<Tensor> {
  const vectors = [...groupByDtype(leaves)].map(([dtype, places]) => [dtype, toVector(places.map((i) => leaves[i]!))] as const);
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
    const pieces = fromVector(parts[at]!, places.map((i) => like[i]!));
    places.forEach((i, k) => void (result[i] = pieces[k]!));
  });
  return result;
}

/** The gradient as vectors, and the objective of them. */
function extraOfVectors({ grad, valueFn, ...rest }: ExtraArgs, like: readonly Tensor[], whole: (leaves: readonly Tensor[]) => Tree<Tensor>): ExtraArgs {
  return {
    ...rest,
    ...(grad !== undefined && { grad: toVectors(tree.leaves<Tensor>(grad)) }),
    ...(valueFn !== undefined && { valueFn: (vectors: Tree<Tensor>) => valueFn(whole(fromVectors(vectors, like))) }),
  };
}

/**
 * `inner` on one vector that holds all parameters of a dtype (Optax: `flatten`, which has one for all): one set of operations,
 * where there are many small parameters. State: that of `inner` for the vector, or for `{ float32, float64 }` with two dtypes.
 */
export function flatten<State extends OptimizerState>(inner: GradientTransformation<State>): GradientTransformation<State> {
  return {
    init: (params) => inner.init(toVectors(tree.leaves<Tensor>(params))),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, State] => {
      const { leaves, structure } = tree.flatten<Tensor>(updates);
      const given = params === undefined ? undefined : toVectors(tree.leaves<Tensor>(params));
      const [vectors, next] = inner.update(toVectors(leaves), state, given, extraArgs && extraOfVectors(extraArgs, leaves, (parts) => tree.unflatten(structure, parts)));
      return [tree.unflatten(structure, fromVectors(vectors, leaves)) as Updates, next];
    },
  };
}
