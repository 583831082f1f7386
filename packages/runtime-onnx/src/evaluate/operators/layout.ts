/** Operators that move elements, or make them from nothing. */
import {
  astype, bind, broadcastShapes, broadcastTo, concatenate, expandDims, eye, flip, iota, isBigInt, pad as padTensor, reshape, scalar, sizeOf, sliceAxis, squeeze, split as splitTensor, tensor, type Tensor, tile, transpose, where,
} from '@flaxon/tensor';
import type { NodeCall, OperatorRule } from '../node-call.js';

const int64s = (elements: readonly number[]): Tensor => tensor(elements.map(BigInt), { dtype: 'int64', shape: [elements.length] });
const zeroLike = (x: Tensor): Tensor => scalar(isBigInt(x.dtype) ? 0n : 0, x.dtype);

function reshaped(call: NodeCall): Tensor {
  const x = call.input(0);
  const keepsZero = call.flag('allowzero');
  const from = x.staticShape();
  const wanted = call.numbers(1).map((dim, axis) => (dim === 0 && !keepsZero ? (from[axis] ?? 0) : dim));
  const known = wanted.filter((dim) => dim !== -1).reduce((product, dim) => product * dim, 1);
  return reshape(x, wanted.map((dim) => (dim === -1 ? x.size / known : dim)));
}

function expanded(call: NodeCall): Tensor {
  const x = call.input(0);
  const shape = broadcastShapes([x.shape, call.numbers(1)]);
  if (!shape) throw call.fault(`cannot expand ${x.shape.join(',')} to ${call.numbers(1).join(',')}`);
  return broadcastTo(x, shape);
}

/** Elements start, start + step, ... of an axis, limited as NumPy does; the step may be negative. */
function sliced(x: Tensor, axis: number, start: number, end: number, step: number): Tensor {
  const size = x.staticShape()[axis]!;
  const place = (at: number): number => (at < 0 ? at + size : at);
  const limit = (at: number, low: number, high: number): number => Math.min(Math.max(at, low), high);
  if (step > 0) {
    const [from, to] = [limit(place(start), 0, size), limit(place(end), 0, size)];
    return sliceAxis(x, axis, from, Math.max(from, to), Math.min(step, size + 1));
  }
  const [from, to] = [limit(place(start), -1, size - 1), limit(place(end), -1, size - 1)];
  const turned = flip(x, axis);
  const first = size - 1 - from;
  return sliceAxis(turned, axis, first, Math.max(first, size - 1 - to), Math.min(-step, size + 1));
}

function slice(call: NodeCall): Tensor {
  const x = call.input(0);
  const starts = call.numbers(1);
  const ends = call.numbers(2);
  const axes = call.optionalNumbers(3) ?? starts.map((_, axis) => axis);
  const steps = call.optionalNumbers(4) ?? starts.map(() => 1);
  return axes.reduce((result, axis, i) => sliced(result, call.axisOf(axis, x.rank), starts[i]!, ends[i]!, steps[i]!), x);
}

const padModes = { constant: 'constant', reflect: 'reflect', edge: 'edge', wrap: 'wrap' } as const;

function pad(call: NodeCall): Tensor {
  const x = call.input(0);
  const pads = call.numbers(1);
  const axes = (call.optionalNumbers(3) ?? x.shape.map((_, axis) => axis)).map((axis) => call.axisOf(axis, x.rank));
  const low = x.shape.map(() => 0);
  const high = x.shape.map(() => 0);
  axes.forEach((axis, i) => ([low[axis], high[axis]] = [pads[i]!, pads[i + axes.length]!]));
  const mode = padModes[call.text('mode', 'constant') as keyof typeof padModes];
  if (mode === undefined) throw call.fault(`expected a mode of ${Object.keys(padModes).join(', ')}, found ${call.text('mode')}`);
  if (mode === 'constant') {
    const value = call.inputs[2] ? reshape(call.input(2), []) : zeroLike(x);
    return bind('pad', [x, value], { low, high, interior: x.shape.map(() => 0) })[0]!;
  }
  // What is cut off goes first: the border mirrors what is left.
  const cut = x.staticShape().reduce((result, size, axis) => sliceAxis(result, axis, Math.max(0, -low[axis]!), size - Math.max(0, -high[axis]!)), x);
  return padTensor(cut, low.map((before, axis) => [Math.max(0, before), Math.max(0, high[axis]!)] as const), { mode });
}

const axesOf = (call: NodeCall, rank: number): number[] | undefined => (call.optionalNumbers(1) ?? call.optionalInts('axes'))?.map((axis) => call.axisOf(axis, rank));

function squeezed(call: NodeCall): Tensor {
  const x = call.input(0);
  return squeeze(x, axesOf(call, x.rank) ?? x.staticShape().flatMap((dim, axis) => (dim === 1 ? [axis] : [])));
}

function unsqueezed(call: NodeCall): Tensor {
  const x = call.input(0);
  const given = call.optionalNumbers(1) ?? call.ints('axes');
  return expandDims(x, given.map((axis) => call.axisOf(axis, x.rank + given.length)).toSorted((a, b) => a - b));
}

function split(call: NodeCall): readonly Tensor[] {
  const x = call.input(0);
  const axis = call.axisOf(call.int('axis', 0), x.rank);
  const size = x.staticShape()[axis]!;
  const count = call.has('num_outputs') ? call.int('num_outputs') : call.outputs.length;
  const part = Math.ceil(size / count);
  const sizes = call.optionalNumbers(1) ?? call.optionalInts('split') ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, size - i * part)));
  let end = 0;
  return splitTensor(x, sizes.slice(0, -1).map((length) => (end += length)), axis);
}

function range(call: NodeCall): Tensor {
  const { dtype } = call.input(0);
  const [start, limit, step] = [0, 1, 2].map((i) => Number(call.input(i).item())) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / step));
  const numbers = bind('mul', [bind('iota', [], { shape: [count], dtype, axis: 0 })[0]!, call.input(2)], {})[0]!;
  return bind('add', [numbers, call.input(0)], {})[0]!;
}

function constant(call: NodeCall): Tensor {
  if (call.has('value')) return call.tensor('value');
  if (call.has('value_int')) return scalar(BigInt(call.int('value_int')), 'int64');
  if (call.has('value_ints')) return int64s(call.ints('value_ints'));
  if (call.has('value_float')) return scalar(call.float('value_float'), 'float32');
  if (call.has('value_floats')) return tensor(Float32Array.from(call.floats('value_floats')));
  throw call.fault('expected a tensor, integers or floats as its value');
}

function constantOfShape(call: NodeCall): Tensor {
  const value = call.has('value') ? reshape(call.tensor('value'), []) : scalar(0, 'float32');
  return broadcastTo(value, call.numbers(0));
}

function shapeOf(call: NodeCall): Tensor {
  const dims = call.input(0).staticShape();
  return int64s(call.has('end') ? dims.slice(call.int('start', 0), call.int('end')) : dims.slice(call.int('start', 0)));
}

function flatten(call: NodeCall): Tensor {
  const x = call.input(0);
  const given = call.int('axis', 1);
  const axis = given < 0 ? given + x.rank : given;
  const dims = x.staticShape();
  return reshape(x, [sizeOf(dims.slice(0, axis)), sizeOf(dims.slice(axis))]);
}

/** The places (row, column) of the last two axes. */
function triangle(call: NodeCall): Tensor {
  const x = call.input(0);
  const diagonal = call.inputs[1] ? Number(call.input(1).item()) : 0;
  const [row, column] = [iota('int32', x.shape, x.rank - 2), iota('int32', x.shape, x.rank - 1)];
  const beyond = bind('sub', [column, row], {})[0]!;
  const kept = bind(call.flag('upper', true) ? 'greaterEqual' : 'lessEqual', [beyond, scalar(diagonal, 'int32')], {})[0]!;
  return where(kept, x, zeroLike(x));
}

function eyeLike(call: NodeCall): Tensor {
  const [rows, columns] = call.input(0).staticShape();
  return eye(rows!, columns!, call.int('k', 0), call.dtype('dtype', call.input(0).dtype));
}

function oneHot(call: NodeCall): Tensor {
  const [indices, values] = [call.input(0), call.input(2)];
  const depth = call.numbers(1)[0]!;
  const axis = call.axisOf(call.int('axis', -1), indices.rank + 1);
  const places = expandDims(astype(indices, 'int64'), axis);
  const inRange = where(bind('less', [places, scalar(0n, 'int64')], {})[0]!, bind('add', [places, scalar(BigInt(depth), 'int64')], {})[0]!, places);
  const shape = inRange.staticShape().map((dim, i) => (i === axis ? depth : dim));
  const hot = bind('equal', [iota('int64', shape, axis), inRange], {})[0]!;
  return where(hot, reshape(sliceAxis(values, 0, 1, 2), []), reshape(sliceAxis(values, 0, 0, 1), []));
}

/** Channels to blocks of places: (n, c b b, h, w) to (n, c, h b, w b). */
function depthToSpace(call: NodeCall): Tensor {
  const x = call.input(0);
  const [n, c, h, w] = x.staticShape() as [number, number, number, number];
  const b = call.int('blocksize');
  const depth = c / (b * b);
  const isColumnRow = call.text('mode', 'DCR') === 'CRD';
  const parts = reshape(x, isColumnRow ? [n, depth, b, b, h, w] : [n, b, b, depth, h, w]);
  return reshape(transpose(parts, isColumnRow ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]), [n, depth, h * b, w * b]);
}

function spaceToDepth(call: NodeCall): Tensor {
  const x = call.input(0);
  const [n, c, h, w] = x.staticShape() as [number, number, number, number];
  const b = call.int('blocksize');
  const order = call.text('mode', 'DCR') === 'CRD' ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
  return reshape(transpose(reshape(x, [n, c, h / b, b, w / b, b]), order), [n, c * b * b, h / b, w / b]);
}

function transposed(call: NodeCall): Tensor {
  const x = call.input(0);
  return transpose(x, call.ints('perm', x.shape.map((_, axis) => x.rank - 1 - axis)));
}

function concat(call: NodeCall): Tensor {
  const parts = call.all();
  return concatenate(parts, call.axisOf(call.int('axis'), parts[0]!.rank));
}

export const layoutOperators = {
  Cast: (call) => [bind('convert', [call.input(0)], { dtype: call.dtype('to', 'float32') })[0]!],
  CastLike: (call) => [bind('convert', [call.input(0)], { dtype: call.input(1).dtype })[0]!],
  Concat: (call) => [concat(call)],
  Constant: (call) => [constant(call)],
  ConstantOfShape: (call) => [constantOfShape(call)],
  DepthToSpace: (call) => [depthToSpace(call)],
  Expand: (call) => [expanded(call)],
  EyeLike: (call) => [eyeLike(call)],
  Flatten: (call) => [flatten(call)],
  Identity: (call) => [call.input(0)],
  OneHot: (call) => [oneHot(call)],
  Pad: (call) => [pad(call)],
  Range: (call) => [range(call)],
  Reshape: (call) => [reshaped(call)],
  Shape: (call) => [shapeOf(call)],
  Size: (call) => [scalar(BigInt(call.input(0).size), 'int64')],
  Slice: (call) => [slice(call)],
  SpaceToDepth: (call) => [spaceToDepth(call)],
  Split: split,
  Squeeze: (call) => [squeezed(call)],
  Tile: (call) => [tile(call.input(0), call.numbers(1))],
  Transpose: (call) => [transposed(call)],
  Trilu: (call) => [triangle(call)],
  Unsqueeze: (call) => [unsqueezed(call)],
} as const satisfies Readonly<Record<string, OperatorRule>>;
