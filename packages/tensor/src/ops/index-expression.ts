import { ArgumentError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import { isStatic, type Dim } from '../shape/dim.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { toTensor } from './operand.js';
import { flip } from './rearrange.js';
import { reshape } from './shape.js';

/** start, stop and step of a slice as Python has them: negative ones count from the end, null is the default. */
export interface SliceIndex {
  readonly slice: readonly [start: number | null, stop?: number | null, step?: number | null];
}

/** One place of an index: an element, a slice, a new axis (null), or `'...'` for all axes that are not named. */
export type IndexItem = number | SliceIndex | null | '...';

interface Range {
  readonly start: Dim;
  readonly limit: Dim;
  readonly stride: number;
  readonly reversed: boolean;
}

const whole = (size: Dim): Range => ({ start: 0, limit: size, stride: 1, reversed: false });

/** The elements that a slice picks of an axis, in ascending order (Python's slice.indices). */
function resolveSlice({ slice: [start, stop = null, step] }: SliceIndex, size: Dim): Range {
  const stride = step ?? 1;
  if (!Number.isInteger(stride) || stride === 0) throw new ArgumentError('index', 'step', `must be a whole number other than 0, found ${stride}`);
  if (!isStatic(size)) {
    if (start === null && stop === null && stride === 1) return whole(size);
    throw new ArgumentError('index', 'slice', `cuts an axis of symbolic size ${String(size)}; only the whole of it can be taken`);
  }
  const clamp = (value: number | null, fallback: number, low: number, high: number): number => (value === null ? fallback : Math.min(Math.max(value < 0 ? value + size : value, low), high));
  if (stride > 0) {
    const from = clamp(start, 0, 0, size);
    return { start: from, limit: Math.max(from, clamp(stop, size, 0, size)), stride, reversed: false };
  }
  const from = clamp(start, size - 1, -1, size - 1);
  const to = clamp(stop, -1, -1, size - 1);
  const count = Math.max(0, Math.ceil((from - to) / -stride));
  const lowest = from + (count - 1) * stride;
  return count === 0 ? { start: 0, limit: 0, stride: 1, reversed: false } : { start: lowest, limit: from + 1, stride: -stride, reversed: true };
}

function resolveElement(element: number, size: Dim): Range {
  if (!isStatic(size)) throw new ArgumentError('index', 'element', `names an element of an axis of symbolic size ${String(size)}; use \`take\``);
  const place = element < 0 ? element + size : element;
  if (!Number.isInteger(element) || place < 0 || place >= size) throw new ArgumentError('index', 'element', `must be a whole number from ${-size} to ${size - 1}, found ${element}`);
  return { start: place, limit: place + 1, stride: 1, reversed: false };
}

/**
 * NumPy's basic indexing, `x[1:, ..., None, 0]` as `index(x, [{ slice: [1, null] }, '...', null, 0])`: elements (their axis goes),
 * slices with steps of either sign, new axes, and `'...'`.
 * @throws ArgumentError where an element is out of range or too many axes are named.
 */
export function index(x: TensorLike, items: readonly IndexItem[]): Tensor {
  const operand = toTensor('index', x);
  const named = items.filter((item) => item !== null && item !== '...').length;
  if (named > operand.rank || items.filter((item) => item === '...').length > 1) {
    throw new ArgumentError('index', 'items', `name ${named} axes of a tensor of rank ${operand.rank}, with at most one '...'`);
  }
  const rest: SliceIndex[] = Array.from({ length: operand.rank - named }, () => ({ slice: [null] }));
  const full = items.includes('...') ? items.flatMap((item): IndexItem[] => (item === '...' ? rest : [item])) : [...items, ...rest];
  const shape: (Dim | 'kept')[] = [];
  const ranges: Range[] = [];
  for (const item of full) {
    if (item === null) shape.push(1);
    else if (typeof item === 'number') ranges.push(resolveElement(item, operand.shape[ranges.length]!));
    else if (item !== '...') {
      shape.push('kept');
      ranges.push(resolveSlice(item, operand.shape[ranges.length]!));
    }
  }
  const cut = bindOne('slice', [operand], { starts: ranges.map((range) => range.start), limits: ranges.map((range) => range.limit), strides: ranges.map((range) => range.stride) });
  const turned = flip(cut, ranges.flatMap((range, axis) => (range.reversed ? [axis] : [])));
  const kept = full.filter((item) => item !== null).flatMap((item, axis) => (typeof item === 'number' ? [] : [turned.shape[axis]!]));
  return reshape(turned, shape.map((dim) => (dim === 'kept' ? kept.shift()! : dim)));
}
