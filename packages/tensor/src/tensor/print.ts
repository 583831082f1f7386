import { isFloating, type Dtype, type TypedArray } from '../dtype/dtype.js';
import { sizeOf, type StaticShape } from '../shape/shape.js';
import { elementAt } from './element.js';

const summarizeAbove = 1000;
const edgeItems = 3;
const digits = 8;

function formatFloat(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  return (Object.is(x, -0) ? '-' : '') + String(Number(x.toPrecision(digits)));
}

/** Fixed-point texts with one width of the fraction, or scientific ones where the magnitudes spread, as NumPy does. */
function formatFloats(values: readonly number[]): string[] {
  const finite = values.filter((x) => Number.isFinite(x) && x !== 0).map(Math.abs);
  const largest = Math.max(0, ...finite);
  const smallest = Math.min(Infinity, ...finite);
  if (largest >= 1e8 || (finite.length > 0 && (smallest < 1e-4 || largest / smallest > 1e3))) {
    return values.map((x) => (Number.isFinite(x) ? x.toExponential(Math.min(digits, 8)).replace(/\.?0+e/, '.e').replace(/e([+-])(\d)$/, 'e$10$2') : formatFloat(x)));
  }
  const texts = values.map((x) => (Number.isFinite(x) ? x.toFixed(digits).replace(/0+$/, '') : formatFloat(x)));
  const fraction = Math.max(0, ...texts.map((text) => (text.includes('.') ? text.length - text.indexOf('.') - 1 : 0)));
  return values.map((x) => {
    if (!Number.isFinite(x)) return formatFloat(x);
    const text = fraction === 0 ? `${x.toFixed(0)}.` : x.toFixed(fraction);
    return text.replace(/0+$/, '').padEnd(text.length);
  });
}

/** The places along an axis that are shown: all, or the edges with a gap (null). */
function shown(length: number, summarize: boolean): (number | null)[] {
  if (!summarize || length <= 2 * edgeItems) return Array.from({ length }, (_, i) => i);
  return [0, 1, 2, null, length - 3, length - 2, length - 1];
}

/** The text that NumPy's `str` would give: aligned columns, `...` in the middle of large arrays. */
export function printArray(data: TypedArray, shape: StaticShape, dtype: Dtype): string {
  const summarize = sizeOf(shape) > summarizeAbove;
  const offsets: number[] = [];
  const visit = (axis: number, offset: number): void => {
    if (axis === shape.length) return void offsets.push(offset);
    const stride = sizeOf(shape.slice(axis + 1));
    for (const i of shown(shape[axis]!, summarize)) if (i !== null) visit(axis + 1, offset + i * stride);
  };
  if (sizeOf(shape) > 0) visit(0, 0);

  const values = offsets.map((offset) => elementAt(data, dtype, offset));
  const plain = isFloating(dtype)
    ? formatFloats(values as number[])
    : values.map((value) => (typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)));
  if (shape.length === 0) return isFloating(dtype) ? formatFloat(values[0] as number) : plain[0]!;
  const width = Math.max(0, ...plain.map((text) => text.length));
  const texts = new Map(offsets.map((offset, i) => [offset, plain[i]!.padStart(width)]));

  const build = (axis: number, offset: number, indent: string): string => {
    if (axis === shape.length) return texts.get(offset)!;
    const stride = sizeOf(shape.slice(axis + 1));
    const parts = shown(shape[axis]!, summarize).map((i) => (i === null ? '...' : build(axis + 1, offset + i * stride, `${indent} `)));
    const last = axis === shape.length - 1;
    return `[${parts.join(last ? ' ' : `\n${'\n'.repeat(shape.length - axis - 2)}${indent} `)}]`;
  };
  return build(0, 0, '');
}
