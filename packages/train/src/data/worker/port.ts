/** The ends of a channel to a worker, as Node and browsers have them. */
import type { Batch } from '../batch.js';
import type { PackedBatch } from './packed-batch.js';

/** A `Worker` or `parentPort` of Node's `worker_threads`. */
export interface NodePort {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  terminate?(): unknown;
}

/** A `Worker` of a browser, or in it `self`. */
export interface WebPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(event: string, listener: (event: never) => void): void;
  removeEventListener(event: string, listener: (event: never) => void): void;
  terminate?(): unknown;
}

export type WorkerPort = NodePort | WebPort;

/** What the trainer's side sends: it opens a pass, asks for so many more batches, and closes the pass. */
export type Request =
  | { readonly kind: 'open'; readonly pass: number; readonly epoch: number; readonly from: number }
  | { readonly kind: 'want'; readonly pass: number; readonly count: number }
  | { readonly kind: 'close'; readonly pass: number };

/** What the worker sends. */
export type Reply =
  | { readonly kind: 'batch'; readonly pass: number; readonly batch: PackedBatch }
  | { readonly kind: 'end'; readonly pass: number }
  | { readonly kind: 'failed'; readonly pass: number; readonly message: string; readonly error: unknown };

/** What a worker makes: the batches of a pass over the data from batch number `from` on. */
export type MakeBatches<Data> = (epoch: number, from: number) => Iterable<Data | Batch<Data>> | AsyncIterable<Data | Batch<Data>>;

/** Calls `listener` with each message, and `onFailure` where the other end fails or goes away. Returns what ends that. */
export function listen(port: WorkerPort, listener: (message: never) => void, onFailure?: (error: unknown) => void): () => void {
  if ('on' in port) {
    // What arrives is what the other end of the protocol sends.
    const received = (message: unknown): void => listener(message as never);
    const gone = (status: unknown): void => onFailure?.(new Error(`it ended with status ${String(status)}`));
    const failed = (error: unknown): void => onFailure?.(error);
    const entries = [['message', received], ['error', failed], ['exit', gone]] as const;
    for (const [event, handler] of entries) port.on(event, handler);
    return () => {
      for (const [event, handler] of entries) port.off(event, handler);
    };
  }
  const received = (event: { readonly data: never }): void => listener(event.data);
  const failed = (event: { readonly error?: unknown; readonly message?: string }): void => onFailure?.(event.error ?? new Error(event.message));
  port.addEventListener('message', received);
  port.addEventListener('error', failed);
  return () => {
    port.removeEventListener('message', received);
    port.removeEventListener('error', failed);
  };
}
