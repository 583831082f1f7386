import { arange, ArgumentError, concatenate, formatShape, random, slice, take, Tensor, tensor, tree, TreeError, type Tree } from '@flaxon/tensor';
import { EmptyDataError } from '../errors.js';
import { Batch } from './batch.js';
import type { Dataset } from './source.js';

export interface BatchesOptions {
  /** Examples in a batch. */
  readonly size: number;
  /** A key to draw an order with, another one in each pass; without it the order is that of the data. */
  readonly shuffle?: Tensor;
  /**
   * What becomes of the last examples where they fill no batch: `keep` gives a smaller batch (and a step compiled for it), `drop` leaves them out, `pad` fills
   * the batch with examples that come before, of weight 0: all batches then have weights, and one compiled step does. `keep` by default.
   */
  readonly remainder?: 'keep' | 'drop' | 'pad';
}

/** Data in memory, in batches. */
export interface ArrayDataset<Data> extends Dataset<Data>, Iterable<Batch<Data>> {
  readonly length: number;
  readonly identity: string;
  batches(epoch: number, from?: number): Iterable<Batch<Data>>;
}

/**
 * The examples of a tree of tensors in batches: `batches({ images, labels }, { size: 32, shuffle: random.key(0) })`. All leaves have the examples along their
 * first axis; `Data` is the tree's type, and that of each batch. The order of a pass depends on the key and the number of the pass alone.
 * @throws ArgumentError for options out of range; EmptyDataError without examples, or where `drop` leaves none; TreeError where leaves differ in their first axis
 */
export function batches<Data>(arrays: Data, { size, shuffle, remainder = 'keep' }: BatchesOptions): ArrayDataset<Data> {
  if (!(Number.isInteger(size) && size >= 1)) throw new ArgumentError('batches', 'size', `must be a whole number from 1 on, found ${size}`);
  if (!['keep', 'drop', 'pad'].includes(remainder)) throw new ArgumentError('batches', 'remainder', `must be 'keep', 'drop' or 'pad', found ${JSON.stringify(remainder)}`);
  const data = arrays as Tree<Tensor>;
  const count = countOf(data);
  const length = remainder === 'drop' ? Math.floor(count / size) : Math.ceil(count / size);
  if (length === 0) throw new EmptyDataError('batches', count === 0 ? 'the data hold no example' : `the ${count} examples fill no batch of ${size}; use a smaller \`size\`, or \`remainder: 'pad'\``);
  const draw = { count, size, remainder };
  const keyText = shuffle === undefined ? 'in order' : `shuffled by key ${Array.from(shuffle.data(), String).join(',')}`;
  const read = (epoch: number, from = 0): Iterable<Batch<Data>> => ({
    *[Symbol.iterator]() {
      const order = shuffle === undefined ? undefined : random.permutation(random.foldIn(shuffle, epoch), count);
      for (let index = from; index < length; index++) yield batchAt<Data>(data, index, order, draw);
    },
  });
  return { batches: read, length, identity: `${count} examples in batches of ${size}, remainder ${remainder}, ${keyText}`, [Symbol.iterator]: () => read(0)[Symbol.iterator]() };
}

/** The size of the first axis. @throws TreeError, EmptyDataError */
function countOf(data: Tree<Tensor>): number {
  const leaves = tree.flattenWithPath<Tensor>(data);
  const [first] = leaves;
  if (first === undefined) throw new EmptyDataError('batches', 'the data hold no tensor');
  for (const { path, leaf } of leaves) {
    if (!(leaf instanceof Tensor)) throw new TreeError(path, 'a tensor', typeof leaf);
    if (leaf.rank === 0) throw new TreeError(path, 'a tensor with the examples along its first axis', 'a scalar');
    if (leaf.shape[0] !== first.leaf.shape[0]) throw new TreeError(path, `as many examples as \`${first.path}\` has, ${String(first.leaf.shape[0])}`, `shape ${formatShape(leaf.shape)}`);
  }
  return first.leaf.staticShape('batches')[0]!;
}

interface Draw {
  readonly count: number;
  readonly size: number;
  readonly remainder: 'keep' | 'drop' | 'pad';
}

function batchAt<Data>(data: Tree<Tensor>, index: number, order: Tensor | undefined, { count, size, remainder }: Draw): Batch<Data> {
  const begin = index * size;
  const end = Math.min(begin + size, count);
  const missing = remainder === 'pad' ? begin + size - end : 0;
  const pick = (leaf: Tensor): Tensor => {
    if (order === undefined && missing === 0) return rows(leaf, begin, end);
    return take(leaf, indicesOf(order ?? arange(count), begin, end, missing), { axis: 0 });
  };
  // Of the form of the data: only the first axis is another one.
  const part = tree.map(pick, data) as Data;
  return new Batch(part, remainder === 'pad' ? tensor(Float32Array.from({ length: size }, (_, i) => (begin + i < end ? 1 : 0))) : null);
}

const rows = (leaf: Tensor, begin: number, end: number): Tensor => slice(leaf, leaf.shape.map((_, axis) => (axis === 0 ? begin : 0)), [end, ...leaf.shape.slice(1)]);

/** What fills a batch are examples of the same pass, since zeros could give infinities that weights of 0 do not remove. */
function indicesOf(order: Tensor, begin: number, end: number, missing: number): Tensor {
  const own = rows(order, begin, end);
  if (missing === 0) return own;
  const filling = Int32Array.from({ length: missing }, (_, i) => i % end);
  return concatenate([own, take(order, tensor(filling))]);
}
