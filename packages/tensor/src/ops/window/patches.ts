import type { WindowParams } from '../../primitives/params.js';
import { windowedAxes } from '../../primitives/window.js';
import { shapeRule } from '../../primitives/shape-rules/index.js';
import { bindOne } from '../../program/bind.js';
import type { Dim } from '../../shape/dim.js';
import type { Tensor } from '../../tensor/tensor.js';
import { dimensionSize, iota } from '../create.js';
import { add, clip, equal, greaterEqual, less, logicalAnd, mul, rem, sub } from '../elementwise.js';
import { floorDivide } from '../division.js';
import { broadcastTo, moveaxis, reshape } from '../shape.js';

export interface Patches {
  /** (places..., taps): the elements of each window, those of the last axis fastest. */
  readonly values: Tensor;
  /** Of the shape of `values`, false in the padding; null where there is none. */
  readonly inside: Tensor | null;
}

interface Places {
  /** (places, taps), in range. */
  readonly elements: Tensor;
  readonly inside: Tensor | null;
}

/** Which element of an axis each tap of the window meets at each place. */
function placesOf(size: Dim, places: Dim, axis: number, { dimensions, strides, padding, baseDilation, windowDilation }: WindowParams): Places {
  const shape = [places, dimensions[axis]!];
  const [[low, high], spread] = [padding[axis]!, baseDilation[axis]!];
  const starts = mul(iota('int32', shape, 0), strides[axis]!);
  const positions = sub(add(starts, mul(iota('int32', shape, 1), windowDilation[axis]!)), low);
  if (low <= 0 && high <= 0 && spread === 1) return { elements: positions, inside: null };
  const elements = floorDivide(positions, spread);
  const length = dimensionSize(size);
  const isElement = spread === 1 ? greaterEqual(elements, 0) : logicalAnd(greaterEqual(elements, 0), equal(rem(positions, spread), 0));
  return { elements: clip(elements, { min: 0, max: sub(length, 1) }), inside: logicalAnd(isElement, less(elements, length)) };
}

/** What the window sees at each place, as one more axis at the end. */
export function windowPatches(x: Tensor, params: WindowParams): Patches {
  const places = shapeRule('windowSelect', [{ shape: x.shape, dtype: x.dtype }], { ...params, largest: true })[0]!.shape;
  const moved = windowedAxes(params);
  const rank = x.rank;
  let values = x;
  let inside: Tensor | null = null;
  // From the last axis to the first, so that the numbers of those to come stay; each puts its taps behind its places.
  for (const axis of [...moved].reverse()) {
    const found = placesOf(x.shape[axis]!, places[axis]!, axis, params);
    values = bindOne('gather', [values, found.elements], { axis });
    if (found.inside === null) continue;
    const behind = values.rank - axis - 2;
    const mask = reshape(found.inside, [...found.inside.shape, ...Array.from({ length: behind }, () => 1)]);
    inside = inside === null ? mask : logicalAnd(mask, inside);
  }
  const tapAxes = moved.map((axis, i) => axis + i + 1);
  const atEnd = (t: Tensor): Tensor => {
    const last = moveaxis(t, tapAxes, tapAxes.map((_, i) => rank + i));
    return reshape(last, [...places, moved.reduce((product, axis) => product * params.dimensions[axis]!, 1)]);
  };
  return { values: atEnd(values), inside: inside === null ? null : atEnd(broadcastTo(inside, values.shape)) };
}
