import { Tensor } from '@flaxon/tensor';
import { elementsOf, type Elements } from './elements.js';
import { describe, isArray, isObject, type Value } from './values.js';

/**
 * How outputs compare. `exact`: the same bits. `ulp`: at most `max` representable numbers apart. `close`:
 * abs(got - want) <= atol + rtol * abs(want), NaN equals NaN, infinities by sign. Shape and dtype are equal in every mode.
 */
export type Tolerance =
  | { readonly mode: 'exact' }
  | { readonly mode: 'ulp'; readonly max: number }
  | { readonly mode: 'close'; readonly rtol: number; readonly atol: number };

/** The first place where two trees differ, in words; undefined where they are equal within `tolerance`. */
export function compareTrees(got: unknown, want: Value, tolerance: Tolerance, path = ''): string | undefined {
  const at = path === '' ? '' : `${path}: `;
  if (want instanceof Tensor) {
    if (!(got instanceof Tensor)) return `${at}got ${describe(got)}, want ${describe(want)}`;
    const difference = compareTensors(got, want, tolerance);
    return difference === undefined ? undefined : at + difference;
  }
  if (isArray(want)) {
    if (!isArray(got) || got.length !== want.length) return `${at}got ${describe(got)}, want ${describe(want)}`;
    return first(want, (item, i) => compareTrees(got[i], item as Value, tolerance, `${path}[${i}]`));
  }
  if (isObject(want)) {
    if (!isObject(got)) return `${at}got ${describe(got)}, want ${describe(want)}`;
    const missing = Object.keys(want).filter((name) => !Object.hasOwn(got, name));
    const extra = Object.keys(got).filter((name) => !Object.hasOwn(want, name));
    if (missing.length + extra.length > 0) return at + keyDifference(missing, extra);
    return first(Object.keys(want).sort(), (name) =>
      compareTrees(got[name], want[name] as Value, tolerance, path === '' ? name : `${path}/${name}`),
    );
  }
  const difference = compareLiterals(got, want, tolerance);
  return difference === undefined ? undefined : at + difference;
}

function keyDifference(missing: readonly string[], extra: readonly string[]): string {
  const parts = [];
  if (missing.length > 0) parts.push(`without ${missing.map((name) => `\`${name}\``).join(', ')}`);
  if (extra.length > 0) parts.push(`with ${extra.map((name) => `\`${name}\``).join(', ')}, which should not be there`);
  return `got an object ${parts.join(' and ')}`;
}

function first<T>(items: readonly T[], f: (item: T, index: number) => string | undefined): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = f(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A literal number may come as a scalar tensor; it is compared by its value. A missing value is null. */
function compareLiterals(got: unknown, want: Value, tolerance: Tolerance): string | undefined {
  if (typeof want === 'number' && got instanceof Tensor && got.rank === 0 && got.dtype !== 'bool') {
    return compareLiterals(Number(elementsOf(got).value(0)), want, tolerance);
  }
  if (typeof want === 'number' && (typeof got === 'number' || typeof got === 'bigint')) {
    const equal = tolerance.mode === 'close' ? isClose(Number(got), want, tolerance) : Object.is(Number(got), want);
    return equal ? undefined : `got ${got}, want ${want}`;
  }
  return (got ?? null) === (want ?? null) ? undefined : `got ${describe(got)}, want ${describe(want)}`;
}

/** The first differing element of two tensors, in words; undefined where they are equal within `tolerance`. */
export function compareTensors(got: Tensor, want: Tensor, tolerance: Tolerance): string | undefined {
  if (got.dtype !== want.dtype || got.rank !== want.rank || got.shape.some((dim, axis) => dim !== want.shape[axis])) {
    return `got ${describe(got)}, want ${describe(want)}`;
  }
  const actual = elementsOf(got);
  const expected = elementsOf(want);
  if (actual.length !== expected.length) return `got ${actual.length} elements, want ${expected.length}`;
  const agree = elementRule(actual, expected, tolerance);
  let differing = 0;
  let at = -1;
  for (let i = 0; i < expected.length; i++) {
    if (agree(i)) continue;
    if (differing++ === 0) at = i;
  }
  if (differing === 0) return undefined;
  const place = want.rank === 0 ? '' : ` at [${unravel(at, want.shape.map(Number)).join(',')}]`;
  const share = differing === 1 && expected.length === 1 ? '' : ` (${differing} of ${expected.length} elements differ)`;
  return `got ${actual.format(at)}${place}, want ${expected.format(at)}${distance(actual, expected, at, tolerance)}${share}`;
}

function elementRule(actual: Elements, expected: Elements, tolerance: Tolerance): (index: number) => boolean {
  switch (tolerance.mode) {
    case 'exact':
      return (i) => actual.bits(i) === expected.bits(i);
    case 'ulp':
      return (i) => ulpDistance(actual, expected, i) <= tolerance.max;
    case 'close':
      return (i) => isClose(actual.value(i), expected.value(i), tolerance);
  }
}

/** How many representable numbers apart; 0 for two NaNs, infinite for a NaN and a number. */
function ulpDistance(actual: Elements, expected: Elements, index: number): number {
  const [a, b] = [Number.isNaN(Number(actual.value(index))), Number.isNaN(Number(expected.value(index)))];
  if (a || b) return a && b ? 0 : Number.POSITIVE_INFINITY;
  const difference = actual.ordinal(index) - expected.ordinal(index);
  return Number(difference < 0n ? -difference : difference);
}

function isClose(got: number | bigint, want: number | bigint, { rtol, atol }: { rtol: number; atol: number }): boolean {
  if (typeof got === 'bigint' && typeof want === 'bigint') {
    const difference = got > want ? got - want : want - got;
    return Number(difference) <= atol + rtol * Math.abs(Number(want));
  }
  const [a, b] = [Number(got), Number(want)];
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a === b;
  return Math.abs(a - b) <= atol + rtol * Math.abs(b);
}

function distance(actual: Elements, expected: Elements, index: number, tolerance: Tolerance): string {
  const [a, b] = [Number(actual.value(index)), Number(expected.value(index))];
  if (!Number.isFinite(a) || !Number.isFinite(b)) return '';
  switch (tolerance.mode) {
    case 'exact':
      return `, ${ulpDistance(actual, expected, index)} ulp apart`;
    case 'ulp':
      return `, ${ulpDistance(actual, expected, index)} ulp apart, allowed ${tolerance.max}`;
    case 'close':
      return `, difference ${Math.abs(a - b).toPrecision(3)}, allowed ${(tolerance.atol + tolerance.rtol * Math.abs(b)).toPrecision(3)}`;
  }
}

function unravel(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = index;
  for (const dim of shape.toReversed()) {
    place.unshift(rest % dim);
    rest = Math.floor(rest / dim);
  }
  return place;
}
