import { ArgumentError } from '../errors/errors.js';
import { bind } from '../program/bind.js';
import { capturesFirst, trace } from '../program/trace.js';
import { formatSpec, type Spec } from '../shape/shape.js';
import type { Dim } from '../shape/dim.js';
import type { Tensor } from '../tensor/tensor.js';
import { flatten, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';
import { requireSameCarry } from './carry.js';

export interface StepOptions {
  /** The number of steps, where there are no `xs`. */
  readonly length?: Dim;
  /** From the last step to the first; `ys` stay in the order of `xs`. */
  readonly reverse?: boolean;
}

/** The number of steps. @throws ArgumentError where `xs` and `length` do not say it, or not alike */
export function stepsOf(xs: readonly Tensor[], { length }: StepOptions): Dim {
  const scalar = xs.find((x) => x.rank === 0);
  if (scalar) throw new ArgumentError('scan', 'xs', `must have a leading axis to go along, found ${formatSpec(scalar)}; what is the same at every step belongs in the carry, or is captured`);
  const found = xs[0]?.shape[0] ?? length;
  if (found === undefined) throw new ArgumentError('scan', 'length', 'must be given where `xs` has no tensors');
  const other = xs.find((x) => x.shape[0] !== found);
  if (other) throw new ArgumentError('scan', 'xs', `must have one leading size, found ${String(found)} and ${formatSpec(other)}`);
  if (length !== undefined && length !== found) throw new ArgumentError('scan', 'length', `is ${String(length)}, but \`xs\` has leading size ${String(found)}`);
  return found;
}

/** `scan` as one equation. */
export function scanSteps<Carry extends Tree<Tensor>, X extends Tree<Tensor>, Y extends Tree<Tensor>>(
  f: (carry: Carry, x: X) => readonly [Carry, Y],
  init: Carry,
  xs: X,
  options: StepOptions,
): [Carry, Y] {
  const start = flatten<Tensor>(init);
  const rows = flatten<Tensor>(xs);
  const length = stepsOf(rows.leaves, options);
  const slices = rows.leaves.map(({ shape, dtype }): Spec => ({ shape: shape.slice(1), dtype }));
  let stacked: TreeStructure = { kind: 'none' };
  const traced = trace((...inputs) => {
    const carry = unflatten<Tensor>(start.structure, inputs.slice(0, start.leaves.length)) as Carry;
    const [next, y] = f(carry, unflatten<Tensor>(rows.structure, inputs.slice(start.leaves.length)) as X);
    requireSameCarry('scan', init, next);
    const out = flatten<Tensor>(y);
    stacked = out.structure;
    return [...flatten<Tensor>(next).leaves, ...out.leaves];
  }, [...start.leaves, ...slices]);
  const results = bind('scan', [...traced.captures, ...start.leaves, ...rows.leaves], {
    body: capturesFirst(traced),
    constants: traced.captures.length,
    carry: start.leaves.length,
    length,
    reverse: options.reverse ?? false,
  });
  const carried = results.slice(0, start.leaves.length);
  return [unflatten<Tensor>(start.structure, carried) as Carry, unflatten<Tensor>(stacked, results.slice(carried.length)) as Y];
}
