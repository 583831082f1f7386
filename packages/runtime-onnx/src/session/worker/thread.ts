/** One worker: Node's or a browser's, and what was asked of it. */
import { ReleasedError, RuntimeMissingError, WorkerCrashError } from '../../errors/session-errors.js';
import type { WorkerReply, WorkerRequest, WorkerSuccess } from './protocol.js';

/** A browser's `Worker`, or the like. */
export interface WebWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error' | 'messageerror', listener: (event: { readonly message?: string; readonly error?: unknown }) => void): void;
  terminate(): unknown;
}

/** A `Worker` of `node:worker_threads`. */
export interface NodeWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(event: 'message' | 'error' | 'messageerror', listener: (value: unknown) => void): unknown;
  on(event: 'exit', listener: (exitCode: number) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

export type AnyWorker = WebWorker | NodeWorker;

/** A worker of Node that has onnxruntime-node. */
export async function nodeWorker(): Promise<NodeWorker> {
  const { Worker } = await import('node:worker_threads');
  // Not in one expression with `new Worker`: bundlers for browsers would take the file for a web worker of theirs.
  const here = import.meta.url;
  return new Worker(new URL('./node-worker.mjs', here));
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

interface Pending {
  readonly resolve: (reply: WorkerSuccess) => void;
  readonly reject: (reason: unknown) => void;
}

const isNodeWorker = (worker: AnyWorker): worker is NodeWorker => 'on' in worker && typeof worker.on === 'function';

/** The failure of the worker's `import('onnxruntime-node')` is ours: elsewhere it has this class. */
const isMissingRuntime = (error: Error): boolean => /Cannot find (package|module) '?onnxruntime-node/.test(error.message);

export class Thread {
  readonly #worker: AnyWorker;
  readonly #pending = new Map<number, Pending>();
  readonly #onEnd: () => void;
  #count = 0;
  #hasEnded = false;

  /** `onEnd` is called when the worker ends by itself. */
  constructor(worker: AnyWorker, onEnd: () => void) {
    this.#worker = worker;
    this.#onEnd = onEnd;
    if (isNodeWorker(worker)) {
      let cause: unknown;
      worker.on('message', (reply) => this.#settle(reply as WorkerReply));
      worker.on('error', (error) => (cause = error));
      worker.on('messageerror', (error) => this.#end(undefined, error));
      worker.on('exit', (exitCode) => this.#end(exitCode, cause));
      // A pool that has nothing to do keeps no process alive.
      worker.unref();
    } else {
      worker.addEventListener('message', ({ data }) => this.#settle(data as WorkerReply));
      worker.addEventListener('error', ({ error, message }) => this.#end(undefined, error ?? new Error(message ?? 'the worker could not be loaded')));
      worker.addEventListener('messageerror', ({ error }) => this.#end(undefined, error));
    }
  }

  #settle(reply: WorkerReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (this.#pending.size === 0 && isNodeWorker(this.#worker)) this.#worker.unref();
    if (reply.ok) pending?.resolve(reply);
    else pending?.reject(isMissingRuntime(reply.error) ? new RuntimeMissingError(reply.error) : reply.error);
  }

  #fail(reason: Error): void {
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }

  #end(exitCode: number | undefined, cause: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#fail(new WorkerCrashError(exitCode, cause));
    if (!isNodeWorker(this.#worker)) this.#worker.terminate();
    this.#onEnd();
  }

  /** The answer to a request; `transfer` goes over without a copy. */
  ask(request: WithoutId<WorkerRequest>, transfer: ArrayBuffer[] = []): Promise<WorkerSuccess> {
    const id = this.#count++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      if (isNodeWorker(this.#worker)) this.#worker.ref();
      try {
        this.#worker.postMessage({ ...request, id }, transfer);
      } catch (error) {
        this.#pending.delete(id);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  /** Ends the worker; a call that it runs fails with a ReleasedError. */
  async terminate(): Promise<void> {
    this.#hasEnded = true;
    this.#fail(new ReleasedError('pool of workers'));
    await this.#worker.terminate();
  }
}
