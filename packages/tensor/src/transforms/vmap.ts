import { ArgumentError } from '../errors/errors.js';
import { trace } from '../program/trace.js';
import type { Dim } from '../shape/dim.js';
import { formatSpec, normalizeAxis } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { describe, leafCount, unflatten, type TreeStructure } from '../tree/tree.js';
import { flattenTensors } from './function.js';
import { batchBy } from './batch/batch-program.js';
import { materialize, type BatchAxis, type Batched } from './batch/rule.js';

/** One axis for every leaf, or a tree of axes like the argument (or a part of it); null: the same for every example. */
export type Axes = number | null | readonly Axes[] | { readonly [key: string]: Axes };

export interface VmapOptions {
  /** The batch axis of each argument: one for all, or a list with an entry for each argument. */
  readonly inAxes?: Axes;
  /** The batch axis of each result; null for one that is the same for every example, such as a `psum`. */
  readonly outAxes?: Axes;
  /** The number of examples, where no argument has them. */
  readonly axisSize?: Dim;
  /** The name of the examples for `psum`, `pmean`, `axisIndex` and so on. */
  readonly axisName?: string;
}

/** Spreads axes over the leaves of a structure. */
function spreadAxes(argument: 'inAxes' | 'outAxes', axes: Axes, structure: TreeStructure): (number | null)[] {
  if (axes === null || typeof axes === 'number') return Array.from({ length: leafCount(structure) }, () => axes);
  const inner = childAxes(axes, structure);
  if (inner === undefined) {
    throw new ArgumentError('vmap', argument, `must be a number, null, or a tree that begins like the ${argument === 'inAxes' ? 'arguments' : 'result'}; found ${JSON.stringify(axes)} for ${describe(structure)}`);
  }
  return inner.flatMap(([one, child]) => spreadAxes(argument, one, child));
}

/** The axes of each child of a structure; undefined where the two are not alike. */
function childAxes(axes: Exclude<Axes, number | null>, structure: TreeStructure): (readonly [Axes, TreeStructure])[] | undefined {
  if (structure.kind === 'array' && isList(axes)) {
    return axes.length === structure.children.length ? structure.children.map((child, i) => [axes[i]!, child]) : undefined;
  }
  if (structure.kind !== 'object' || isList(axes) || Object.keys(axes).sort().join('\0') !== structure.keys.join('\0')) return undefined;
  return structure.keys.map((key, i) => [axes[key]!, structure.children[i]!]);
}

const isList = (axes: Axes): axes is readonly Axes[] => Array.isArray(axes);

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

/** A function of flat tensors of one example for all of them at once, with the batch axis of each result. */
export function batchFlat(f: (...inputs: Tensor[]) => readonly Tensor[], inputs: readonly Tensor[], axes: readonly BatchAxis[], size: Dim, axisName?: string): Batched {
  const specs = inputs.map((x, i) => ({ dtype: x.dtype, shape: x.shape.filter((_, k) => k !== axes[i]) }));
  const axis = axisName === undefined ? null : { name: axisName, size };
  const { program, captures } = trace(f, specs, axis);
  return batchBy(axis)(program, [...inputs, ...captures], [...axes, ...captures.map(() => null)], size);
}

/** `vmap` over flat tensors; results have their batch axis in front. */
export function vmapFlat(f: (...inputs: Tensor[]) => readonly Tensor[], axes: readonly BatchAxis[], axisSize?: Dim): (...inputs: readonly Tensor[]) => Tensor[] {
  return (...inputs) => {
    const size = sizeOfBatch(inputs, axes, axisSize);
    const { outputs, axes: found } = batchFlat(f, inputs, axes, size);
    return outputs.map((output, i) => materialize(output, found[i]!, size));
  };
}

function placeResult(output: Tensor, found: BatchAxis, wanted: number | null, size: Dim, axisName: string | undefined): Tensor {
  if (wanted !== null) {
    const rank = output.rank + (found === null ? 1 : 0);
    const place = normalizeAxis(wanted, rank);
    if (place === undefined) throw new ArgumentError('vmap', 'outAxes', `names axis ${wanted} of a result of rank ${rank}, the examples' axis included`);
    return materialize(output, found, size, place);
  }
  if (found === null) return output;
  const combine = axisName === undefined ? 'give the axis a name and combine its examples with `psum` or `pmean`' : `combine the examples with \`psum\` or \`pmean\` over '${axisName}'`;
  throw new ArgumentError('vmap', 'outAxes', `is null for ${formatSpec(output)}, which differs from example to example; name an axis for it, or ${combine}`);
}

/**
 * `f` of one example made into a function of many (jax.vmap); arguments and results are trees.
 * @throws ArgumentError where axes do not fit, or a result whose `outAxes` is null differs between examples
 */
export function vmap<Args extends readonly unknown[], R>(f: (...args: Args) => R, { inAxes = 0, outAxes = 0, axisSize, axisName }: VmapOptions = {}): (...args: Args) => R {
  return (...args) => {
    const { leaves, structure } = flattenTensors('vmap', args);
    const axes = spreadAxes('inAxes', inAxes, structure).map((axis, i) => requireBatchAxis(leaves[i]!, axis));
    const size = sizeOfBatch(leaves, axes, axisSize);
    let result: TreeStructure = { kind: 'none' };
    const { outputs, axes: found } = batchFlat((...inputs) => {
      const flat = flattenTensors('vmap', f(...(unflatten<Tensor>(structure, inputs) as readonly unknown[] as Args)));
      result = flat.structure;
      return flat.leaves;
    }, leaves, axes, size, axisName);
    const places = spreadAxes('outAxes', outAxes, result);
    return unflatten(result, outputs.map((output, i) => placeResult(output, found[i]!, places[i]!, size, axisName))) as R;
  };
}
