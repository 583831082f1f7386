import { concatenate, pad, reshape, sliceAxis, split, tree } from '@flaxon/tensor';
import type { Tensor, Tree } from '@flaxon/tensor';

/**
 * Trees of one structure as one matrix of `width` columns, each leaf in whole rows (the last one filled up with zeros). What
 * is done to every parameter alike, such as an optimiser's update, then takes one operation for all of them, and leaves whose
 * rows are as long as the matrix's need no more than a reshape.
 */
export interface Packing<T extends Tree<Tensor>> {
  /** (rows, width) */
  readonly shape: readonly [number, number];
  pack(leaves: T): Tensor;
  unpack(matrix: Tensor): T;
}

/** The packing of trees like `example`. */
export function createPacking<T extends Tree<Tensor>>(example: T, width: number): Packing<T> {
  const { leaves, structure } = tree.flatten<Tensor>(example);
  const rowsOf = leaves.map((leaf) => Math.ceil(leaf.size / width));
  const ends = rowsOf.map((_, at) => rowsOf.slice(0, at + 1).reduce((sum, rows) => sum + rows, 0));

  const toRows = (leaf: Tensor, at: number): Tensor => {
    const missing = rowsOf[at]! * width - leaf.size;
    const flat = missing === 0 ? leaf : pad(reshape(leaf, [leaf.size]), [[0, missing]]);
    return reshape(flat, [rowsOf[at]!, width]);
  };
  const fromRows = (rows: Tensor, at: number): Tensor => {
    const { shape, size } = leaves[at]!;
    const flat = size === rows.size ? rows : sliceAxis(reshape(rows, [rows.size]), 0, 0, size);
    return reshape(flat, shape);
  };
  return {
    shape: [ends.at(-1) ?? 0, width],
    pack: (values) => concatenate(tree.leaves<Tensor>(values).map(toRows)),
    unpack: (matrix) => tree.unflatten(structure, split(matrix, ends.slice(0, -1)).map(fromRows)) as T,
  };
}
