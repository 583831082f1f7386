import { allocate } from '../dtype/dtype.js';
import type { Kernel } from './kernel.js';
import { splitAt, type Split } from './reduce.js';
import { takeSlices } from './slices.js';
import { sortPlaces, type KeyedPlaces } from './sort-places.js';
import { sortWords } from './sort-words.js';

const allocateKeyed = (count: number): KeyedPlaces => ({ keys: new Uint32Array(count), places: new Int32Array(count) });

/** For each place in the sorted array (flat), which place of the operands comes there. */
function sortedPlaces(words: readonly Uint32Array[], { outer, count, inner }: Split): Int32Array {
  const result = new Int32Array(outer * count * inner);
  const memories = [allocateKeyed(count), allocateKeyed(count)] as const;
  for (let block = 0; block < outer; block++) {
    for (let lane = 0; lane < inner; lane++) {
      const start = block * count * inner + lane;
      let sorted = memories[0];
      for (let i = 0, at = start; i < count; i++, at += inner) sorted.places[i] = at;
      // The last word first: a stable sort by an earlier word keeps the order by the later ones among equals.
      for (let word = words.length - 1; word >= 0; word--) {
        readKeys(words[word]!, sorted);
        sorted = sortPlaces(sorted, sorted === memories[0] ? memories[1] : memories[0]);
      }
      for (let i = 0, at = start; i < count; i++, at += inner) result[at] = sorted.places[i]!;
    }
  }
  return result;
}

function readKeys(words: Uint32Array, { keys, places }: KeyedPlaces): void {
  for (let i = 0; i < keys.length; i++) keys[i] = words[places[i]!]!;
}

export const sortKernel: Kernel<'sort'> = (inputs, { axis, keys }) => {
  const split = splitAt(inputs[0]!.shape, axis);
  const size = inputs[0]!.data.length;
  const places = sortedPlaces(inputs.slice(0, keys).flatMap(sortWords), split);
  return inputs.map(({ data, dtype }) => {
    const out = allocate(dtype, size);
    takeSlices(dtype, 1, 1, data, size, places, out);
    return out;
  });
};
