/**
 * Many small arrays as one. Each array that goes into or out of a session costs about 8 us; a part of one packed array costs about
 * 3 (its share of a `Split` or `Concat`, and a `Reshape`).
 */
import { allocate, type Dtype, isStaticShape, type Shape, sizeOf, type TypedArray } from '@flaxon/tensor';

/** Arrays of one dtype, one behind the other. */
export interface PackedGroup {
  readonly dtype: Dtype;
  /** Which of the leaves, in order. */
  readonly members: readonly number[];
  readonly sizes: readonly number[];
  readonly total: number;
}

export interface PackingPlan {
  readonly groups: readonly PackedGroup[];
  /** Leaves that go alone. */
  readonly single: readonly number[];
}

/** Fewer do not repay the `Split`. */
const fewestMembers = 6;
/** Copying a larger one costs more than the call. */
const largestMember = 2 ** 16;

interface Leaf {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

const packs = ({ dtype, shape }: Leaf): boolean => dtype !== 'bfloat16' && dtype !== 'bool' && isStaticShape(shape) && sizeOf(shape) > 0 && sizeOf(shape) <= largestMember;

/** Which of `leaves` go together. */
export function planPacking(leaves: readonly Leaf[]): PackingPlan {
  const byDtype = new Map<Dtype, number[]>();
  leaves.forEach((leaf, i) => {
    if (packs(leaf)) byDtype.set(leaf.dtype, [...(byDtype.get(leaf.dtype) ?? []), i]);
  });
  const groups = [...byDtype].filter(([, members]) => members.length >= fewestMembers).map(([dtype, members]): PackedGroup => {
    const sizes = members.map((i) => sizeOf(leaves[i]!.shape as readonly number[]));
    return { dtype, members, sizes, total: sizes.reduce((sum, size) => sum + size, 0) };
  });
  const packed = new Set(groups.flatMap(({ members }) => members));
  return { groups, single: leaves.map((_, i) => i).filter((i) => !packed.has(i)) };
}

/** `parts` in one array: their own memory where they lie one behind the other, else a copy. */
export function pack({ dtype, total }: PackedGroup, parts: readonly TypedArray[]): TypedArray {
  const first = parts[0]!;
  let end = first.byteOffset;
  const isRun = parts.every((part) => {
    const follows = part.buffer === first.buffer && part.byteOffset === end;
    end += part.byteLength;
    return follows;
  });
  if (isRun) return viewOf(first, total);
  const packed = allocate(dtype, total);
  let offset = 0;
  for (const part of parts) {
    if (packed instanceof BigInt64Array || packed instanceof BigUint64Array) packed.set(part as BigInt64Array, offset);
    else packed.set(part as Float64Array, offset);
    offset += part.length;
  }
  return packed;
}

/** `length` elements from where `start` begins. */
function viewOf(start: TypedArray, length: number): TypedArray {
  const constructor = start.constructor as new (buffer: ArrayBuffer, byteOffset: number, length: number) => TypedArray;
  return new constructor(start.buffer, start.byteOffset, length);
}

/** The members of a packed array, as views of it. */
export function unpack({ sizes }: PackedGroup, packed: TypedArray): TypedArray[] {
  let offset = 0;
  return sizes.map((size) => {
    offset += size;
    return packed.subarray(offset - size, offset) as TypedArray;
  });
}
