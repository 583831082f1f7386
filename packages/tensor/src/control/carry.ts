import { FlaxonError } from '../errors/errors.js';
import { formatSpec } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { flatten, flattenWithPath, requireSameStructure, structure, type Tree } from '../tree/tree.js';

/** The carry that a loop's body returns differs from the one it got. */
export class CarryError extends FlaxonError {
  readonly path: string;

  constructor(operation: string, path: string, expected: string, found: string) {
    super(`${operation}: the carry must keep its shape and dtype from step to step, but \`${path === '' ? 'carry' : path}\` goes in as ${expected} and comes out as ${found}; convert it inside the body, or start from a carry of that type`);
    this.path = path;
  }
}

/** @throws TreeError, CarryError where a step would change the carry's tree, shapes or dtypes. */
export function requireSameCarry(operation: string, init: Tree<Tensor>, next: Tree<Tensor>): void {
  const found = flatten<Tensor>(next);
  requireSameStructure(structure(init), found.structure);
  flattenWithPath<Tensor>(init).forEach(({ path, leaf }, i) => {
    const [expected, got] = [formatSpec(leaf), formatSpec(found.leaves[i]!)];
    if (expected !== got) throw new CarryError(operation, path, expected, got);
  });
}
