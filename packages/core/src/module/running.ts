import type { Module } from './module.js';

/** Chooses what `captureIntermediates` keeps: the outputs of this method of this module. */
export type CaptureFilter = (module: Module, method: string) => boolean;

/** What an interceptor learns of the call. */
export interface InterceptorContext {
  readonly module: Module;
  readonly method: string;
  /** The method itself, without interceptors. */
  readonly original: (...args: unknown[]) => unknown;
}

/** Runs around every method of every module; calls `next` with the arguments to go on. */
export type Interceptor = (next: (...args: unknown[]) => unknown, args: readonly unknown[], context: InterceptorContext) => unknown;

/** One call of a method, in the order in which they begin; the output is there when it has returned. */
export interface CallRecord {
  readonly module: Module;
  readonly className: string;
  readonly path: readonly string[];
  readonly method: string;
  readonly args: readonly unknown[];
  /** The call inside which this one was made. */
  readonly caller: CallRecord | undefined;
  /** The name scope of the equations that the call makes: the module's, and which call it is. */
  readonly nameScope: string;
  output: unknown;
}

/** Writes down the calls of methods. */
export class Recorder {
  readonly records: CallRecord[] = [];
  readonly #open: CallRecord[] = [];

  begin(call: Omit<CallRecord, 'caller' | 'output'>): CallRecord {
    const record: CallRecord = { ...call, nameScope: `${call.nameScope}#${this.records.length}`, caller: this.#open.at(-1), output: undefined };
    this.records.push(record);
    this.#open.push(record);
    return record;
  }

  end(): void {
    this.#open.pop();
  }
}

/**
 * What runs at this moment: the only state outside modules and scopes. Everything is pushed before a call and popped after it,
 * also when the call throws.
 */
export const running: {
  readonly modules: Module[];
  readonly captures: (CaptureFilter | undefined)[];
  readonly interceptors: Interceptor[];
  readonly recorders: Recorder[];
} = { modules: [], captures: [], interceptors: [], recorders: [] };

/** Runs `f` with `item` on top of `stack`. */
export function withPushed<I, T>(stack: I[], item: I, f: () => T): T {
  stack.push(item);
  try {
    return f();
  } finally {
    stack.pop();
  }
}
