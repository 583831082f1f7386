/** Operators that read and write at computed places, all by one: places in the flattened operand. */
import { add, astype, bind, broadcastTo, iota, mul, reshape, scalar, scatter, sizeOf, sum, tensor, type Tensor, where } from '@flaxon/tensor';
import type { NodeCall, OperatorRule } from '../node-call.js';

/** Indices from `-size` on as ones from 0 on. */
function nonNegative(indices: Tensor, size: number): Tensor {
  const places = astype(indices, 'int32');
  return where(bind('less', [places, scalar(0, 'int32')], {})[0]!, add(places, scalar(size, 'int32')), places);
}

const flat = (x: Tensor): Tensor => reshape(x, [x.size]);
const read = (x: Tensor, places: Tensor): Tensor => bind('gather', [flat(x), places], { axis: 0 })[0]!;

function requireInRange(call: NodeCall, places: Tensor, size: number): void {
  for (const place of places.data()) if (Number(place) < 0 || Number(place) >= size) throw call.fault(`expected indices from ${-size} to ${size - 1}, found ${String(place)} beyond them`);
}

const modes = { none: 'set', add: 'add', mul: 'mul', min: 'min', max: 'max' } as const;

function write(call: NodeCall, x: Tensor, places: Tensor, updates: Tensor): Tensor {
  const mode = modes[call.text('reduction', 'none') as keyof typeof modes];
  if (mode === undefined) throw call.fault(`expected a reduction of ${Object.keys(modes).join(', ')}, found ${call.text('reduction')}`);
  return reshape(scatter(flat(x), flat(places), flat(updates), { axis: 0, mode }), x.shape);
}

const strideOf = (shape: readonly number[], axis: number): number => sizeOf(shape.slice(axis + 1));

/** For each index (along `axis`) its place in the flattened operand. */
function placesAlong(call: NodeCall, x: Tensor, indices: Tensor, axis: number): Tensor {
  const shape = x.staticShape();
  const inRange = nonNegative(indices, shape[axis]!);
  requireInRange(call, inRange, shape[axis]!);
  return shape.map((_, i) => mul(i === axis ? inRange : iota('int32', indices.shape, i), scalar(strideOf(shape, i), 'int32'))).reduce((sumOf, one) => add(sumOf, one));
}

/** For each row of indices (..., k), with `batch` axes in front, the places of the slice that it names: (..., rest of the operand). */
function placesOfRows(call: NodeCall, x: Tensor, indices: Tensor, batch: number): Tensor {
  const shape = x.staticShape();
  const depth = indices.staticShape().at(-1)!;
  const sizes = tensor(shape.slice(batch, batch + depth), { dtype: 'int32', shape: [depth] });
  const strides = tensor(shape.slice(batch, batch + depth).map((_, i) => strideOf(shape, batch + i)), { dtype: 'int32', shape: [depth] });
  const given = astype(indices, 'int32');
  const rows = where(bind('less', [given, scalar(0, 'int32')], {})[0]!, add(given, sizes), given);
  const starts = sum(mul(rows, strides), { axis: -1 });
  const outer = shape.slice(0, batch).map((_, axis) => mul(iota('int32', starts.shape, axis), scalar(strideOf(shape, axis), 'int32'))).reduce((one, other) => add(one, other), starts);
  const rest = shape.slice(batch + depth);
  const inner = reshape(iota('int32', [sizeOf(rest)]), rest);
  const places = add(reshape(outer, [...outer.shape, ...rest.map(() => 1)]), inner);
  requireInRange(call, places, Math.max(x.size, 1));
  return places;
}

function gather(call: NodeCall): Tensor {
  const x = call.input(0);
  const axis = call.axisOf(call.int('axis', 0), x.rank);
  const size = x.staticShape()[axis]!;
  const indices = nonNegative(call.input(1), size);
  requireInRange(call, indices, size);
  return bind('gather', [x, indices], { axis })[0]!;
}

function gatherElements(call: NodeCall): Tensor {
  const [x, indices] = [call.input(0), call.input(1)];
  return read(x, placesAlong(call, x, indices, call.axisOf(call.int('axis', 0), x.rank)));
}

function scatterElements(call: NodeCall): Tensor {
  const [x, indices, updates] = [call.input(0), call.input(1), call.input(2)];
  return write(call, x, placesAlong(call, x, indices, call.axisOf(call.int('axis', 0), x.rank)), updates);
}

const gatherRows = (call: NodeCall): Tensor => read(call.input(0), placesOfRows(call, call.input(0), call.input(1), call.int('batch_dims', 0)));
const scatterRows = (call: NodeCall): Tensor => write(call, call.input(0), placesOfRows(call, call.input(0), call.input(1), 0), call.input(2));

/** The places of elements that are not zero: (rank, count). */
function nonZero(call: NodeCall): Tensor {
  const x = call.input(0);
  const shape = x.staticShape();
  const found = Array.from(astype(x, 'bool').data(), Number).flatMap((isSet, place) => (isSet === 1 ? [place] : []));
  const rows = shape.flatMap((dim, axis) => found.map((place) => BigInt(Math.floor(place / strideOf(shape, axis)) % dim)));
  return tensor(rows, { dtype: 'int64', shape: [shape.length, found.length] });
}

function compress(call: NodeCall): Tensor {
  const x = call.has('axis') ? call.input(0) : flat(call.input(0));
  const axis = call.has('axis') ? call.axisOf(call.int('axis'), x.rank) : 0;
  const kept = call.numbers(1).flatMap((isKept, place) => (isKept === 1 ? [place] : []));
  return bind('gather', [x, tensor(kept, { dtype: 'int32', shape: [kept.length] })], { axis })[0]!;
}

/** The first `length` elements of each sequence turned round. */
export function reverseSequences(x: Tensor, lengths: Tensor, { time, batch }: { readonly time: number; readonly batch: number }): Tensor {
  const along = (value: Tensor, axis: number): Tensor => reshape(value, x.shape.map((dim, i) => (i === axis ? dim : 1)));
  const count = along(astype(lengths, 'int32'), batch);
  const place = along(iota('int32', [x.staticShape()[time]!]), time);
  const turned = bind('sub', [add(count, scalar(-1, 'int32')), place], {})[0]!;
  const source = broadcastTo(where(bind('less', [place, count], {})[0]!, turned, place), x.shape);
  return bind('takeAlong', [x, source], { axis: time, partial: false })[0]!;
}

export const indexingOperators = {
  Compress: (call) => [compress(call)],
  Gather: (call) => [gather(call)],
  GatherElements: (call) => [gatherElements(call)],
  GatherND: (call) => [gatherRows(call)],
  NonZero: (call) => [nonZero(call)],
  ReverseSequence: (call) => [reverseSequences(call.input(0), call.input(1), { time: call.int('time_axis', 0), batch: call.int('batch_axis', 1) })],
  ScatterElements: (call) => [scatterElements(call)],
  ScatterND: (call) => [scatterRows(call)],
} as const satisfies Readonly<Record<string, OperatorRule>>;
