import { ArgumentError } from '../errors/errors.js';
import { moveaxis } from '../ops/shape.js';
import { trace } from '../program/trace.js';
import type { Dim } from '../shape/dim.js';
import { formatSpec, normalizeAxis } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { leafCount, unflatten, type TreeStructure } from '../tree/tree.js';
import { flattenTensors } from './gradient.js';
import { batchProgram } from './batch/batch-program.js';
import { materialize, type BatchAxis } from './batch/rule.js';

/** One axis for every leaf, or a tree of axes like the argument (or a part of it); null: the same for every example. */
export type Axes = number | null | readonly Axes[] | { readonly [key: string]: Axes };

export interface VmapOptions {
  /** The batch axis of each argument: one for all, or a list with an entry for each argument. */
  readonly inAxes?: Axes;
  /** The batch axis of each result. */
  readonly outAxes?: Axes;
  /** The number of examples, where no argument has them. */
  readonly axisSize?: Dim;
}

/** Spreads axes over the leaves of a structure. */
function spreadAxes(axes: Axes, structure: TreeStructure): (number | null)[] {
  if (axes === null || typeof axes === 'number') return Array.from({ length: leafCount(structure) }, () => axes);
  if (structure.kind === 'array' && Array.isArray(axes)) return structure.children.flatMap((child, i) => spreadAxes((axes as readonly Axes[])[i] ?? null, child));
  if (structure.kind === 'object' && !Array.isArray(axes)) return structure.keys.flatMap((key, i) => spreadAxes((axes as { readonly [key: string]: Axes })[key] ?? null, structure.children[i]!));
  throw new ArgumentError('vmap', 'inAxes', 'must be a number, null, or a tree that begins like the arguments');
}

function requireBatchAxis(x: Tensor, axis: number | null): BatchAxis {
  if (axis === null) return null;
  const found = normalizeAxis(axis, x.rank);
  if (found === undefined) throw new ArgumentError('vmap', 'inAxes', `names axis ${axis} of ${formatSpec(x)}`);
  return found;
}

function sizeOfBatch(inputs: readonly Tensor[], axes: readonly BatchAxis[], given: Dim | undefined): Dim {
  const sizes = inputs.flatMap((x, i) => (axes[i] === null ? [] : [x.shape[axes[i]!]!]));
  const size = sizes[0] ?? given;
  if (size === undefined) throw new ArgumentError('vmap', 'axisSize', 'must be given where no argument is batched');
  const other = [...sizes, ...(given === undefined ? [] : [given])].find((one) => one !== size);
  if (other !== undefined) throw new ArgumentError('vmap', 'inAxes', `must name axes of one size, found ${String(size)} and ${String(other)}`);
  return size;
}

/** `vmap` over flat tensors; results have their batch axis in front. */
export function vmapFlat(f: (...inputs: Tensor[]) => readonly Tensor[], axes: readonly BatchAxis[], axisSize?: Dim): (...inputs: readonly Tensor[]) => Tensor[] {
  return (...inputs) => {
    const size = sizeOfBatch(inputs, axes, axisSize);
    const specs = inputs.map((x, i) => ({ dtype: x.dtype, shape: x.shape.filter((_, k) => k !== axes[i]) }));
    const { program, captures } = trace(f, specs);
    const { outputs, axes: found } = batchProgram(program, [...inputs, ...captures], [...axes, ...captures.map(() => null)], size);
    return outputs.map((output, i) => materialize(output, found[i]!, size));
  };
}

/** `f` of one example made into a function of many (jax.vmap); arguments and results are trees. */
export function vmap<Args extends readonly unknown[], R>(f: (...args: Args) => R, { inAxes = 0, outAxes = 0, axisSize }: VmapOptions = {}): (...args: Args) => R {
  return (...args) => {
    const { leaves, structure } = flattenTensors('vmap', args);
    const axes = spreadAxes(inAxes, structure).map((axis, i) => requireBatchAxis(leaves[i]!, axis));
    let result: TreeStructure = { kind: 'none' };
    const run = vmapFlat((...inputs) => {
      const flat = flattenTensors('vmap', f(...(unflatten<Tensor>(structure, inputs) as readonly unknown[] as Args)));
      result = flat.structure;
      return flat.leaves;
    }, axes, axisSize);
    const outputs = run(...leaves);
    const places = spreadAxes(outAxes, result);
    return unflatten(result, outputs.map((output, i) => {
      const place = places[i]!;
      if (place !== null) return moveaxis(output, 0, place);
      throw new ArgumentError('vmap', 'outAxes', 'must name an axis for each result');
    })) as R;
  };
}
