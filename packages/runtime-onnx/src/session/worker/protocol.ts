/** What a pool and its workers say to each other. */
import type { OrtData, OrtElementType, OrtSessionOptions, OrtValueMetadata } from '../runtime.js';

export interface PlainTensor {
  readonly type: OrtElementType;
  readonly data: OrtData;
  readonly dims: readonly number[];
}

export type WorkerRequest = { readonly id: number } & (
  | { readonly kind: 'describe' }
  | { readonly kind: 'configure'; readonly numThreads: number }
  | { readonly kind: 'open'; readonly session: number; readonly model: Uint8Array | string; readonly options: OrtSessionOptions }
  | { readonly kind: 'run'; readonly session: number; readonly feeds: Readonly<Record<string, PlainTensor>>; readonly fetches: readonly string[] }
  | { readonly kind: 'close'; readonly session: number }
);

export interface WorkerSuccess {
  readonly id: number;
  readonly ok: true;
  readonly backends?: readonly string[] | undefined;
  readonly inputs?: readonly OrtValueMetadata[] | undefined;
  readonly outputs?: readonly OrtValueMetadata[] | undefined;
  readonly results?: Readonly<Record<string, PlainTensor>>;
}

export interface WorkerFailure {
  readonly id: number;
  readonly ok: false;
  /** Structured cloning keeps the class of JavaScript's own errors, and the message. */
  readonly error: Error;
}

export type WorkerReply = WorkerSuccess | WorkerFailure;

/** The worker's end: a `MessagePort` of Node, or the global object of a web worker. */
export interface WorkerPort {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: WorkerRequest }) => void): void;
  start?(): void;
}
