/** Keys with the place that each came from; the two move together. */
export interface KeyedPlaces {
  readonly keys: Uint32Array;
  readonly places: Int32Array;
}

/** Fewer keys than this are merged; more are dealt out digit by digit. */
const fewKeys = 192;
/** Runs this short are sorted by insertion before they are merged. */
const runLength = 12;
const digitBits = 8;
const digitValues = 1 << digitBits;

/**
 * Sorts by key, ascending and stable. Both memories are overwritten.
 *
 * @param input what to sort
 * @param scratch memory of the same size
 * @returns the one of the two that holds the result
 */
export function sortPlaces(input: KeyedPlaces, scratch: KeyedPlaces): KeyedPlaces {
  return input.keys.length < fewKeys ? mergeSort(input, scratch) : radixSort(input, scratch);
}

function mergeSort(input: KeyedPlaces, scratch: KeyedPlaces): KeyedPlaces {
  const count = input.keys.length;
  for (let start = 0; start < count; start += runLength) sortRun(input.keys, input.places, start, Math.min(start + runLength, count));
  let from = input;
  let to = scratch;
  for (let width = runLength; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      mergeRuns(from.keys, from.places, start, Math.min(start + width, count), Math.min(start + 2 * width, count), to.keys, to.places);
    }
    [from, to] = [to, from];
  }
  return from;
}

function sortRun(keys: Uint32Array, places: Int32Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const key = keys[i]!;
    const place = places[i]!;
    let at = i;
    for (; at > start && keys[at - 1]! > key; at--) {
      keys[at] = keys[at - 1]!;
      places[at] = places[at - 1]!;
    }
    keys[at] = key;
    places[at] = place;
  }
}

function mergeRuns(keys: Uint32Array, places: Int32Array, start: number, middle: number, end: number, toKeys: Uint32Array, toPlaces: Int32Array): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takesRight = right < end && (left >= middle || keys[right]! < keys[left]!);
    const from = takesRight ? right++ : left++;
    toKeys[at] = keys[from]!;
    toPlaces[at] = places[from]!;
  }
}

/** Deals the keys out by their lowest digit, then by the next, ...; digits that all keys share are left out. */
function radixSort(input: KeyedPlaces, scratch: KeyedPlaces): KeyedPlaces {
  const count = input.keys.length;
  const counts = new Int32Array(digitValues);
  let from = input;
  let to = scratch;
  for (let shift = 0; shift < 32; shift += digitBits) {
    countDigits(from.keys, shift, counts);
    if (counts[(from.keys[0]! >>> shift) & (digitValues - 1)] === count) continue;
    startsFromCounts(counts);
    dealOut(from.keys, from.places, shift, counts, to.keys, to.places);
    [from, to] = [to, from];
  }
  return from;
}

function countDigits(keys: Uint32Array, shift: number, counts: Int32Array): void {
  counts.fill(0);
  for (let i = 0; i < keys.length; i++) counts[(keys[i]! >>> shift) & (digitValues - 1)]!++;
}

function startsFromCounts(counts: Int32Array): void {
  let start = 0;
  for (let digit = 0; digit < digitValues; digit++) {
    const count = counts[digit]!;
    counts[digit] = start;
    start += count;
  }
}

function dealOut(keys: Uint32Array, places: Int32Array, shift: number, starts: Int32Array, toKeys: Uint32Array, toPlaces: Int32Array): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const to = starts[(key >>> shift) & (digitValues - 1)]!++;
    toKeys[to] = key;
    toPlaces[to] = places[i]!;
  }
}
