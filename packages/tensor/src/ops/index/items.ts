import { isInteger } from '../../dtype/dtype.js';
import { ArgumentError, ConcretizationError, DtypeError } from '../../errors/errors.js';
import { isStatic, type Dim } from '../../shape/dim.js';
import { broadcastShapes, equalShapes, formatShape, formatSpec, type Shape } from '../../shape/shape.js';
import { tensor } from '../../tensor/create.js';
import { Tensor, type NestedArray } from '../../tensor/tensor.js';
import { convert } from '../operand.js';
import { broadcastTo } from '../shape.js';

/** start, stop and step of a slice as Python has them: negative ones count from the end, null is the default. */
export interface SliceIndex {
  readonly slice: readonly [start: number | null, stop?: number | null, step?: number | null];
}

/**
 * One place of an index: an element, a slice, a new axis (null), `'...'` for all axes that are not named, an array of indices (a
 * tensor of integers, or nested arrays of numbers), or a mask (a tensor of bools, over as many axes as it has).
 */
export type IndexItem = number | SliceIndex | null | '...' | Tensor | readonly NestedArray[];

/** The elements that an item picks of an axis: every `stride`-th from `start` to below `limit`, in reverse if `reversed`. */
export interface Range {
  readonly start: Dim;
  readonly limit: Dim;
  readonly stride: number;
  readonly reversed: boolean;
}

/** What becomes of one axis of the operand. `indices` are int32, broadcast to one shape, and may be out of range. */
export type AxisPlan =
  | { readonly kind: 'slice'; readonly range: Range }
  | { readonly kind: 'element'; readonly range: Range }
  | { readonly kind: 'array'; readonly indices: Tensor };

export interface IndexPlan {
  /** One for each axis of the operand. */
  readonly axes: readonly AxisPlan[];
  /** The common shape of the arrays of indices; undefined where there are none. */
  readonly arrayShape: Shape | undefined;
  /** Whether the arrays (and elements) stand side by side: their axes then stand in their place, else in front. */
  readonly adjacent: boolean;
  /** The axes of the result in order; the axes of the arrays are one entry. */
  readonly layout: readonly ('kept' | 'new' | 'arrays')[];
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

const isSlice = (item: IndexItem): item is SliceIndex => typeof item === 'object' && item !== null && 'slice' in item && !(item instanceof Tensor) && !Array.isArray(item);

/** The places where a mask is true, one list of indices for each of its axes. */
function placesOf(mask: Tensor): Tensor[] {
  if (mask.isTraced) {
    throw new ConcretizationError('indexing with a mask (the number of elements that it picks is not known; `where(mask, ...)` keeps all)', formatSpec(mask));
  }
  const data = mask.data();
  const shape = mask.staticShape();
  const places: number[][] = shape.map(() => []);
  data.forEach((value: number | bigint, at: number) => {
    if (value === 0) return;
    let rest = at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      places[axis]!.push(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
  });
  return places.map((list) => tensor(Int32Array.from(list)));
}

function arrayOf(item: Tensor | readonly NestedArray[]): Tensor {
  const found = item instanceof Tensor ? item : tensor(item, item.length === 0 ? { dtype: 'int32' } : {});
  if (found.dtype !== 'bool' && !isInteger(found.dtype)) throw new DtypeError('index', [found.dtype], 'arrays of indices must be integers, masks bools');
  return found;
}

/** An item with the axes that it consumes: masks become an array for each of theirs. */
type Place = { readonly kind: 'new' } | { readonly kind: 'element'; readonly element: number } | { readonly kind: 'slice'; readonly slice: SliceIndex } | { readonly kind: 'array'; readonly indices: Tensor };

function placesOfItem(item: Exclude<IndexItem, '...'>, shape: Shape, axis: number): Place[] {
  if (item === null) return [{ kind: 'new' }];
  if (typeof item === 'number') return [{ kind: 'element', element: item }];
  if (isSlice(item)) return [{ kind: 'slice', slice: item }];
  const array = arrayOf(item);
  if (array.dtype !== 'bool') return [{ kind: 'array', indices: convert(array, 'int32') }];
  if (array.rank === 0) throw new ArgumentError('index', 'mask', 'must have rank 1 or more');
  const covered = shape.slice(axis, axis + array.rank);
  if (!equalShapes(covered, array.shape)) throw new ArgumentError('index', 'mask', `has shape ${formatShape(array.shape)}, but the axes that it covers have shape ${formatShape(covered)}`);
  return placesOf(array).map((indices): Place => ({ kind: 'array', indices }));
}

const rankOfItem = (item: IndexItem): number => {
  if (item === null || item === '...') return 0;
  if (typeof item === 'number' || isSlice(item)) return 1;
  const array = arrayOf(item);
  return array.dtype === 'bool' ? array.rank : 1;
};

/** The items as one place for each axis of the operand and each new axis, with `'...'` written out. */
function expandItems(items: readonly IndexItem[], shape: Shape): Place[] {
  const rank = shape.length;
  const named = items.reduce<number>((count, item) => count + rankOfItem(item), 0);
  if (named > rank || items.filter((item) => item === '...').length > 1) {
    throw new ArgumentError('index', 'items', `name ${named} axes of a tensor of rank ${rank}, with at most one '...'`);
  }
  const rest: Place[] = Array.from({ length: rank - named }, () => ({ kind: 'slice', slice: { slice: [null] } }));
  const places: Place[] = [];
  let axis = 0;
  for (const item of items.includes('...') ? items : [...items, '...' as const]) {
    places.push(...(item === '...' ? rest : placesOfItem(item, shape, axis)));
    axis += item === '...' ? rest.length : rankOfItem(item);
  }
  return places;
}

/**
 * What NumPy's indexing does to each axis of a tensor of `shape`.
 * @throws ArgumentError where an element is out of range, too many axes are named, or arrays do not broadcast; DtypeError where an array
 * of indices is not of integers; ConcretizationError where a mask is traced.
 */
export function planIndex(items: readonly IndexItem[], shape: Shape): IndexPlan {
  const places = expandItems(items, shape);
  const arrays = places.flatMap((place) => (place.kind === 'array' ? [place.indices] : []));
  const arrayShape = arrays.length === 0 ? undefined : broadcastShapes(arrays.map((indices) => indices.shape));
  if (arrays.length > 0 && arrayShape === undefined) throw new ArgumentError('index', 'items', `are arrays of shapes that do not broadcast: ${arrays.map((indices) => formatShape(indices.shape)).join(', ')}`);
  // Beside arrays, elements count as arrays of rank 0.
  const advanced = places.flatMap((place, i) => (place.kind === 'array' || (arrays.length > 0 && place.kind === 'element') ? [i] : []));
  const adjacent = advanced.every((place, i) => i === 0 || place === advanced[i - 1]! + 1);
  const first = adjacent ? (advanced[0] ?? 0) : 0;
  const axes: AxisPlan[] = [];
  const layout: ('kept' | 'new' | 'arrays')[] = [];
  places.forEach((place, i) => {
    if (i === first && arrays.length > 0) layout.push('arrays');
    const size = shape[axes.length]!;
    if (place.kind === 'new') layout.push('new');
    else if (place.kind === 'element') axes.push({ kind: 'element', range: resolveElement(place.element, size) });
    else if (place.kind === 'array') axes.push({ kind: 'array', indices: broadcastTo(place.indices, arrayShape!) });
    else {
      axes.push({ kind: 'slice', range: resolveSlice(place.slice, size) });
      layout.push('kept');
    }
  });
  return { axes, arrayShape, adjacent, layout };
}
