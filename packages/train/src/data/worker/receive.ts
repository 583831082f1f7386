/// <reference lib="esnext.disposable" preserve="true" />
import { ArgumentError } from '@flaxon/tensor';
import { WorkerDataError } from '../../errors.js';
import type { Batch } from '../batch.js';
import type { Dataset } from '../source.js';
import { listen, type Reply, type Request, type WorkerPort } from './port.js';
import { unpackBatch } from './packed-batch.js';

export interface WorkerDataOptions {
  /** How many batches the worker makes ahead, 2 by default: it waits when so many are not read yet. */
  readonly ahead?: number;
  /** How many batches a pass has, where that is known. */
  readonly length?: number;
  /** What the order of the batches depends on: see `Dataset`. */
  readonly identity?: string;
}

/** Batches that a worker makes. */
export interface WorkerDataset<Data> extends Dataset<Data> {
  batches(epoch: number, from: number): AsyncIterable<Batch<Data>>;
  /** Ends the worker. Reading again starts another one. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Batches that are made in a worker by `serveBatches`, while steps run here. `Data` is the type of what is made there; tensors arrive as tensors.
 *
 *     await using data = workerData<Digits>(() => new Worker(new URL('./digits-worker.js', import.meta.url)));
 *
 * @throws ArgumentError. Reading rejects with WorkerDataError where the worker fails or ends.
 */
export function workerData<Data>(start: () => WorkerPort, { ahead = 2, ...known }: WorkerDataOptions = {}): WorkerDataset<Data> {
  if (!(Number.isInteger(ahead) && ahead >= 1)) throw new ArgumentError('workerData', 'ahead', `must be a whole number from 1 on, found ${ahead}`);
  let worker: WorkerPort | undefined;
  let passes = 0;
  const close = async (): Promise<void> => {
    const ending = worker;
    worker = undefined;
    await ending?.terminate?.();
  };

  async function* read(epoch: number, from: number): AsyncGenerator<Batch<Data>, void, void> {
    const port = (worker ??= start());
    const pass = passes++;
    const send = (request: Request): void => port.postMessage(request, []);
    const inbox = new Inbox<Reply>();
    const stop = listen(
      port,
      (reply: Reply) => {
        if (reply.pass === pass) inbox.put(reply);
      },
      (error) => {
        if (worker === port) worker = undefined;
        inbox.fail(new WorkerDataError(error instanceof Error ? error.message : String(error), error));
      },
    );
    send({ kind: 'open', pass, epoch, from });
    send({ kind: 'want', pass, count: ahead });
    try {
      for (;;) {
        const reply = await inbox.take();
        if (reply.kind === 'end') return;
        if (reply.kind === 'failed') throw new WorkerDataError(reply.message, reply.error);
        yield unpackBatch<Data>(reply.batch);
        send({ kind: 'want', pass, count: 1 });
      }
    } finally {
      stop();
      if (worker === port) send({ kind: 'close', pass });
    }
  }
  return { ...known, batches: read, close, [Symbol.asyncDispose]: close };
}

/** Messages in their order, for one reader. */
class Inbox<Message> {
  readonly #messages: Message[] = [];
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  put(message: Message): void {
    this.#messages.push(message);
    this.#wake?.();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /** The next message, those that came before a failure first. */
  async take(): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
