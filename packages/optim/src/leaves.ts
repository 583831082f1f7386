import { equalShapes, formatShape, ShapeError, tree, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';

/**
 * `f` over the leaves of trees of the same structure and shapes. Shapes are compared, since a gradient that broadcasts against
 * its parameter would go unnoticed.
 * @throws TreeError, ShapeError
 */
export function mapLeaves<T extends Tree<Tensor>>(operation: string, f: (leaf: Tensor, ...others: Tensor[]) => Tensor, first: T, ...rest: readonly Tree<Tensor>[]): T {
  const { leaves, structure } = tree.flatten<Tensor>(first);
  const others = rest.map((other) => {
    const flat = tree.flatten<Tensor>(other);
    tree.requireSameStructure(structure, flat.structure);
    flat.leaves.forEach((leaf, i) => requireShape(operation, first, i, leaves[i]!, leaf));
    return flat.leaves;
  });
  return tree.unflatten(structure, leaves.map((leaf, i) => f(leaf, ...others.map((other) => other[i]!)))) as T;
}

function requireShape(operation: string, of: Tree<Tensor>, index: number, expected: Tensor, found: Tensor): void {
  if (equalShapes(expected.shape, found.shape)) return;
  const { path } = tree.flattenWithPath<Tensor>(of)[index]!;
  const where = path === '' ? 'the leaf' : `\`${path}\``;
  throw new ShapeError(operation, [formatShape(expected.shape), formatShape(found.shape)], `updates, state and parameters must have the same shape, but differ at ${where}`);
}

/**
 * What scalars of a step (learning rate, bias corrections) are computed in: float64 where an update has it, else float32.
 * Half precision would round `1 - decay^count` to 0.
 */
export const scalarDtype = (updates: Tree<Tensor>): Dtype => (tree.leaves<Tensor>(updates).some((leaf) => leaf.dtype === 'float64') ? 'float64' : 'float32');
