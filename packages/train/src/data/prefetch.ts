import { ArgumentError } from '@flaxon/tensor';
import type { Batch } from './batch.js';
import { toDataset, type DataSource, type Dataset } from './source.js';

/**
 * Reads up to `ahead` batches (2 by default) of a source while a step runs or is waited for, and keeps their order. What the source throws comes at the
 * place of the batch that it is thrown for.
 * @throws ArgumentError
 */
export function prefetch<Data>(source: DataSource<Data>, { ahead = 2 }: { readonly ahead?: number } = {}): Dataset<Data> {
  if (!(Number.isInteger(ahead) && ahead >= 1)) throw new ArgumentError('prefetch', 'ahead', `must be a whole number from 1 on, found ${ahead}`);
  const dataset = toDataset(source);
  return { ...dataset, batches: (epoch, from) => readAhead(dataset.batches(epoch, from), ahead) };
}

type Item<Data> = IteratorResult<Data | Batch<Data>, unknown>;

async function* readAhead<Data>(batches: ReturnType<Dataset<Data>['batches']>, ahead: number): AsyncGenerator<Data | Batch<Data>> {
  const iterator = Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
  const waiting: Promise<Item<Data>>[] = [];
  // One read at a time: not every iterator is a generator that queues them.
  let last: Promise<unknown> = Promise.resolve();
  const read = (): void => {
    const item = last.then(() => iterator.next());
    last = item.catch(() => undefined);
    item.catch(() => undefined);
    waiting.push(item);
  };
  try {
    for (let i = 0; i < ahead; i++) read();
    for (;;) {
      const item = await waiting.shift()!;
      if (item.done === true) return;
      read();
      yield item.value;
    }
  } finally {
    await last;
    await iterator.return?.();
  }
}
