/** Convolutions with channels last over one or two spatial axes, with WebAssembly's vectors: some rows of an example at a time, with their padding, and strips of the kernel. */
import { sizeOf, type StaticShape } from '../shape/shape.js';
import type { FloatArray } from './number-class.js';
import { CompiledFunctions } from './simd/compiled-functions.js';
import { entryBytes, makeConvolution } from './simd/conv-module.js';
import { elementTypes, type MatmulElement, tileBytes, tileColumns, tileRows } from './simd/matmul-module.js';
import { workspaceOrNull } from './simd/workspace.js';

/** Below this many multiplications, or so many features, the way through patches is as fast. */
const fewProducts = 5000;
const fewFeatures = 4;
/** What of the sizes is in the workspace at once, in bytes: the table of runs, strips of the kernel; the rest is for rows of the operand and of the result. */
const tableBytes = 4096;
const mostKernelBytes = 196_608;
/** The runs of a call have about so many steps together: a strip of the kernel stays in the first cache, and float32 sums are not of more terms. */
const stepsOfCall = 384;
/** By element type and distance of places. */
const functions = new CompiledFunctions(256);

/** One spatial axis. */
export interface ChannelsLastAxis {
  readonly stride: number;
  readonly padding: readonly [number, number];
  readonly dilation: number;
}

interface Axis extends ChannelsLastAxis {
  readonly size: number;
  readonly taps: number;
  readonly places: number;
}

export interface FloatView {
  readonly data: FloatArray;
  readonly shape: StaticShape;
}

export interface FloatResult {
  readonly data: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  readonly shape: StaticShape;
}

const roundUp = (count: number, unit: number): number => Math.ceil(count / unit) * unit;

function axisOf(size: number, taps: number, axis: ChannelsLastAxis): Axis {
  const reach = (taps - 1) * axis.dilation + 1;
  return { ...axis, size, taps, places: Math.floor((size + axis.padding[0] + axis.padding[1] - reach) / axis.stride) + 1 };
}

/** A run of steps: what lies next to each other in the operand and in the kernel. */
interface Run {
  /** The elements of the operand before it, from its place on: rows, and elements in the row. */
  readonly row: number;
  readonly element: number;
  /** The steps of the kernel before it. */
  readonly step: number;
  readonly steps: number;
}

/** The runs of a place, in groups of the same length for one call each. */
function runsOf(rows: Axis, columns: Axis, channels: number): Run[][] {
  const [length, count] = columns.dilation === 1 ? [columns.taps * channels, 1] : [channels, columns.taps];
  const pieces = Math.ceil(length / stepsOfCall);
  const longest = Math.ceil(length / pieces);
  const groups: Run[][] = [];
  for (let row = 0; row < rows.taps; row++) {
    for (let tap = 0; tap < count; tap++) {
      for (let start = 0; start < length; start += longest) {
        const run = { row: row * rows.dilation, element: tap * columns.dilation * channels + start, step: (row * count + tap) * length + start, steps: Math.min(longest, length - start) };
        const open = groups.at(-1);
        const goesOn = open?.[0]?.steps === run.steps && (open.length + 1) * run.steps <= stepsOfCall && open.at(-1)!.step + run.steps === run.step;
        if (goesOn) open.push(run);
        else groups.push([run]);
      }
    }
  }
  return groups;
}

/**
 * x: (batch, spatial..., in), kernel: (window..., in, out), both of one dtype, to (batch, spatial..., out); null where the general kernel is to do it, also where the
 * sizes do not fit each other.
 */
export function convolveChannelsLast(x: FloatView, kernel: FloatView, spatial: readonly ChannelsLastAxis[]): FloatResult | null {
  const rank = spatial.length;
  if (rank < 1 || rank > 2 || x.shape.length !== rank + 2 || kernel.shape.length !== rank + 2) return null;
  if (spatial.some(({ padding, stride, dilation }) => Math.min(...padding) < 0 || stride < 1 || dilation < 1)) return null;
  const [batch, channels, features] = [x.shape[0]!, x.shape.at(-1)!, kernel.shape.at(-1)!];
  if (kernel.shape.at(-2) !== channels) return null;
  const axes = spatial.map((axis, i) => axisOf(x.shape[i + 1]!, kernel.shape[i]!, axis));
  const columns = axes.at(-1)!;
  const rows = rank === 2 ? axes[0]! : axisOf(1, 1, { stride: 1, padding: [0, 0], dilation: 1 });
  const places = rows.places * columns.places;
  if (rows.places < 1 || columns.places < tileRows || features < fewFeatures || batch * places * sizeOf(kernel.shape) < fewProducts) return null;
  const workspace = workspaceOrNull();
  if (workspace === null) return null;

  const element: MatmulElement = x.data instanceof Float32Array ? 'float32' : 'float64';
  const { bytes } = elementTypes[element];
  const inner = rows.taps * columns.taps * channels;
  const width = tileColumns(element);
  const strips = Math.ceil(features / width);
  const stripsAtOnce = Math.min(strips, Math.floor(mostKernelBytes / (inner * tileBytes)));
  const line = (columns.size + columns.padding[0] + columns.padding[1]) * channels;
  const placesOfRow = roundUp(columns.places, tileRows);
  // The last tile of the last row reads on for places that are not there.
  const beyond = roundUp(tileRows * columns.stride * channels, 4);
  const restBytes = workspace.size - tableBytes - stripsAtOnce * inner * tileBytes - (beyond + 4) * bytes;
  const resultLine = placesOfRow * stripsAtOnce * width;
  const rowsAtOnce = Math.min(rows.places, Math.floor((restBytes / bytes - (rows.taps * rows.dilation - rows.stride) * line) / (rows.stride * line + resultLine)));
  if (stripsAtOnce < 1 || rowsAtOnce < 1) return null;
  const placeBytes = columns.stride * channels * bytes;
  const convolve = functions.get(workspace, `${element} ${placeBytes}`, () => makeConvolution(element, placeBytes));
  if (convolve === null) return null;

  const memory = workspace[element];
  const groups = runsOf(rows, columns, channels);
  const table = workspace.start;
  if (groups.reduce((sum, runs) => sum + runs.length, 0) * entryBytes > tableBytes) return null;
  workspace.int32.set(groups.flat().map(({ row, element: at }) => (row * line + at) * bytes), table / entryBytes);
  const kernelStart = (table + tableBytes) / bytes;
  const operandStart = kernelStart + stripsAtOnce * inner * width;
  const out = element === 'float32' ? new Float32Array(batch * places * features) : new Float64Array(batch * places * features);

  for (let strip = 0; strip < strips; strip += stripsAtOnce) {
    const stripCount = Math.min(stripsAtOnce, strips - strip);
    const firstFeature = strip * width;
    const featureCount = Math.min(stripCount * width, features - firstFeature);
    packStrips(kernel.data, inner, features, firstFeature, featureCount, memory, kernelStart, width);
    for (let example = 0; example < batch; example++) {
      for (let row = 0; row < rows.places; row += rowsAtOnce) {
        const rowCount = Math.min(rowsAtOnce, rows.places - row);
        const lines = (rowCount - 1) * rows.stride + (rows.taps - 1) * rows.dilation + 1;
        const resultStart = operandStart + roundUp(lines * line + beyond, 4);
        const resultPlace = stripCount * width;
        copyRows(x.data, example * rows.size, row * rows.stride - rows.padding[0], lines, rows.size, columns, channels, memory, operandStart);
        memory.fill(0, resultStart, resultStart + rowCount * placesOfRow * resultPlace);
        for (let s = 0; s < stripCount; s++) {
          let entry = table;
          for (const runs of groups) {
            const { step, steps } = runs[0]!;
            convolve(
              operandStart * bytes, entry, (kernelStart + (s * inner + step) * width) * bytes, (resultStart + s * width) * bytes,
              runs.length, steps, placesOfRow / tileRows, rowCount, rows.stride * line * bytes, resultPlace * bytes,
            );
            entry += runs.length * entryBytes;
          }
        }
        copyResult(memory, resultStart, rowCount, columns.places, placesOfRow, resultPlace, featureCount, out, (example * places + row * columns.places) * features + firstFeature, features);
      }
    }
  }
  return { data: out, shape: [batch, ...axes.map((axis) => axis.places), features] };
}

/** Strips of the kernel, (steps, features), next to each other: each has its features of all steps; zeros where there are none. */
function packStrips(kernel: FloatArray, inner: number, features: number, first: number, count: number, memory: FloatArray, start: number, width: number): void {
  for (let at = 0, strip = start; at < count; at += width, strip += inner * width) {
    const filled = Math.min(width, count - at);
    for (let step = 0, from = first + at, to = strip; step < inner; step++, from += features, to += width) {
      for (let i = 0; i < filled; i++) memory[to + i] = kernel[from + i]!;
      for (let i = filled; i < width; i++) memory[to + i] = 0;
    }
  }
}

/** Lines of an example from `first` on, which may lie in the padding, each with the padding of its ends. */
function copyRows(x: FloatArray, exampleRow: number, first: number, lines: number, size: number, columns: Axis, channels: number, memory: FloatArray, start: number): void {
  const [low, high] = columns.padding;
  const length = columns.size * channels;
  const line = (low + columns.size + high) * channels;
  for (let i = 0, to = start; i < lines; i++, to += line) {
    const row = first + i;
    if (row < 0 || row >= size) {
      memory.fill(0, to, to + line);
      continue;
    }
    const from = (exampleRow + row) * length;
    memory.fill(0, to, to + low * channels);
    memory.set(x.subarray(from, from + length), to + low * channels);
    memory.fill(0, to + line - high * channels, to + line);
  }
}

/** Rows of the result without what vectors have beyond its places and features. */
function copyResult(
  memory: FloatArray, start: number, rows: number, places: number, placesOfRow: number, place: number, features: number, out: FloatArray, to: number, outPlace: number,
): void {
  const isWhole = place === features && features === outPlace;
  if (isWhole && places === placesOfRow) {
    out.set(memory.subarray(start, start + rows * places * place), to);
    return;
  }
  for (let row = 0; row < rows; row++) {
    const [from, target] = [start + row * placesOfRow * place, to + row * places * outPlace];
    if (isWhole) out.set(memory.subarray(from, from + places * place), target);
    else {
      for (let i = 0; i < places; i++) {
        for (let feature = 0, at = from + i * place, put = target + i * outPlace; feature < features; feature++, at++, put++) out[put] = memory[at]!;
      }
    }
  }
}
