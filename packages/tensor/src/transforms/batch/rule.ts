import { bind } from '../../program/bind.js';
import { broadcastTo, moveaxis, reshape } from '../../ops/shape.js';
import type { Primitive, PrimitiveParams } from '../../primitives/params.js';
import type { Program } from '../../program/program.js';
import type { NamedAxis } from '../../program/trace.js';
import type { Dim } from '../../shape/dim.js';
import type { Tensor } from '../../tensor/tensor.js';

/** Where a tensor has its batch axis; null where it is the same for every example. */
export type BatchAxis = number | null;

export interface Batched {
  readonly outputs: readonly Tensor[];
  readonly axes: readonly BatchAxis[];
}

/** Runs a program of one example on all at once; `axis` names the examples, where they have a name. */
export interface BatchProgram {
  (program: Program, inputs: readonly Tensor[], axes: readonly BatchAxis[], size: Dim): Batched;
  readonly axis: NamedAxis | null;
}

/** The outputs for all examples at once; at least one operand is batched, or the equation names the axis of the examples. */
export type BatchRule<P extends Primitive> = BatchRuleOf<PrimitiveParams[P]>;
export type BatchRuleOf<Params> = (inputs: readonly Tensor[], axes: readonly BatchAxis[], params: Params, size: Dim, batch: BatchProgram) => Batched;

/** The batch axis in front; a tensor without one stays as it is. */
export const toFront = (x: Tensor, axis: BatchAxis): Tensor => (axis === null || axis === 0 ? x : moveaxis(x, axis, 0));

/** The batch axis at `place`, made by broadcasting where there is none. */
export function materialize(x: Tensor, axis: BatchAxis, size: Dim, place = 0): Tensor {
  if (axis !== null) return axis === place ? x : moveaxis(x, axis, place);
  const shape = [...x.shape.slice(0, place), size, ...x.shape.slice(place)];
  return broadcastTo(reshape(x, [...x.shape.slice(0, place), 1, ...x.shape.slice(place)]), shape);
}

/** The rank without the batch axis. */
export const innerRank = (x: Tensor, axis: BatchAxis): number => x.rank - (axis === null ? 0 : 1);

export const front = (outputs: readonly Tensor[]): Batched => ({ outputs, axes: outputs.map(() => 0) });

/** One operand: the batch axis stays where it is. */
export const unaryBatch = <P extends Primitive>(primitive: P): BatchRule<P> => (inputs, [axis], params) => ({ outputs: bind(primitive, inputs, params), axes: [axis!] });

/** Operands that broadcast: where all have one rank and one batch axis they stay, else it comes to the front with ones behind it. */
export const broadcastBatch = <P extends Primitive>(primitive: P): BatchRule<P> => (inputs, axes, params) => {
  const same = inputs.every((x, i) => axes[i] === axes[0] && x.rank === inputs[0]!.rank);
  if (same) {
    const outputs = bind(primitive, inputs, params);
    return { outputs, axes: outputs.map(() => axes[0]!) };
  }
  const rank = Math.max(...inputs.map((x, i) => innerRank(x, axes[i]!)));
  const aligned = inputs.map((x, i) => {
    const axis = axes[i]!;
    if (axis === null) return x;
    const moved = toFront(x, axis);
    const missing = rank - innerRank(x, axis);
    return missing === 0 ? moved : reshape(moved, [moved.shape[0]!, ...Array.from({ length: missing }, () => 1), ...moved.shape.slice(1)]);
  });
  return front(bind(primitive, aligned, params));
};

/** An axis of one example, counted with the batch axis in place. */
export const shiftAxis = (axis: number, batchAxis: number): number => (axis >= batchAxis ? axis + 1 : axis);
