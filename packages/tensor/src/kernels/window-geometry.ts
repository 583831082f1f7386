/** Where the taps of a window that moves over some axes meet elements. */
import type { WindowParams } from '../primitives/params.js';
import { windowedAxes } from '../primitives/window.js';
import type { StaticShape } from '../shape/shape.js';

/** One axis: which element each tap of the window meets at each place, or -1. */
interface TapTable {
  readonly size: number;
  readonly taps: number;
  readonly places: number;
  /** (places, taps). */
  readonly elements: Int32Array;
  /** How far a flat index over the axes that the window moves over goes with an element. */
  readonly step: number;
}

function tapTable(size: number, places: number, axis: number, params: WindowParams): Omit<TapTable, 'step'> {
  const taps = params.dimensions[axis]!;
  const [low] = params.padding[axis]!;
  const [stride, spread, reach] = [params.strides[axis]!, params.baseDilation[axis]!, params.windowDilation[axis]!];
  const elements = new Int32Array(places * taps).fill(-1);
  for (let place = 0; place < places; place++) {
    for (let tap = 0; tap < taps; tap++) {
      const position = place * stride + tap * reach - low;
      const element = position / spread;
      if (Number.isInteger(element) && element >= 0 && element < size) elements[place * taps + tap] = element;
    }
  }
  return { size, taps, places, elements };
}

/** The operand as (outer, span, inner), where the span holds the axes over which the window moves. */
export interface Geometry {
  readonly outer: number;
  readonly inner: number;
  readonly span: number;
  readonly places: number;
  readonly taps: number;
  readonly axes: readonly TapTable[];
}

export function geometryOf(shape: StaticShape, result: StaticShape, params: WindowParams): Geometry {
  const moved = windowedAxes(params);
  const first = moved[0] ?? 0;
  const end = moved.length === 0 ? 0 : moved.at(-1)! + 1;
  let step = 1;
  const axes: TapTable[] = [];
  for (let axis = end - 1; axis >= first; axis--) {
    const isMoved = moved.includes(axis);
    axes.unshift({ ...tapTable(shape[axis]!, result[axis]!, axis, params), step: isMoved ? step : 0 });
    if (isMoved) step *= shape[axis]!;
  }
  const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);
  return {
    outer: product(shape.slice(0, first)),
    inner: product(shape.slice(end)),
    span: product(axes.map(({ size }) => size)),
    places: product(axes.map(({ places }) => places)),
    taps: product(axes.map(({ taps }) => taps)),
    axes,
  };
}

/** What the taps of the window meet at some places, one behind the other: (places, taps). */
export interface Meetings {
  /** The first of the places. */
  readonly first: number;
  readonly count: number;
  /** The element in the span for each tap, or -1. */
  readonly elements: Int32Array;
  /** Its flat index over the axes that the window moves over, or -1. */
  readonly indices: Int32Array;
}

/** About so many meetings are written down at a time, so that they stay in the cache. */
const mostMeetings = 1 << 15;

/** Visits the places in row-major order, some at a time, with the taps of each in row-major order. */
export function forEachPlaces({ axes, places, taps }: Geometry, visit: (meetings: Meetings) => void): void {
  const most = Math.min(places, Math.max(1, Math.floor(mostMeetings / taps)));
  const [elements, indices] = [new Int32Array(most * taps), new Int32Array(most * taps)];
  const at = axes.map(() => 0);
  for (let first = 0; first < places; first += most) {
    const count = Math.min(most, places - first);
    for (let place = 0; place < count; place++) {
      fillMeeting(axes, at, elements, indices, place * taps);
      for (let axis = axes.length - 1; axis >= 0; axis--) {
        at[axis] = at[axis]! + 1;
        if (at[axis]! < axes[axis]!.places) break;
        at[axis] = 0;
      }
    }
    visit({ first, count, elements, indices });
  }
}

/** Writes down what the taps meet at one place, from `start` on. */
function fillMeeting(axes: readonly TapTable[], at: readonly number[], elements: Int32Array, indices: Int32Array, start: number): void {
  let filled = 1;
  elements[start] = 0;
  indices[start] = 0;
  for (let axis = 0; axis < axes.length; axis++) {
    const { size, taps, elements: table, step } = axes[axis]!;
    const row = at[axis]! * taps;
    // Backwards, so that nothing is overwritten before it has been read.
    for (let one = filled - 1; one >= 0; one--) {
      const outerElement = elements[start + one]!;
      const outerIndex = indices[start + one]!;
      for (let tap = taps - 1; tap >= 0; tap--) {
        const element = table[row + tap]!;
        const isOutside = outerElement < 0 || element < 0;
        elements[start + one * taps + tap] = isOutside ? -1 : outerElement * size + element;
        indices[start + one * taps + tap] = isOutside ? -1 : outerIndex + element * step;
      }
    }
    filled *= taps;
  }
}
