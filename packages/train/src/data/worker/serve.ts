import { listen, type MakeBatches, type Reply, type Request, type WorkerPort } from './port.js';
import { packBatch } from './packed-batch.js';

/**
 * In a worker: makes batches as they are asked for, and no sooner.
 *
 *     import { parentPort } from 'node:worker_threads';
 *     serveBatches(parentPort!, (epoch, from) => batches(readExamples(), { size: 32 }).batches(epoch, from));
 *
 * What `make` or its iterable throw is thrown where the batches are read.
 */
export function serveBatches<Data>(port: WorkerPort, make: MakeBatches<Data>): void {
  const passes = new Map<number, Pass>();
  listen(port, (request: Request) => {
    if (request.kind === 'open') passes.set(request.pass, new Pass(port, request.pass, () => make(request.epoch, request.from)));
    else if (request.kind === 'want') passes.get(request.pass)?.want(request.count);
    else {
      passes.get(request.pass)?.close();
      passes.delete(request.pass);
    }
  });
}

/** One pass over the data. */
class Pass {
  readonly #send: (reply: Reply, buffers?: ArrayBuffer[]) => void;
  readonly #pass: number;
  readonly #open: () => Iterable<unknown> | AsyncIterable<unknown>;
  #iterator: Iterator<unknown> | AsyncIterator<unknown> | undefined;
  /** How many batches were asked for and not made yet. */
  #wanted = 0;
  #isMaking = false;
  #isClosed = false;

  constructor(port: WorkerPort, pass: number, open: () => Iterable<unknown> | AsyncIterable<unknown>) {
    this.#send = (reply, buffers = []) => port.postMessage(reply, buffers);
    this.#pass = pass;
    this.#open = open;
  }

  want(count: number): void {
    this.#wanted += count;
    if (!this.#isMaking) void this.#make();
  }

  close(): void {
    this.#isClosed = true;
    // Nobody waits for it any more: what it throws now is of no interest.
    void Promise.resolve(this.#iterator?.return?.()).catch(() => undefined);
  }

  async #make(): Promise<void> {
    this.#isMaking = true;
    const pass = this.#pass;
    try {
      this.#iterator ??= iteratorOf(this.#open());
      while (this.#wanted > 0 && !this.#isClosed) {
        this.#wanted--;
        const { value, done } = await this.#iterator.next();
        if (this.#isClosed) break;
        if (done === true) {
          this.#isClosed = true;
          this.#send({ kind: 'end', pass });
        } else {
          const { batch, buffers } = packBatch(value);
          this.#send({ kind: 'batch', pass, batch }, buffers);
        }
      }
    } catch (error) {
      this.#isClosed = true;
      this.#send({ kind: 'failed', pass, message: error instanceof Error ? error.message : String(error), error: error instanceof Error ? error.stack : String(error) });
    }
    this.#isMaking = false;
  }
}

const iteratorOf = (items: Iterable<unknown> | AsyncIterable<unknown>): Iterator<unknown> | AsyncIterator<unknown> =>
  Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
