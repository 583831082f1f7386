/** Batches as plain data that can be sent to another thread: classes do not survive the way. */
import { concrete, type Dtype, type Tensor, tree, type Tree, type TreeStructure, type TypedArray } from '@flaxon/tensor';
import { Batch, toBatch } from '../batch.js';

export interface PackedBatch {
  readonly structure: TreeStructure;
  readonly leaves: readonly { readonly dtype: Dtype; readonly shape: readonly number[]; readonly data: TypedArray }[];
}

/** A batch, and the buffers that go over to the other thread with it. They are copies: a tensor may share its buffer with others. */
export function packBatch(item: unknown): { readonly batch: PackedBatch; readonly buffers: ArrayBuffer[] } {
  const { data, weights } = toBatch(item);
  const { leaves, structure } = tree.flatten<Tensor>([data as Tree<Tensor>, weights]);
  const packed = leaves.map((leaf) => ({ dtype: leaf.dtype, shape: leaf.staticShape('serveBatches'), data: leaf.data().slice() }));
  return { batch: { structure, leaves: packed }, buffers: packed.map(({ data: { buffer } }) => buffer as ArrayBuffer) };
}

export function unpackBatch<Data>({ structure, leaves }: PackedBatch): Batch<Data> {
  const [data, weights] = tree.unflatten<Tensor>(structure, leaves.map((leaf) => concrete(leaf.data, leaf.shape, leaf.dtype))) as readonly [Data, Tensor | null];
  return new Batch(data, weights);
}
