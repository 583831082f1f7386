import { compareTrees, type Tolerance } from '../compare.js';
import { MismatchError } from '../errors.js';
import type { Executor } from '../executors/executor.js';
import type { Library } from '../registry/library.js';
import type { Safetensors } from '../safetensors.js';
import { decodeTree, type Value } from '../values.js';

/** What a case runs with. */
export interface CaseContext {
  /** The arrays of the suite. */
  readonly arrays: Safetensors;
  readonly executor: Executor;
  readonly library: Library;
  /** Whether JAX ran with 64-bit types for this case. */
  readonly x64: boolean;
}

/**
 * @throws MismatchError where `got` is not the tree `want` of the case within `tolerance`. `decode` says what the tree stands
 * for where that is not tensors and literals alone.
 */
export function check(
  what: string,
  got: Value,
  want: unknown,
  tolerance: Tolerance,
  context: CaseContext,
  decode: (tree: unknown) => Value = (tree) => decodeTree(tree, context.arrays),
): void {
  const difference = compareTrees(got, decode(want), tolerance);
  if (difference !== undefined) throw new MismatchError(what, difference);
}
