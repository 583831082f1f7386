/** The exponential function and softmax of larger float32 arrays, with WebAssembly's vectors. */
import { type ExponentialFunction, makeExponentialModule } from './simd/exponential-module.js';
import { instantiate } from './simd/web-assembly.js';

const pages = 5;
const pageBytes = 65_536;
/** Where elements stand: after the constants. */
const start = 4096;
/** Elements that are in the memory at once. */
const capacity = (pages * pageBytes - start) / 4;
const lanes = 4;
/** Below this many elements the kernels in TypeScript are done as soon. */
const leastCount = 1024;

interface Exponentials {
  readonly elements: Float32Array;
  readonly run: { readonly [F in ExponentialFunction]: (start: number, end: number) => void };
}

// `undefined` before the first use, null where there is no WebAssembly with vectors.
let exponentials: Exponentials | null | undefined;

function exponentialsOrNull(): Exponentials | null {
  if (exponentials !== undefined) return exponentials;
  const { code, constants } = makeExponentialModule(pages);
  const made = instantiate<ExponentialFunction>(code);
  if (made) new Uint8Array(made.memory).set(constants);
  exponentials = made && { elements: new Float32Array(made.memory, start, capacity), run: made.functions };
  return exponentials;
}

const endOf = (count: number): number => start + 4 * lanes * Math.ceil(count / lanes);

/** exp(x), with the bits of `Math.exp` rounded in all of a million elements from -80 to 80 (measured); null where the kernel in TypeScript is to do it. */
export function expVectors(x: Float32Array): Float32Array<ArrayBuffer> | null {
  const found = x.length < leastCount ? null : exponentialsOrNull();
  if (found === null) return null;
  const { elements, run } = found;
  const out = new Float32Array(x.length);
  for (let at = 0; at < x.length; at += capacity) {
    const count = Math.min(capacity, x.length - at);
    elements.set(x.subarray(at, at + count));
    run.exp(start, endOf(count));
    out.set(elements.subarray(0, count), at);
  }
  return out;
}

/** The softmax of each row of `columns` elements; null where the decomposition is to do it. */
export function softmaxVectors(x: Float32Array, columns: number): Float32Array<ArrayBuffer> | null {
  const found = x.length < leastCount || columns > capacity - lanes ? null : exponentialsOrNull();
  if (found === null) return null;
  const { elements, run } = found;
  const out = new Float32Array(x.length);
  const end = endOf(columns);
  for (let row = 0; row < x.length; row += columns) {
    elements.set(x.subarray(row, row + columns));
    // What fills up the last vector takes no part.
    elements.fill(-Infinity, columns, (end - start) / 4);
    run.softmax(start, end);
    out.set(elements.subarray(0, columns), row);
  }
  return out;
}
