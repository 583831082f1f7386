import { ConformanceError } from '../errors.js';
import type { Value } from '../values.js';

export type CaseFunction = (...args: readonly Value[]) => Value;

/** A function made ready to be called, perhaps more than once. */
export interface PreparedFunction {
  call(...args: readonly Value[]): Promise<Value>;
  /** Frees what the function holds (a session, say). It cannot be called afterwards. */
  dispose(): Promise<void>;
}

/**
 * A way to run functions of tensors. Tensors among the arguments are inputs; whatever else stands there (numbers, strings,
 * null) is fixed. An error that the function itself throws reaches the caller as it is.
 */
export interface Executor {
  readonly name: string;
  prepare(f: CaseFunction): PreparedFunction;
}

/** An executor could not run a function that itself ran without fault. */
export class ExecutorError extends ConformanceError {
  constructor(executor: string, cause: unknown) {
    super(`${executor}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`, { cause });
  }
}

/** Calls `f` once on `executor`. */
export async function runOnce(executor: Executor, f: CaseFunction, args: readonly Value[]): Promise<Value> {
  const prepared = executor.prepare(f);
  try {
    return await prepared.call(...args);
  } finally {
    await prepared.dispose();
  }
}
