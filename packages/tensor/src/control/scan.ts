import { ArgumentError } from '../errors/errors.js';
import { isStatic } from '../shape/dim.js';
import type { Tensor } from '../tensor/tensor.js';
import { leaves, type Tree } from '../tree/tree.js';
import { scanSteps, stepsOf, type StepOptions } from './scan-steps.js';
import { scanUnrolled } from './unroll.js';

export interface ScanOptions extends StepOptions {
  /**
   * How many steps stand one after the other in the body of the loop, 1 by default; true for all of them, without a loop. A larger program
   * with fewer turns, of the same values.
   */
  readonly unroll?: number | boolean;
}

/**
 * Runs `f(carry, x) -> [carry, y]` over the leading axis of `xs` and stacks the `y`s (lax.scan). The carry, `xs` and `y` are
 * trees. One program for the body, however many steps; differentiable in both modes.
 * @throws CarryError where the carry changes shape or dtype, TreeError where it changes structure; ArgumentError
 */
export function scan<Carry extends Tree<Tensor>, X extends Tree<Tensor>, Y extends Tree<Tensor>>(
  f: (carry: Carry, x: X) => readonly [Carry, Y],
  init: Carry,
  xs: X,
  { unroll = 1, ...options }: ScanOptions = {},
): [Carry, Y] {
  if (unroll === 1 || unroll === false) return scanSteps(f, init, xs, options);
  const size = stepsOf(leaves<Tensor>(xs), options);
  if (!isStatic(size)) throw new ArgumentError('scan', 'unroll', `needs a number of steps that is known, found ${String(size)}`);
  const count = unroll === true ? size : unroll;
  if (!Number.isInteger(count) || (count < 1 && size > 0)) throw new ArgumentError('scan', 'unroll', `must be a positive whole number or a boolean, found ${String(unroll)}`);
  // Without a step there is nothing that could say what the results are like.
  return size === 0 ? scanSteps(f, init, xs, options) : scanUnrolled(f, init, xs, { size, count: Math.min(count, size), reverse: options.reverse ?? false });
}
