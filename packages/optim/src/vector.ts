import { astype, concatenate, ravel, reshape, split, tree, type Tensor, type Tree } from '@flaxon/tensor';

/** All elements of a tree as one vector, leaf after leaf. There must be a leaf. */
export const toVector = (given: Tree<Tensor>): Tensor => concatenate(tree.leaves<Tensor>(given).map((leaf) => ravel(leaf)));

/** The parts of a vector in the shapes and dtypes of the leaves of `like`. */
export function fromVector<T extends Tree<Tensor>>(vector: Tensor, like: T): T {
  const { leaves, structure } = tree.flatten<Tensor>(like);
  const ends = leaves.map((_, k) => leaves.slice(0, k + 1).reduce((total, { size }) => total + size, 0));
  return tree.unflatten(structure, split(vector, ends.slice(0, -1)).map((part, k) => astype(reshape(part, leaves[k]!.shape), leaves[k]!.dtype))) as T;
}
