import { equalShapes, stack, Tensor, tree, type Tree } from '@flaxon/tensor';
import { BatchStructureError } from '../errors.js';

/** A batch with weights of its examples. Data sources give these, or the data alone. */
export class Batch<Data> {
  readonly data: Data;
  /** What each example counts in means, (batch) or (batch, ...): 0 for none. Null where all count the same. */
  readonly weights: Tensor | null;

  constructor(data: Data, weights: Tensor | null = null) {
    this.data = data;
    this.weights = weights;
  }
}

export const toBatch = <Data>(item: Data | Batch<Data>): Batch<Data> => (item instanceof Batch ? item : new Batch(item));

/** Whether two batches can stand in one call of several steps: everything is of the same shape. */
export function isStackable(one: Batch<unknown>, other: Batch<unknown>): boolean {
  const [a, b] = [leavesOf(one), leavesOf(other)];
  return a.length === b.length && a.every((leaf, i) => equalShapes(leaf.shape, b[i]!.shape));
}

const leavesOf = ({ data, weights }: Batch<unknown>): readonly Tensor[] => tree.leaves<Tensor>([data as Tree<Tensor>, weights]);

/** Several batches as one tree, along a new first axis. */
export function stacked(batches: readonly Batch<unknown>[]): { readonly data: Tree<Tensor>; readonly weights: Tensor | null } {
  const [first, ...rest] = batches.map(({ data, weights }): Tree<Tensor> => ({ data: data as Tree<Tensor>, weights }));
  return tree.map((...leaves: Tensor[]) => stack(leaves), first!, ...rest) as { readonly data: Tree<Tensor>; readonly weights: Tensor | null };
}

/** Compares batches to the first that it sees. */
export class BatchChecker {
  #first: Batch<unknown> | undefined;

  /** @throws BatchStructureError where the batch has other leaves, dtypes, or axes after the first one */
  check(batch: Batch<unknown>, index: number): void {
    for (const { path, leaf } of tree.flattenWithPath<unknown>(batch.data as Tree<unknown>)) {
      if (!(leaf instanceof Tensor)) throw new BatchStructureError(index, path, 'a tensor', describe(leaf));
    }
    this.#first ??= batch;
    if (this.#first === batch) return;
    if ((this.#first.weights === null) !== (batch.weights === null)) throw new BatchStructureError(index, '', describeWeights(this.#first), describeWeights(batch));
    const [expected, found] = [this.#first, batch].map(({ data }) => new Map(tree.flattenWithPath<Tensor>(data as Tree<Tensor>).map(({ path, leaf }) => [path, innerSpec(leaf)]))) as [Map<string, string>, Map<string, string>];
    const differing = [...expected.keys(), ...found.keys()].find((path) => expected.get(path) !== found.get(path));
    if (differing !== undefined) throw new BatchStructureError(index, differing, expected.get(differing) ?? 'nothing', found.get(differing) ?? 'nothing');
  }
}

const describe = (value: unknown): string => (typeof value === 'object' ? `an object of class ${value?.constructor.name ?? '(none)'}` : `a ${typeof value}`);
const describeWeights = ({ weights }: Batch<unknown>): string => (weights === null ? 'a batch without weights' : 'a batch with weights');

/** Dtype and all axes but the first, whose size may differ. */
const innerSpec = ({ dtype, shape }: Tensor): string => `${dtype}[${shape.map((size, axis) => (axis === 0 ? 'n' : String(size))).join(',')}]`;
