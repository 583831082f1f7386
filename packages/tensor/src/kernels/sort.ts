import { allocate, type TypedArray } from '../dtype/dtype.js';
import { moveSlices } from './copy.js';
import type { ArrayView, Kernel } from './kernel.js';
import { computeData, type BigArray, type FloatArray, type IntArray } from './number-class.js';
import { splitAt, type Split } from './reduce.js';

/** The keys of one lane, as they compare. */
type Keys = FloatArray | IntArray | BigArray;

/** Runs this short are sorted by insertion before they are merged. */
const runLength = 12;

/** True where the key `b` belongs before `a`: NaN comes last, and the two zeros are equal. */
const isBefore = <K extends number | bigint>(b: K, a: K): boolean => b < a || (a !== a && b === b);

/** Sorts the places `order` of one lane by their keys: stable, by merging. `order` and `scratch` are overwritten. */
function sortPlaces(keys: Keys, order: Int32Array, scratch: Int32Array): Int32Array {
  const count = order.length;
  for (let start = 0; start < count; start += runLength) insertionSort(keys, order, start, Math.min(start + runLength, count));
  let from = order;
  let to = scratch;
  for (let width = runLength; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      mergeRuns(keys, from, start, Math.min(start + width, count), Math.min(start + 2 * width, count), to);
    }
    [from, to] = [to, from];
  }
  return from;
}

function insertionSort(keys: Keys, order: Int32Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const place = order[i]!;
    const key = keys[place]!;
    let j = i - 1;
    while (j >= start && isBefore(key, keys[order[j]!]!)) {
      order[j + 1] = order[j]!;
      j--;
    }
    order[j + 1] = place;
  }
}

function mergeRuns(keys: Keys, from: Int32Array, start: number, middle: number, end: number, to: Int32Array): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takesRight = right < end && (left >= middle || isBefore(keys[from[right]!]!, keys[from[left]!]!));
    to[at] = takesRight ? from[right++]! : from[left++]!;
  }
}

/** The elements of one lane of data (outer, count, inner), contiguous. */
function readLane(data: TypedArray, { count, inner }: Split, start: number, lane: TypedArray): void {
  if (lane instanceof BigInt64Array || lane instanceof BigUint64Array) {
    for (let i = 0, at = start; i < count; i++, at += inner) lane[i] = (data as BigArray)[at]!;
  } else {
    for (let i = 0, at = start; i < count; i++, at += inner) lane[i] = (data as FloatArray | IntArray)[at]!;
  }
}

/** For each place in the sorted array (flat), which place of the operand comes there. */
function sortedPlaces(keyOperands: readonly ArrayView[], split: Split): Int32Array {
  const { outer, count, inner } = split;
  const result = new Int32Array(outer * count * inner);
  const operands = keyOperands.map(computeData);
  const lanes = operands.map((data) => data.slice(0, count) as TypedArray);
  const orderMemory = new Int32Array(count);
  const scratchMemory = new Int32Array(count);
  for (let block = 0; block < outer; block++) {
    for (let lane = 0; lane < inner; lane++) {
      const start = block * count * inner + lane;
      for (let i = 0; i < count; i++) orderMemory[i] = i;
      let order: Int32Array = orderMemory;
      // The last key first: a stable sort by an earlier key keeps the order by the later ones among equals.
      for (let key = operands.length - 1; key >= 0; key--) {
        readLane(operands[key]!, split, start, lanes[key]!);
        order = sortPlaces(lanes[key]!, order, order === orderMemory ? scratchMemory : orderMemory);
      }
      for (let i = 0, at = start; i < count; i++, at += inner) result[at] = start + order[i]! * inner;
    }
  }
  return result;
}

export const sortKernel: Kernel<'sort'> = (inputs, { axis, keys }) => {
  const split = splitAt(inputs[0]!.shape, axis);
  const size = inputs[0]!.data.length;
  const places = sortedPlaces(inputs.slice(0, keys), split);
  return inputs.map(({ data, dtype }) => {
    const out = allocate(dtype, size);
    moveSlices(dtype, 1, { count: size, inner: 1, from: places, to: undefined }, data, size, out, size);
    return out;
  });
};
