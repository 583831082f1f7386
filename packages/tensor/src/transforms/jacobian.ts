import { eye } from '../ops/create.js';
import { moveaxis, reshape, sliceAxis } from '../ops/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { unflatten, type Tree } from '../tree/tree.js';
import { flattenTensors, linearizeAt } from './gradient.js';
import { vmapFlat } from './vmap.js';

export interface JacobianOptions {
  readonly argnums?: number;
}

/** One-hot tensors like `leaves`, all of them together: leaf i has shape (total, ...shape). */
function basis(leaves: readonly Tensor[]): Tensor[] {
  const sizes = leaves.map((leaf) => leaf.size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let start = 0;
  return leaves.map((leaf, i) => {
    const block = sliceAxis(eye(total, total, 0, leaf.dtype), 1, start, start + sizes[i]!);
    start += sizes[i]!;
    return reshape(block, [total, ...leaf.shape]);
  });
}

/** Cuts axis 0 into the blocks of `leaves` and gives each its shape. */
function unstack(x: Tensor, leaves: readonly Tensor[]): Tensor[] {
  let start = 0;
  return leaves.map((leaf) => {
    const block = sliceAxis(x, 0, start, start + leaf.size);
    start += leaf.size;
    return reshape(block, [...leaf.shape, ...x.shape.slice(1)]);
  });
}

type Jacobian = (...args: readonly unknown[]) => Tree<Tensor>;

function jacobian(operation: string, f: (...args: never[]) => Tree<Tensor>, { argnums = 0 }: JacobianOptions, forward: boolean): Jacobian {
  return (...args) => {
    const { leaves, structure } = flattenTensors(operation, args[argnums]);
    const at = linearizeAt((tree) => f(...(args.map((arg, i) => (i === argnums ? tree : arg)) as never[])), structure, leaves);
    // For each output leaf, the blocks of each input leaf: shape (output..., input...).
    const blocks = forward
      ? vmapFlat((...tangents) => at.push(tangents), leaves.map(() => 0))(...basis(leaves)).map((stacked) =>
          unstack(stacked, leaves).map((block, i) => {
            const rank = leaves[i]!.rank;
            return moveaxis(block, Array.from({ length: rank }, (_, k) => k), Array.from({ length: rank }, (_, k) => block.rank - rank + k));
          }))
      : transposeBlocks(vmapFlat((...cotangents) => at.pull(cotangents), at.outputs.map(() => 0))(...basis(at.outputs)).map((stacked) => unstack(stacked, at.outputs)), at.outputs.length);
    return unflatten<Tree<Tensor>>(at.structure, blocks.map((row) => unflatten<Tensor>(structure, row))) as Tree<Tensor>;
  };
}

const transposeBlocks = (blocks: readonly (readonly Tensor[])[], outputs: number): Tensor[][] => Array.from({ length: outputs }, (_, o) => blocks.map((row) => row[o]!));

/** All derivatives of the result by one argument, column by column (jax.jacfwd): a tree of shape (result..., argument...). */
export const jacfwd = (f: (...args: never[]) => Tree<Tensor>, options: JacobianOptions = {}): ((...args: readonly unknown[]) => Tree<Tensor>) => jacobian('jacfwd', f, options, true);

/** All derivatives of the result by one argument, row by row (jax.jacrev): a tree of shape (result..., argument...). */
export const jacrev = (f: (...args: never[]) => Tree<Tensor>, options: JacobianOptions = {}): ((...args: readonly unknown[]) => Tree<Tensor>) => jacobian('jacrev', f, options, false);

/** The second derivatives of a function by one argument (jax.hessian): forward over reverse. */
export const hessian = (f: (...args: never[]) => Tree<Tensor>, options: JacobianOptions = {}): ((...args: readonly unknown[]) => Tree<Tensor>) => jacfwd(jacrev(f, options), options);
