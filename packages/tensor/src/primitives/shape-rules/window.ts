import { isFloating } from '../../dtype/dtype.js';
import { ShapeError } from '../../errors/errors.js';
import { addDim, divideDim, isStatic, type Dim } from '../../shape/dim.js';
import { formatShape, type Shape, type Spec } from '../../shape/shape.js';
import type { WindowParams } from '../params.js';
import { requireAxes, requireDtype, type ShapeRule } from './rule.js';

/** How a window moves along one axis. */
export interface Sliding {
  readonly stride: number;
  readonly padding: readonly [number, number];
  readonly baseDilation: number;
  readonly windowDilation: number;
}

const dilated = (size: Dim, dilation: number): Dim | undefined => {
  if (dilation === 1) return size;
  return isStatic(size) ? (size === 0 ? 0 : (size - 1) * dilation + 1) : undefined;
};

/** The number of places of a window along an axis, or why it is not known. */
export function slidingPlaces(size: Dim, window: Dim, { stride, padding: [low, high], baseDilation, windowDilation }: Sliding): Dim | string {
  const spread = dilated(size, baseDilation);
  const width = dilated(window, windowDilation);
  if (spread === undefined || width === undefined || !isStatic(width)) return 'is symbolic, which dilation does not allow';
  const room = addDim(addDim(spread, low + high), -width);
  if (isStatic(room)) return room < 0 ? 0 : Math.floor(room / stride) + 1;
  const steps = divideDim(room, stride);
  return steps === undefined ? `is symbolic, which a stride of ${stride} does not allow unless it divides evenly` : addDim(steps, 1);
}

function windowedShape(operation: string, { shape }: Spec, params: WindowParams): Shape {
  const { dimensions, strides, padding, baseDilation, windowDilation } = params;
  const lists = { dimensions, strides, padding, baseDilation, windowDilation };
  for (const [name, list] of Object.entries(lists)) {
    if (list.length !== shape.length) throw new ShapeError(operation, [formatShape(shape)], `\`${name}\` needs one entry for each of the ${shape.length} axes, found ${JSON.stringify(list)}`);
  }
  for (const [name, list] of Object.entries({ dimensions, strides, baseDilation, windowDilation })) {
    if (list.some((one) => !Number.isInteger(one) || one < 1)) throw new ShapeError(operation, [formatShape(shape)], `\`${name}\` must be whole numbers of 1 or more, found ${JSON.stringify(list)}`);
  }
  return shape.map((size, axis) => {
    const sliding = { stride: strides[axis]!, padding: padding[axis]!, baseDilation: baseDilation[axis]!, windowDilation: windowDilation[axis]! };
    const places = slidingPlaces(size, dimensions[axis]!, sliding);
    if (typeof places === 'string') throw new ShapeError(operation, [formatShape(shape)], `axis ${axis} ${places}`);
    return places;
  });
}

/** Both operands must have one shape, but for `axis`. */
function requireAlong(operation: string, x: Spec, indices: Spec, axis: number, whole: boolean): void {
  requireAxes(operation, [axis], x.shape.length, x);
  requireDtype(operation, indices, (dtype) => dtype === 'int32', 'int32 indices');
  const fits = x.shape.length === indices.shape.length && x.shape.every((dim, i) => (i === axis && !whole) || dim === indices.shape[i]);
  if (!fits) throw new ShapeError(operation, [formatShape(x.shape), formatShape(indices.shape)], `the shapes must be the same${whole ? '' : ` but for axis ${axis}`}`);
}

export const windowShapeRules: { readonly [P in 'windowSum' | 'windowSelect' | 'takeAlong' | 'putAlong']: ShapeRule<P> } = {
  windowSum: ([x], params) => {
    requireDtype('windowSum', x!, (dtype) => dtype !== 'bool', 'a number dtype');
    return [{ shape: windowedShape('windowSum', x!, params), dtype: x!.dtype }];
  },
  windowSelect: ([x], params) => {
    const shape = windowedShape('windowSelect', x!, params);
    return [{ shape, dtype: x!.dtype }, { shape, dtype: 'int32' }];
  },
  takeAlong: ([x, indices], { axis }) => {
    requireAlong('takeAlong', x!, indices!, axis, false);
    return [{ shape: indices!.shape, dtype: x!.dtype }];
  },
  putAlong: ([updates, indices], { axis, size }) => {
    requireAlong('putAlong', updates!, indices!, axis, true);
    requireDtype('putAlong', updates!, (dtype) => isFloating(dtype) || dtype !== 'bool', 'a number dtype');
    return [{ shape: updates!.shape.map((dim, i) => (i === axis ? size : dim)), dtype: updates!.dtype }];
  },
};
