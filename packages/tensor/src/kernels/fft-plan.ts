/** Discrete Fourier transforms of any length in O(n log n), computed in float64. */
import { passes } from './fft-passes.js';

/** Real and imaginary parts, in arrays of their own. */
export interface ComplexArray {
  readonly real: Float64Array;
  readonly imag: Float64Array;
}

export const complexArray = (length: number): ComplexArray => ({ real: new Float64Array(length), imag: new Float64Array(length) });

/** The radices of a transform; undefined where a prime factor is too large. */
function radicesOf(length: number): number[] | undefined {
  const radices: number[] = [];
  let rest = length;
  for (const radix of passes.keys()) {
    while (rest % radix === 0) {
      radices.push(radix);
      rest /= radix;
    }
  }
  return rest === 1 ? radices : undefined;
}

/** exp(-2 pi i k / count) for k from 0 to count - 1, each exact to the last place: angles are brought below pi / 4 as fractions. */
function rootsOfUnity(count: number): ComplexArray {
  const roots = complexArray(count);
  for (let k = 0; k < count; k++) {
    const quadrant = Math.floor((4 * k) / count);
    const rest = 4 * k - quadrant * count;
    const isSteep = 2 * rest > count;
    const angle = (Math.PI / 2) * ((isSteep ? count - rest : rest) / count);
    const [near, far] = [Math.cos(angle), Math.sin(angle)];
    const [cos, sin] = isSteep ? [far, near] : [near, far];
    const [real, imag] = ([[cos, sin], [-sin, cos], [-cos, -sin], [sin, -cos]] as const)[quadrant]!;
    roots.real[k] = real;
    roots.imag[k] = -imag;
  }
  return roots;
}

/** A transform of (length, lanes) along its first axis: `data` and `work` are overwritten, and the one that holds the result is given. */
export interface Plan {
  readonly transform: (data: ComplexArray, work: ComplexArray, lanes: number) => ComplexArray;
}

/** Stockham's transform: each pass splits a radix off and leaves the result in order. */
function stockham(length: number, radices: readonly number[]): Plan {
  const roots = rootsOfUnity(length);
  return {
    transform: (data, work, lanes) => {
      let [from, to] = [data, work];
      let rest = length;
      let done = 1;
      for (const radix of radices) {
        rest /= radix;
        passes.get(radix)!(from, to, rest, done * lanes, roots, done);
        done *= radix;
        [from, to] = [to, from];
      }
      return from;
    },
  };
}

/**
 * Bluestein's transform (1970): with jk = (j^2 + k^2 - (k - j)^2) / 2 it is a convolution with a chirp, which transforms of a power of
 * two compute.
 */
function bluestein(length: number): Plan {
  let size = 1;
  while (size < 2 * length - 1) size *= 2;
  const inner = planOf(size);
  const turns = rootsOfUnity(2 * length);
  const chirp = complexArray(length);
  const kernel = complexArray(size);
  for (let k = 0; k < length; k++) {
    const at = (k * k) % (2 * length);
    chirp.real[k] = turns.real[at]!;
    chirp.imag[k] = turns.imag[at]!;
    for (const place of k === 0 ? [0] : [k, size - k]) {
      kernel.real[place] = chirp.real[k]!;
      kernel.imag[place] = -chirp.imag[k]!;
    }
  }
  const spectrum = inner.transform(kernel, complexArray(size), 1);
  return {
    transform: (data, work, lanes) => {
      const [lane, spare] = [complexArray(size), complexArray(size)];
      for (let q = 0; q < lanes; q++) {
        lane.real.fill(0);
        lane.imag.fill(0);
        for (let k = 0; k < length; k++) {
          const [r, i] = [data.real[k * lanes + q]!, data.imag[k * lanes + q]!];
          lane.real[k] = r * chirp.real[k]! - i * chirp.imag[k]!;
          lane.imag[k] = r * chirp.imag[k]! + i * chirp.real[k]!;
        }
        const forward = inner.transform(lane, spare, 1);
        // Exchanged parts make a transform its inverse, up to the factor.
        const exchanged: ComplexArray = { real: forward.imag, imag: forward.real };
        for (let k = 0; k < size; k++) {
          const [r, i] = [forward.real[k]!, forward.imag[k]!];
          forward.real[k] = r * spectrum.real[k]! - i * spectrum.imag[k]!;
          forward.imag[k] = r * spectrum.imag[k]! + i * spectrum.real[k]!;
        }
        const other = forward === lane ? spare : lane;
        const back = inner.transform(exchanged, { real: other.imag, imag: other.real }, 1);
        for (let k = 0; k < length; k++) {
          const [r, i] = [back.imag[k]! / size, back.real[k]! / size];
          work.real[k * lanes + q] = r * chirp.real[k]! - i * chirp.imag[k]!;
          work.imag[k * lanes + q] = r * chirp.imag[k]! + i * chirp.real[k]!;
        }
      }
      return work;
    },
  };
}

/** Plans of the lengths used last. */
const plans = new Map<number, Plan>();
const mostPlans = 16;

export function planOf(length: number): Plan {
  const known = plans.get(length);
  if (known) return known;
  const radices = radicesOf(length);
  const plan = radices ? stockham(length, radices) : bluestein(length);
  if (plans.size >= mostPlans) plans.delete(plans.keys().next().value!);
  plans.set(length, plan);
  return plan;
}
