/** Workers that run sessions, so that the thread that asks stays free. */
import { ArgumentError } from '@flaxon/tensor';
import { ReleasedError } from '../../errors/session-errors.js';
import { asyncDispose } from '../dispose.js';
import { type Engine, freedLast, type RunnableSession } from '../engine.js';
import { CallQueue } from '../queue.js';
import type { OrtData, OrtElementType, OrtSessionOptions, OrtTensor } from '../runtime.js';
import type { PlainTensor, WorkerSuccess } from './protocol.js';
import { type AnyWorker, nodeWorker, Thread } from './thread.js';

export interface WorkerPoolOptions {
  /** How many workers; 1 by default. */
  readonly count?: number;
  /** How many calls may wait beside those that run, 1024 by default; one more is a QueueFullError. */
  readonly queueLimit?: number;
  /**
   * Makes a worker that calls `serveSessions(ort)`. Needed in browsers, where a bundler has to see the worker's file:
   * `() => new Worker(new URL('./session-worker.js', import.meta.url), { type: 'module' })`.
   */
  readonly create?: () => AnyWorker | Promise<AnyWorker>;
}

interface OpenedModel {
  readonly model: Uint8Array | string;
  readonly options: OrtSessionOptions;
}

const isNode = (): boolean => typeof process === 'object' && typeof process.versions?.node === 'string';

/** The tensor that crosses to a worker. */
class TransferTensor implements PlainTensor {
  readonly type: OrtElementType;
  readonly data: OrtData;
  readonly dims: readonly number[];

  constructor(type: OrtElementType, data: OrtData, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

/** One array of its own for each tensor: the given one, or a copy of just its elements. */
function cargo(feeds: Readonly<Record<string, OrtTensor>>, gives: boolean): { readonly feeds: Record<string, PlainTensor>; readonly buffers: ArrayBuffer[] } {
  const buffers = new Set<ArrayBuffer>();
  const entries = Object.entries(feeds).map(([name, tensor]) => {
    const { type, data, dims } = tensor as PlainTensor;
    const isWhole = data.byteOffset === 0 && data.byteLength === data.buffer.byteLength && !buffers.has(data.buffer as ArrayBuffer);
    const sent = gives && isWhole ? data : data.slice();
    buffers.add(sent.buffer as ArrayBuffer);
    return [name, { type, data: sent, dims }] as const;
  });
  return { feeds: Object.fromEntries(entries), buffers: [...buffers] };
}

/** A place for a worker: a new one starts there when the last has ended, and opens what is used. */
class Seat {
  readonly #create: () => AnyWorker | Promise<AnyWorker>;
  #thread: Promise<Thread> | undefined;
  /** What the worker has open. */
  #opened = new Map<number, Promise<WorkerSuccess>>();
  #numThreads: number | undefined;

  constructor(create: () => AnyWorker | Promise<AnyWorker>) {
    this.#create = create;
  }

  thread(): Promise<Thread> {
    this.#thread ??= this.#start();
    return this.#thread;
  }

  async #start(): Promise<Thread> {
    try {
      const thread = new Thread(await this.#create(), () => this.#forget());
      if (this.#numThreads !== undefined) await thread.ask({ kind: 'configure', numThreads: this.#numThreads });
      return thread;
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #forget(): void {
    this.#thread = undefined;
    this.#opened = new Map();
  }

  async configure(numThreads: number): Promise<void> {
    this.#numThreads = numThreads;
    await (await this.thread()).ask({ kind: 'configure', numThreads });
  }

  async open(session: number, { model, options }: OpenedModel): Promise<WorkerSuccess> {
    const thread = await this.thread();
    const known = this.#opened.get(session);
    if (known) return known;
    const opening = thread.ask({ kind: 'open', session, model, options });
    this.#opened.set(session, opening);
    opening.catch(() => this.#opened.delete(session));
    return opening;
  }

  async run(session: number, opened: OpenedModel, feeds: Readonly<Record<string, OrtTensor>>, fetches: readonly string[], gives: boolean): Promise<Readonly<Record<string, OrtTensor>>> {
    await this.open(session, opened);
    const sent = cargo(feeds, gives);
    const { results = {} } = await (await this.thread()).ask({ kind: 'run', session, feeds: sent.feeds, fetches }, sent.buffers);
    return results;
  }

  async close(session: number): Promise<void> {
    if (!this.#opened.delete(session)) return;
    await (await this.thread()).ask({ kind: 'close', session });
  }

  async end(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined);
    this.#forget();
    await thread?.terminate();
  }
}

/**
 * Workers that run sessions. Sessions and compiled functions may share one:
 *
 *     await using pool = new WorkerPool({ count: 2 });
 *     const session = await model.createSession({ worker: pool });
 */
export class WorkerPool implements Engine, AsyncDisposable {
  readonly Tensor: Engine['Tensor'] = TransferTensor;
  readonly #seats: readonly Seat[];
  readonly #queue: CallQueue<Seat>;
  #sessions = 0;
  #isReleased = false;

  /** @throws ArgumentError for a `count` below 1. */
  constructor({ count = 1, queueLimit = 1024, create }: WorkerPoolOptions = {}) {
    if (!(Number.isInteger(count) && count >= 1)) throw new ArgumentError('createSession', 'worker.count', `must be a whole number from 1 on, found ${count}`);
    if (!create && !isNode()) {
      throw new ArgumentError(
        'createSession',
        'worker.create',
        "is needed in browsers: `() => new Worker(new URL('./session-worker.js', import.meta.url), { type: 'module' })`, where session-worker.js has " +
          "`import * as ort from 'onnxruntime-web'; import { serveSessions } from '@flaxon/runtime-onnx'; serveSessions(ort);`",
      );
    }
    this.#seats = Array.from({ length: count }, () => new Seat(create ?? nodeWorker));
    this.#queue = new CallQueue(this.#seats, queueLimit);
  }

  /** How many calls wait. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  /** Resolves when a call would be taken: what gives work faster than it is done waits here. */
  room(): Promise<void> {
    return this.#queue.room();
  }

  async backends(): Promise<readonly string[] | undefined> {
    const thread = await this.#seats[0]!.thread();
    return (await thread.ask({ kind: 'describe' })).backends;
  }

  async configure({ numThreads }: { readonly numThreads?: number }): Promise<void> {
    if (numThreads !== undefined) await Promise.all(this.#seats.map((seat) => seat.configure(numThreads)));
  }

  /** Opens the model in every worker. */
  async open(model: Uint8Array | string, options: OrtSessionOptions): Promise<RunnableSession> {
    if (this.#isReleased) throw new ReleasedError('pool of workers');
    const session = this.#sessions++;
    // Cloning a view would send all the memory that it looks at.
    const opened: OpenedModel = { model: typeof model === 'string' || model.byteLength === model.buffer.byteLength ? model : model.slice(), options };
    const replies = await Promise.allSettled(this.#seats.map((seat) => seat.open(session, opened)));
    const close = async (): Promise<void> => {
      if (!this.#isReleased) await Promise.all(this.#seats.map((seat) => seat.close(session)));
    };
    const failed = replies.find((reply) => reply.status === 'rejected');
    if (failed) {
      await close();
      throw failed.reason;
    }
    const [first] = replies as readonly PromiseFulfilledResult<WorkerSuccess>[];
    return freedLast({
      inputs: first!.value.inputs,
      outputs: first!.value.outputs,
      run: (feeds, fetches, { signal, transfer = false } = {}) => this.#queue.run((seat) => seat.run(session, opened, feeds, fetches, transfer), signal),
      release: close,
    });
  }

  /** Ends the workers. Calls that wait fail with a ReleasedError. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#queue.close('pool of workers');
    await Promise.all(this.#seats.map((seat) => seat.end()));
  }

  [asyncDispose](): Promise<void> {
    return this.release();
  }
}
