import { Tensor, type Tree } from '@flaxon/tensor';
import { isList, isNode, type CheckpointTree, type StateDict } from './values.js';

/** The tensors of a tree, and nothing else: other leaves are empty trees. */
export function tensorsOf(node: CheckpointTree | StateDict): Tree<Tensor> {
  if (node instanceof Tensor) return node;
  if (isList(node)) return node.map(tensorsOf);
  if (isNode(node)) return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, tensorsOf(item)]));
  return null;
}
