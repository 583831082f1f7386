import { DtypeError, ShapeError } from '../../errors/errors.js';
import { addDim, isStatic, subDim, type Dim } from '../../shape/dim.js';
import { broadcastShapes, dimSizeOf, equalShapes, formatShape, type Shape, type Spec } from '../../shape/shape.js';
import { requireAxes, requireSameDtype, type ShapeRule } from './rule.js';

type Layout =
  | 'reshape' | 'transpose' | 'broadcastTo' | 'concatenate' | 'slice' | 'split' | 'pad' | 'reverse' | 'iota' | 'dimension'
  | 'dynamicSlice' | 'dynamicUpdateSlice' | 'gather' | 'scatter';

const same = (x: Spec, shape: Shape): readonly Spec[] => [{ shape, dtype: x.dtype }];

/** How many elements `start, start + stride, ...` lie below `limit`. */
function strided(start: Dim, limit: Dim, stride: number): Dim | undefined {
  const extent = subDim(limit, start);
  if (isStatic(extent)) return extent < 0 ? undefined : Math.ceil(extent / stride);
  return stride === 1 ? extent : undefined;
}

function requireStarts(operation: string, inputs: readonly Spec[], starts: readonly Spec[]): void {
  const x = inputs[0]!;
  if (starts.length !== x.shape.length || starts.some((start) => start.shape.length > 0)) {
    throw new ShapeError(operation, inputs.map((input) => formatShape(input.shape)), `needs one scalar start for each of the ${x.shape.length} axes`);
  }
  if (starts.some((start) => start.dtype !== 'int32')) throw new DtypeError(operation, starts.map((start) => start.dtype), 'starts are int32');
}

export const layoutShapeRules: { readonly [P in Layout]: ShapeRule<P> } = {
  reshape: ([x], { shape }) => {
    if (dimSizeOf(x!.shape) !== dimSizeOf(shape)) {
      throw new ShapeError('reshape', [formatShape(x!.shape)], `cannot become ${formatShape(shape)}: the number of elements differs`);
    }
    return same(x!, shape);
  },
  transpose: ([x], { permutation }) => {
    requireAxes('transpose', permutation, x!.shape.length, x!);
    if (permutation.length !== x!.shape.length) throw new ShapeError('transpose', [formatShape(x!.shape)], `the permutation ${permutation.join(', ')} must name every axis once`);
    return same(x!, permutation.map((axis) => x!.shape[axis]!));
  },
  broadcastTo: ([x], { shape }) => {
    const result = broadcastShapes([x!.shape, shape]);
    if (result === undefined || !equalShapes(result, shape)) throw new ShapeError('broadcastTo', [formatShape(x!.shape)], `does not broadcast to ${formatShape(shape)}`);
    return same(x!, shape);
  },
  concatenate: (inputs, { axis }) => {
    const first = inputs[0]!;
    requireSameDtype('concatenate', inputs);
    requireAxes('concatenate', [axis], first.shape.length, first);
    const fits = inputs.every(({ shape }) => shape.length === first.shape.length && shape.every((dim, i) => i === axis || dim === first.shape[i]));
    if (!fits) throw new ShapeError('concatenate', inputs.map((input) => formatShape(input.shape)), `shapes must be equal but for axis ${axis}`);
    const size = inputs.reduce<Dim>((sum, { shape }) => addDim(sum, shape[axis]!), 0);
    return same(first, first.shape.map((dim, i) => (i === axis ? size : dim)));
  },
  slice: ([x], { starts, limits, strides }) => {
    const shape = x!.shape.map((dim, axis) => {
      const size = strided(starts[axis]!, limits[axis]!, strides[axis]!);
      const beyond = subDim(dim, limits[axis]!);
      const isBefore = isStatic(starts[axis]!) && starts[axis] < 0;
      if (size !== undefined && !isBefore && !(isStatic(beyond) && beyond < 0)) return size;
      throw new ShapeError('slice', [formatShape(x!.shape)], `from ${starts.map(String).join(', ')} to ${limits.map(String).join(', ')} by ${strides.join(', ')} does not fit axis ${axis}`);
    });
    return same(x!, shape);
  },
  split: ([x], { axis, sizes }) => {
    requireAxes('split', [axis], x!.shape.length, x!);
    const total = sizes.reduce<Dim>(addDim, 0);
    if (total !== x!.shape[axis]) throw new ShapeError('split', [formatShape(x!.shape)], `parts of ${sizes.map(String).join(', ')} do not fill axis ${axis} of size ${String(x!.shape[axis])}`);
    return sizes.map((size): Spec => ({ dtype: x!.dtype, shape: x!.shape.map((dim, i) => (i === axis ? size : dim)) }));
  },
  pad: (inputs, { low, high, interior }) => {
    const x = inputs[0]!;
    requireSameDtype('pad', inputs);
    const shape = x.shape.map((dim, axis): Dim => {
      const inner = interior[axis]!;
      const spread = inner === 0 ? dim : isStatic(dim) ? Math.max(0, dim + (dim - 1) * inner) : undefined;
      const size = spread === undefined ? undefined : addDim(spread, low[axis]! + high[axis]!);
      if (size !== undefined && !(isStatic(size) && size < 0)) return size;
      throw new ShapeError('pad', [formatShape(x.shape)], `by ${low.join(', ')} and ${high.join(', ')} does not fit axis ${axis}`);
    });
    return same(x, shape);
  },
  reverse: ([x], { axes }) => {
    requireAxes('reverse', axes, x!.shape.length, x!);
    return same(x!, x!.shape);
  },
  iota: (_, { shape, dtype }) => [{ shape, dtype }],
  dimension: (_, { dtype }) => [{ shape: [], dtype }],
  dynamicSlice: (inputs, { sizes }) => {
    requireStarts('dynamicSlice', inputs, inputs.slice(1));
    const x = inputs[0]!;
    const fits = sizes.length === x.shape.length && sizes.every((size, axis) => !isStatic(subDim(x.shape[axis]!, size)) || (subDim(x.shape[axis]!, size) as number) >= 0);
    if (!fits) throw new ShapeError('dynamicSlice', [formatShape(x.shape)], `a slice of sizes ${formatShape(sizes)} does not fit`);
    return same(x, sizes);
  },
  dynamicUpdateSlice: (inputs) => {
    const [x, update] = inputs;
    requireSameDtype('dynamicUpdateSlice', [x!, update!]);
    requireStarts('dynamicUpdateSlice', inputs, inputs.slice(2));
    const fits = update!.shape.length === x!.shape.length && update!.shape.every((size, axis) => !isStatic(subDim(x!.shape[axis]!, size)) || (subDim(x!.shape[axis]!, size) as number) >= 0);
    if (!fits) throw new ShapeError('dynamicUpdateSlice', [formatShape(x!.shape), formatShape(update!.shape)], 'the update must have the rank of the operand and fit into it');
    return same(x!, x!.shape);
  },
  gather: ([x, indices], { axis }) => {
    requireAxes('gather', [axis], x!.shape.length, x!);
    if (indices!.dtype !== 'int32') throw new DtypeError('gather', [indices!.dtype], 'indices are int32');
    return same(x!, [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)]);
  },
  scatter: ([x, indices, updates], { axis }) => {
    requireAxes('scatter', [axis], x!.shape.length, x!);
    requireSameDtype('scatter', [x!, updates!]);
    if (indices!.dtype !== 'int32') throw new DtypeError('scatter', [indices!.dtype], 'indices are int32');
    const expected = x!.shape.map((dim, i) => (i === axis ? indices!.shape[0]! : dim));
    if (indices!.shape.length === 1 && equalShapes(updates!.shape, expected)) return same(x!, x!.shape);
    throw new ShapeError('scatter', [x!, indices!, updates!].map((input) => formatShape(input.shape)), `needs indices (n) and updates like the operand with axis ${axis} of size n`);
  },
};
