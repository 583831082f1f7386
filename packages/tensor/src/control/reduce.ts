import { ArgumentError } from '../errors/errors.js';
import { bitwiseXor } from '../ops/elementwise.js';
import { convert, requireAxes, toTensor } from '../ops/operand.js';
import type { ReduceOptions } from '../ops/reduce.js';
import { broadcastTo, concatenate, expandDims, moveaxis, reshape, sliceAxis } from '../ops/shape.js';
import { isStatic } from '../shape/dim.js';
import { dimSizeOf, formatSpec } from '../shape/shape.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { flatten, requireSameStructure, unflatten, type Tree } from '../tree/tree.js';
import { vmap } from '../transforms/vmap.js';
import { scan } from './scan.js';

type Combine = (left: readonly Tensor[], right: readonly Tensor[]) => Tensor[];

/** With the axes that fall together as one, the first. */
function collapsed(x: Tensor, axes: readonly number[]): Tensor {
  const front = moveaxis(x, axes, axes.map((_, i) => i));
  return reshape(front, [dimSizeOf(axes.map((axis) => x.shape[axis]!)), ...front.shape.slice(axes.length)]);
}

/** Halves are combined until one row is left: about log2(rows) calls of `combine`. */
function byHalves(combine: Combine, rows: readonly Tensor[], size: number): Tensor[] {
  if (size === 1) return rows.map((x) => reshape(x, x.shape.slice(1)));
  const half = Math.floor(size / 2);
  const part = (from: number, to: number): Tensor[] => rows.map((x) => sliceAxis(x, 0, from, to));
  const combined = combine(part(0, half), part(half, 2 * half));
  const left = size - 2 * half;
  return byHalves(combine, left === 0 ? combined : combined.map((x, i) => concatenate([x, sliceAxis(rows[i]!, 0, size - 1, size)], 0)), half + left);
}

/** Row after row, where their number is not known. */
const oneByOne = (combine: Combine, start: readonly Tensor[], rows: readonly Tensor[]): readonly Tensor[] =>
  scan((carry: readonly Tensor[], row: readonly Tensor[]) => [combine(carry, row) as readonly Tensor[], null] as const, start, rows)[0];

/**
 * A tree of tensors of one shape reduced over axes by an associative `computation` of two trees of scalars, of which `initValues`, scalars, are the
 * identity (lax.reduce). In which order the elements are combined is not said. Differentiable where the computation is.
 *
 *     reduce({ x, y }, { x: scalar(-Infinity), y: scalar(0) }, (a, b) => ..., [1])
 *
 * @throws ArgumentError where shapes differ or there is no tensor; TreeError where the trees do
 */
export function reduce<T extends Tree<Tensor>>(operands: T, initValues: T, computation: (left: T, right: T) => T, dimensions: readonly number[]): T {
  const { leaves, structure } = flatten<Tensor>(operands);
  const initial = flatten<Tensor>(initValues);
  requireSameStructure(structure, initial.structure);
  const [first] = leaves;
  if (first === undefined) throw new ArgumentError('reduce', 'operands', 'must have at least one tensor');
  const other = leaves.find((leaf) => String(leaf.shape) !== String(first.shape));
  if (other) throw new ArgumentError('reduce', 'operands', `must have one shape, found ${formatSpec(first)} and ${formatSpec(other)}`);
  const unfit = initial.leaves.find((leaf, i) => leaf.rank !== 0 || leaf.dtype !== leaves[i]!.dtype);
  if (unfit) throw new ArgumentError('reduce', 'initValues', `must be scalars of the dtypes of the operands, found ${formatSpec(unfit)}`);
  const axes = requireAxes('reduce', dimensions, first.rank);
  if (axes.length === 0) return operands;
  const scalars = (...pair: readonly Tensor[]): Tensor[] => {
    const found = flatten<Tensor>(computation(unflatten(structure, pair.slice(0, leaves.length)) as T, unflatten(structure, pair.slice(leaves.length)) as T));
    requireSameStructure(structure, found.structure);
    return found.leaves;
  };
  const rows = leaves.map((leaf) => collapsed(leaf, axes));
  const kept = rows[0]!.shape.slice(1);
  let slices = scalars;
  for (let i = 0; i < kept.length; i++) slices = vmap(slices);
  const start = initial.leaves.map((leaf) => broadcastTo(leaf, kept));
  const size = rows[0]!.shape[0]!;
  if (!isStatic(size)) return unflatten(structure, oneByOne((a, b) => slices(...a, ...b), start, rows)) as T;
  if (size === 0) return unflatten(structure, start) as T;
  const whole = vmap(slices);
  return unflatten(structure, slices(...start, ...byHalves((a, b) => whole(...a, ...b), rows, size))) as T;
}

/** The bits in which an odd number of integers or bools have a one (lax.reduce_xor). @throws DtypeError on floats */
export function reduceXor(x: TensorLike, { axis, keepdims = false }: Pick<ReduceOptions, 'axis' | 'keepdims'> = {}): Tensor {
  const operand = toTensor('reduceXor', x);
  const axes = requireAxes('reduceXor', axis, operand.rank);
  const found = reduce<Tensor>(operand, convert(0, operand.dtype), (a, b) => bitwiseXor(a, b), axes);
  return keepdims ? expandDims(found, axes) : found;
}
