/**
 * Sums and products of integers that wrap, and extremes of wide ones. ONNX Runtime's `ReduceSum` and `ReduceProd` accumulate integers in float64 and
 * saturate (1.30: the sum of three int32 2147483647 is 2147483647, and 2^60 + 1 rounds).
 */
import { type Dim, dimSizeOf, isStatic } from '@flaxon/tensor';
import { cast, mul, scalar } from '../emit/arithmetic.js';
import { concat, expand, reduce, reshape, slice, transpose } from '../emit/layout.js';
import type { GraphBuilder } from '../graph/builder.js';
import { int, subgraph, type Value } from '../graph/graph.js';
import { throughCarrier } from './carrier.js';

/** The reduced axes last, as one. */
function reducedLast(b: GraphBuilder, x: Value, axes: readonly number[]): Value {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const moved = transpose(b, x, [...kept, ...axes]);
  return reshape(b, moved, [...kept.map((axis) => x.shape[axis]!), dimSizeOf(axes.map((axis) => x.shape[axis]!))]);
}

/** As reductions give it, from a value without the reduced axes. */
function withAxes(b: GraphBuilder, result: Value, x: Value, axes: readonly number[], keepDims: boolean): Value {
  return keepDims ? reshape(b, result, x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))) : result;
}

/** 64 bits: a product with ones, which `MatMul` accumulates in integers. */
function sumByProduct(b: GraphBuilder, x: Value, axes: readonly number[], keepDims: boolean): Value {
  const rows = reducedLast(b, x, axes);
  const ones = expand(b, b.constant({ dtype: x.dtype, shape: [1], data: x.dtype === 'int64' ? BigInt64Array.of(1n) : BigUint64Array.of(1n) }), rows.shape.slice(-1));
  const result = b.node('MatMul', [rows, ones], { dtype: x.dtype, shape: rows.shape.slice(0, -1) });
  return withAxes(b, result, x, axes, keepDims);
}

/** Up to 32 bits: exact in the float64 behind an int64 sum, up to 2^21 elements of any size; the cast back wraps. */
export function sumOfIntegers(b: GraphBuilder, x: Value, axes: readonly number[], keepDims: boolean): Value {
  if (x.dtype === 'int64' || x.dtype === 'uint64') return sumByProduct(b, x, axes, keepDims);
  return cast(b, reduce(b, 'ReduceSum', cast(b, x, 'int64'), axes, keepDims), x.dtype);
}

/** The product of neighbours until one is left: (..., n) to (...). */
function productByHalving(b: GraphBuilder, x: Value): Value {
  const axis = x.shape.length - 1;
  let rest = x;
  for (let size = x.shape[axis] as number; size > 1; size = rest.shape[axis] as number) {
    const half = Math.floor(size / 2);
    const part = (start: number, length: number): Value => slice(b, rest, [{ axis, start, end: start + length, size: length }]);
    const product = mul(b, part(0, half), part(half, half));
    rest = size % 2 === 0 ? product : concat(b, [product, part(2 * half, 1)], axis);
  }
  return reshape(b, rest, x.shape.slice(0, -1));
}

/** One element after the other, where their number is symbolic. */
function productByScan(b: GraphBuilder, x: Value): Value {
  const axis = x.shape.length - 1;
  const spec = { dtype: x.dtype, shape: x.shape.slice(0, -1) };
  const body = b.child('product');
  body.output('next', mul(body, body.input('product', spec), body.input('element', spec)));
  const start = expand(b, scalar(b, x.dtype, 1), spec.shape);
  const attributes = { body: subgraph(body.graph), num_scan_inputs: int(1), scan_input_axes: { kind: 'ints', value: [axis] } } as const;
  return b.nodes('Scan', [start, x], [spec], attributes)[0]!;
}

export function productOfIntegers(b: GraphBuilder, x: Value, axes: readonly number[], keepDims: boolean): Value {
  return throughCarrier(b, 'Mul', [x], ([y]) => {
    const rows = reducedLast(b, y!, axes);
    const size: Dim = rows.shape[rows.shape.length - 1]!;
    return withAxes(b, isStatic(size) ? productByHalving(b, rows) : productByScan(b, rows), y!, axes, keepDims);
  });
}

/** The extreme of int64 by its place: `ArgMax` compares all of its bits, `ReduceMax` does not (`tools/kernel-costs/probes.mjs`, `wrong`). */
export function extremeOfLongs(b: GraphBuilder, op: 'ReduceMax' | 'ReduceMin', x: Value, axes: readonly number[], keepDims: boolean): Value {
  const rows = reducedLast(b, x, axes);
  const axis = rows.shape.length - 1;
  const spec = { dtype: x.dtype, shape: [...rows.shape.slice(0, -1), 1] } as const;
  const place = b.node(op === 'ReduceMax' ? 'ArgMax' : 'ArgMin', [rows], { ...spec, dtype: 'int64' }, { axis: int(axis), keepdims: int(1) });
  const found = b.node('GatherElements', [rows, place], spec, { axis: int(axis) });
  return keepDims ? withAxes(b, found, x, axes, true) : reshape(b, found, rows.shape.slice(0, -1));
}
