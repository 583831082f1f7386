import { whileLoop } from '../control/while-loop.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Tree } from '../tree/tree.js';

/**
 * `whileLoop` of a sampler that draws until all places are served. Where the tensors that it reads are known, the steps are computed at once:
 * then keys are split and numbers drawn by the fast kernels, with the same results.
 */
export function search<Carry extends Tree<Tensor>>(reads: readonly Tensor[], isOpen: (carry: Carry) => Tensor, next: (carry: Carry) => Carry, start: Carry): Carry {
  if (reads.some((x) => x.isTraced)) return whileLoop(isOpen, next, start);
  let carry = start;
  while (isOpen(carry).item() === true) carry = next(carry);
  return carry;
}
