import { ArgumentError } from '../errors/errors.js';
import { requireAxis } from '../ops/operand.js';
import { flip } from '../ops/rearrange.js';
import { concatenate, reshape, sliceAxis, stack } from '../ops/shape.js';
import { isStatic } from '../shape/dim.js';
import { formatSpec } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { flatten, requireSameStructure, unflatten, type Tree } from '../tree/tree.js';

export interface AssociativeScanOptions {
  /** From the last element to the first: the left operand of `f` is what comes later. */
  readonly reverse?: boolean;
  /** Along which axis of every tensor. */
  readonly axis?: number;
}

type Combine = (left: readonly Tensor[], right: readonly Tensor[]) => Tensor[];

/** Every second element, from `start` to before `limit`. */
const everySecond = (xs: readonly Tensor[], axis: number, start: number, limit: number): Tensor[] => xs.map((x) => sliceAxis(x, axis, start, limit, 2));
const range = (xs: readonly Tensor[], axis: number, start: number, limit: number): Tensor[] => xs.map((x) => sliceAxis(x, axis, start, limit));

/** even[0], odd[0], even[1], odd[1], ...; there may be one more of the even ones. */
function interleave(even: Tensor, odd: Tensor, axis: number): Tensor {
  const pairs = odd.shape[axis] as number;
  const joined = reshape(stack([sliceAxis(even, axis, 0, pairs), odd], axis + 1), odd.shape.map((dim, i) => (i === axis ? 2 * pairs : dim)));
  return even.shape[axis] === pairs ? joined : concatenate([joined, sliceAxis(even, axis, pairs, pairs + 1)], axis);
}

/** Pairs of neighbours are combined, the half of that is scanned, and the elements between are filled in: 2 log2(n) calls. */
function scanPairs(combine: Combine, xs: readonly Tensor[], axis: number): readonly Tensor[] {
  const size = xs[0]!.shape[axis] as number;
  if (size < 2) return xs;
  const odd = scanPairs(combine, combine(everySecond(xs, axis, 0, size - 1), everySecond(xs, axis, 1, size)), axis);
  const first = range(xs, axis, 0, 1);
  if (size === 2) return first.map((x, i) => concatenate([x, odd[i]!], axis));
  const inner = combine(range(odd, axis, 0, Math.ceil(size / 2) - 1), everySecond(xs, axis, 2, size));
  return first.map((x, i) => interleave(concatenate([x, inner[i]!], axis), odd[i]!, axis));
}

function sizeAlong(xs: readonly Tensor[], axis: number): number {
  const size = xs[0]!.shape[axis]!;
  if (!isStatic(size)) throw new ArgumentError('associativeScan', 'axis', `must have a size that is a number, found ${String(size)}; use \`scan\``);
  const other = xs.find((x) => x.shape[axis] !== size);
  if (other) throw new ArgumentError('associativeScan', 'xs', `must have one size along axis ${axis}, found ${size} and ${formatSpec(other)}`);
  return size;
}

/**
 * All partial results x0, f(x0, x1), f(f(x0, x1), x2), ... of an associative `f` (jax.lax.associative_scan), in about 2 log2(n) calls of
 * `f` on many elements at once instead of n steps. `f` takes and gives trees of slices along `axis`, element by element.
 *
 *     associativeScan((a, b) => ({ w: mul(a.w, b.w), y: add(mul(a.y, b.w), b.y) }), { w, y }); // y[t] = w[t] y[t - 1] + y[t]
 *
 * @throws ArgumentError where the axis does not fit; TreeError where `f` gives another tree
 */
export function associativeScan<T extends Tree<Tensor>>(f: (left: T, right: T) => T, xs: T, { reverse = false, axis = 0 }: AssociativeScanOptions = {}): T {
  const { leaves, structure } = flatten<Tensor>(xs);
  const [leading] = leaves;
  if (leading === undefined) throw new ArgumentError('associativeScan', 'xs', 'must have at least one tensor');
  const at = requireAxis('associativeScan', axis, leading.rank);
  sizeAlong(leaves, at);
  const combine: Combine = (left, right) => {
    const found = flatten<Tensor>(f(unflatten(structure, left) as T, unflatten(structure, right) as T));
    requireSameStructure(structure, found.structure);
    return found.leaves;
  };
  const turn = (of: readonly Tensor[]): readonly Tensor[] => (reverse ? of.map((x) => flip(x, at)) : of);
  return unflatten(structure, turn(scanPairs(combine, turn(leaves), at))) as T;
}
