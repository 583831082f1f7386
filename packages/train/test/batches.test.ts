import { arange, random, reshape, tensor, TreeError, type Tensor } from '@flaxon/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batches, EmptyDataError, prefetch, type Batch, type BatchesOptions } from '../src/index.js';
import { toDataset } from '../src/data/source.js';
import { collect } from './models.js';

const data = (count: number): { readonly x: Tensor; readonly y: Tensor } => ({ x: reshape(arange(2 * count), [count, 2]), y: arange(count) });
const rowsOf = (batch: Batch<{ readonly y: Tensor }>): number[] => Array.from(batch.data.y.data(), Number);
const weightsOf = ({ weights }: Batch<unknown>): number[] | null => (weights === null ? null : Array.from(weights.data(), Number));
const all = (count: number, options: BatchesOptions, epoch = 0, from = 0): Batch<{ readonly x: Tensor; readonly y: Tensor }>[] => [...batches(data(count), options).batches(epoch, from)];

describe('batches', () => {
  it('go through the examples in order, the last one smaller', () => {
    expect(all(5, { size: 2 }).map(rowsOf)).toEqual([[0, 1], [2, 3], [4]]);
    expect(all(5, { size: 2 }).map(weightsOf)).toEqual([null, null, null]);
    expect(all(5, { size: 2 })[1]!.data.x.toArray()).toEqual([[4, 5], [6, 7]]);
  });

  it('leave out what fills none with `drop`', () => {
    expect(all(5, { size: 2, remainder: 'drop' }).map(rowsOf)).toEqual([[0, 1], [2, 3]]);
  });

  it('fill the last one with examples of weight 0 with `pad`, and then all have weights', () => {
    const padded = all(5, { size: 2, remainder: 'pad' });
    expect(padded.map((batch) => batch.data.x.shape)).toEqual([[2, 2], [2, 2], [2, 2]]);
    expect(padded.map(weightsOf)).toEqual([[1, 1], [1, 1], [1, 0]]);
    expect(rowsOf(padded[2]!)[0]).toBe(4);
    expect(all(3, { size: 8, remainder: 'pad' }).map(rowsOf)).toEqual([[0, 1, 2, 0, 1, 2, 0, 1]]);
  });

  it('have each example once in every pass, whatever the sizes, the remainder and the key', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.constantFrom('keep' as const, 'pad' as const), fc.option(fc.nat(1000)), fc.nat(3), (count, size, remainder, seed, epoch) => {
        const read = all(count, { size, remainder, ...(seed === null ? {} : { shuffle: random.key(seed) }) }, epoch);
        const counted = read.flatMap((batch) => rowsOf(batch).filter((_row, i) => weightsOf(batch)?.[i] !== 0));
        expect(counted.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
        expect(read.length).toBe(batches(data(count), { size, remainder }).length);
      }),
      { numRuns: 40 },
    );
  });

  it('keep rows of different leaves together when they are shuffled', () => {
    for (const { data: part } of all(9, { size: 4, shuffle: random.key(1) })) {
      expect(Array.from(part.x.data(), Number).filter((_, i) => i % 2 === 0)).toEqual(Array.from(part.y.data(), Number).map((row) => 2 * row));
    }
  });

  it('come in the order of jax.random.permutation by a key into which the pass is folded', () => {
    const order = Array.from(random.permutation(random.foldIn(random.key(3), 2), 7).data(), Number);
    expect(all(7, { size: 3, shuffle: random.key(3) }, 2).flatMap(rowsOf)).toEqual(order);
  });

  it('come in another order in each pass, and in the same one when a pass is read again', () => {
    const order = (epoch: number): number[] => all(30, { size: 7, shuffle: random.key(3) }, epoch).flatMap(rowsOf);
    expect(order(0)).not.toEqual(order(1));
    expect(order(1)).toEqual(order(1));
  });

  it('can be read from any batch on', () => {
    const options = { size: 3, shuffle: random.key(5), remainder: 'pad' as const };
    expect(all(10, options, 1, 2).map(rowsOf)).toEqual(all(10, options, 1).slice(2).map(rowsOf));
  });

  it('refuse leaves that disagree, and say which', () => {
    expect(() => batches({ x: arange(3), y: { z: arange(4) } }, { size: 1 })).toThrow(TreeError);
    expect(() => batches({ x: arange(3), y: { z: arange(4) } }, { size: 1 })).toThrow(/y\/z/);
    expect(() => batches({ x: tensor(1) }, { size: 1 })).toThrow(/scalar/);
  });

  it('refuse data that fill none', () => {
    expect(() => batches({ x: tensor([], { dtype: 'float32' }) }, { size: 2 })).toThrow(EmptyDataError);
    expect(() => batches(arange(3), { size: 4, remainder: 'drop' })).toThrow(/3 examples fill no batch of 4/);
  });

  it.each([0, 1.5, -1])('refuse the size %d', (size) => {
    expect(() => batches(arange(3), { size })).toThrow(/`size`/);
  });
});

describe('any iterable', () => {
  it('can be begun in the middle', async () => {
    const read = async (source: Parameters<typeof toDataset<number>>[0]): Promise<unknown[]> => collect(toDataset(source).batches(0, 2) as AsyncIterable<unknown>);
    expect(await read([1, 2, 3, 4])).toEqual([3, 4]);
    expect(await read((epoch) => [epoch, 1, 2])).toEqual([2]);
  });
});

/** Batches that note what happens to them. */
function watched(count: number) {
  const notes = { made: 0, isClosed: false };
  async function* make(): AsyncGenerator<number> {
    try {
      for (let i = 0; i < count; i++) {
        notes.made++;
        yield i;
      }
    } finally {
      notes.isClosed = true;
    }
  }
  return { notes, make };
}

describe('prefetch', () => {
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  it('keeps the order, and reads no more than it was told to ahead', async () => {
    const { notes, make } = watched(9);
    const seen: unknown[] = [];
    for await (const item of prefetch<number>(make, { ahead: 3 }).batches(0, 0)) {
      seen.push(item);
      await turn();
      expect(notes.made).toBe(Math.min(9, seen.length + 3));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('throws what the source throws, at its place', async () => {
    const seen: unknown[] = [];
    const source = async function* (): AsyncGenerator<number> {
      yield 1;
      yield 2;
      throw new Error('the disk is gone');
    };
    const read = async (): Promise<void> => {
      for await (const item of prefetch<number>(source).batches(0, 0)) seen.push(item);
    };
    await expect(read()).rejects.toThrow('the disk is gone');
    expect(seen).toEqual([1, 2]);
  });

  it('closes the source when reading ends early', async () => {
    const { notes, make } = watched(100);
    for await (const item of prefetch<number>(make).batches(0, 0)) if (item === 3) break;
    expect(notes.isClosed).toBe(true);
  });

  it('knows the length and the identity of what it reads', () => {
    const dataset = batches(arange(10), { size: 3, shuffle: random.key(0) });
    expect(prefetch(dataset)).toMatchObject({ length: 4, identity: dataset.identity });
  });
});
