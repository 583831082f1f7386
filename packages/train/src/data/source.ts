import { FlaxonError } from '@flaxon/tensor';
import { toBatch, type Batch } from './batch.js';

/** Data that can be read again and again, from any batch on. */
export interface Dataset<Data> {
  /** The batches of pass `epoch` (from 0) over the data, from batch number `from` on: the same ones each time that it is asked. */
  batches(epoch: number, from: number): Iterable<Data | Batch<Data>> | AsyncIterable<Data | Batch<Data>>;
  /** How many batches a pass has, where that is known. */
  readonly length?: number;
  /** A text that says what the order of the batches depends on: a training that was interrupted goes on only with data of the same one. */
  readonly identity?: string;
}

type Batches<Data> = Iterable<Data | Batch<Data>> | AsyncIterable<Data | Batch<Data>>;

/**
 * What a trainer reads: a dataset (`batches(arrays, ...)`), an iterable or async iterable of batches, or a function that gives one for each pass. A generator can
 * be read once: for several passes give the function.
 */
export type DataSource<Data> = Dataset<Data> | Batches<Data> | ((epoch: number) => Batches<Data>);

const isDataset = <Data>(source: DataSource<Data>): source is Dataset<Data> => typeof source === 'object' && 'batches' in source && typeof source.batches === 'function';

/** Any source as a dataset: what it cannot begin in the middle is read from its beginning, and what came before is dropped. */
export function toDataset<Data>(source: DataSource<Data>): Dataset<Data> {
  if (isDataset(source)) return source;
  const { length } = source as { readonly length?: number };
  const dataset: Dataset<Data> = { batches: (epoch, from) => after(typeof source === 'function' ? source(epoch) : source, from) };
  return Array.isArray(source) && length !== undefined ? { ...dataset, length } : dataset;
}

async function* after<Data>(batches: Batches<Data>, from: number): AsyncGenerator<Data | Batch<Data>> {
  let index = 0;
  for await (const batch of batches) if (index++ >= from) yield batch;
}

/** A signal was aborted while data were waited for. It does not leave the trainer. */
export class StoppedError extends FlaxonError {}

/** The batches of a pass, one by one. Waiting for one ends when the signal is aborted. */
export class BatchReader<Data> {
  readonly #iterator: Iterator<Data | Batch<Data>> | AsyncIterator<Data | Batch<Data>>;
  readonly #signal: AbortSignal | undefined;
  #isEnded = false;

  constructor(batches: Batches<Data>, signal: AbortSignal | undefined) {
    this.#iterator = Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
    this.#signal = signal;
  }

  /** The next batch; undefined at the end. @throws StoppedError; what the data throw */
  async next(): Promise<Batch<Data> | undefined> {
    const result = await unlessAborted(this.#iterator.next(), this.#signal);
    if (result.done !== true) return toBatch(result.value);
    this.#isEnded = true;
    return undefined;
  }

  /** Tells the data that no more is read. */
  async close(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const closed = this.#iterator.return?.();
    // A generator that waits for something ends only when that comes, which may be never.
    if (this.#signal?.aborted !== true) await closed;
    else if (closed instanceof Promise) closed.catch(() => undefined);
  }
}

async function unlessAborted<T>(awaited: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!(awaited instanceof Promise)) return awaited;
  if (signal === undefined) return awaited;
  // Whatever comes of it later is of no interest.
  awaited.catch(() => undefined);
  if (signal.aborted) throw new StoppedError('stopped');
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new StoppedError('stopped'));
    signal.addEventListener('abort', stop, { once: true });
    void awaited.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
