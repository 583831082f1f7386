/** Reductions and running sums. */
import { type Dim, type Dtype, dtypeKind, isFloating, isInteger, isStatic, type Shape } from '@flaxon/tensor';
import { cast, elementwise, isNan, mul, scalar } from '../emit/arithmetic.js';
import { concat, reduce, reshape, slice, sliceEnd } from '../emit/layout.js';
import type { GraphBuilder } from '../graph/builder.js';
import { int, type Value } from '../graph/graph.js';
import { carrierOf, throughCarrier } from './carrier.js';
import { choose } from './choose.js';
import type { Lowering, LoweringContext, LoweringTable } from './context.js';
import { integerRange } from './convert.js';
import { integerPowNodes } from './elementwise.js';
import { extremeOfLongs, productOfIntegers, sumOfIntegers } from './reduce-integers.js';
import type { KernelName } from './kernel-support.js';
import { aligned, exact, lazyAxes, materialize, materializeAxes } from './lowered.js';

type Reduction = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin';

const kernels: { readonly [R in Reduction]: KernelName } = { reduceSum: 'ReduceSum', reduceProd: 'ReduceProd', reduceMax: 'ReduceMax', reduceMin: 'ReduceMin' };

/** What a reduction of nothing gives. */
function startValue(reduction: Reduction, dtype: Dtype): number | bigint {
  if (reduction === 'reduceSum') return 0;
  if (reduction === 'reduceProd') return 1;
  const isMax = reduction === 'reduceMax';
  if (isFloating(dtype)) return isMax ? -Infinity : Infinity;
  if (dtypeKind(dtype) === 'bool') return isMax ? 0 : 1;
  const { low, high } = integerRange(dtype);
  return isMax ? low : high;
}

const isEmptyReduction = (shape: Shape, axes: readonly number[]): boolean => axes.some((axis) => shape[axis] === 0);

/** Unsigned integers keep their order when their top bit is turned and they are read as signed ones. */
const signedOrder = { uint32: { signed: 'int32', topBit: 1n << 31n }, uint64: { signed: 'int64', topBit: 1n << 63n } } as const;
type WideUnsigned = keyof typeof signedOrder;
const turned = (b: GraphBuilder, x: Value, dtype: WideUnsigned): Value => elementwise(b, 'BitwiseXor', [x, scalar(b, dtype, signedOrder[dtype].topBit)]);
const toSigned = (b: GraphBuilder, x: Value, dtype: WideUnsigned): Value => cast(b, turned(b, x, dtype), signedOrder[dtype].signed);
export const orderedInt64 = (b: GraphBuilder, x: Value): Value => toSigned(b, x, 'uint64');

/** True where any of the bools is; reductions take bools from opset 20 on. */
function anyOf(b: GraphBuilder, x: Value, axes: readonly number[], keepDims: boolean): Value {
  if (b.opset >= 20) return reduce(b, 'ReduceMax', x, axes, keepDims);
  return cast(b, reduce(b, 'ReduceMax', cast(b, x, 'uint8'), axes, keepDims), 'bool');
}

/** NaN wins: ONNX Runtime's kernel drops it or not, depending on its place. */
function extremeOfFloats(b: GraphBuilder, op: 'ReduceMax' | 'ReduceMin', x: Value, axes: readonly number[], keepDims: boolean): Value {
  const found = reduce(b, op, x, axes, keepDims);
  return choose(b, anyOf(b, isNan(b, x), axes, keepDims), scalar(b, x.dtype, NaN), found);
}

function extreme(b: GraphBuilder, op: 'ReduceMax' | 'ReduceMin', x: Value, axes: readonly number[], keepDims: boolean): Value {
  if (isFloating(x.dtype)) return extremeOfFloats(b, op, x, axes, keepDims);
  if (x.dtype === 'int64') return extremeOfLongs(b, op, x, axes, keepDims);
  if (x.dtype === 'uint32' || x.dtype === 'uint64') return turned(b, cast(b, extreme(b, op, toSigned(b, x, x.dtype), axes, keepDims), x.dtype), x.dtype);
  return throughCarrier(b, op, [x], ([y]) => reduce(b, op, y!, axes, keepDims));
}

export function reduceValue(b: GraphBuilder, reduction: Reduction, x: Value, axes: readonly number[], keepDims: boolean): Value {
  const op = kernels[reduction];
  if (op === 'ReduceMax' || op === 'ReduceMin') return extreme(b, op, x, axes, keepDims);
  if (isInteger(x.dtype)) return (op === 'ReduceSum' ? sumOfIntegers : productOfIntegers)(b, x, axes, keepDims);
  return throughCarrier(b, op, [x], ([y]) => reduce(b, op, y!, axes, keepDims));
}

/** The number of elements that fall together, as a scalar of `dtype`. */
function countValue(b: GraphBuilder, dims: readonly Dim[], dtype: Dtype): Value {
  const known = dims.filter(isStatic).reduce<number>((product, dim) => product * dim, 1);
  const symbolic = dims.filter((dim) => !isStatic(dim)).map((dim) => cast(b, reshape(b, b.dim(dim), []), dtype));
  return symbolic.reduce((product, dim) => mul(b, product, dim), scalar(b, dtype, known));
}

/** Along axes on which it is only broadcast, a sum is a product with their size, a product a power, an extreme the value. */
function reduceLazy(b: GraphBuilder, reduction: Reduction, x: Value, dims: readonly Dim[]): Value | undefined {
  if (reduction === 'reduceMax' || reduction === 'reduceMin') return x;
  if (reduction === 'reduceSum') return carrierOf('Mul', x.dtype) === x.dtype ? mul(b, x, countValue(b, dims, x.dtype)) : undefined;
  const count = dims.reduce<number | undefined>((product, dim) => (isStatic(dim) && product !== undefined ? product * dim : undefined), 1);
  return count !== undefined && count <= 8 && carrierOf('Mul', x.dtype) === x.dtype ? integerPowNodes(b, x, count) : undefined;
}

function lowerReduction(reduction: Reduction): Lowering<Reduction> {
  return ({ builder: b }, { params: { axes, keepDims }, outputs }, [x]) => {
    const { shape, dtype } = outputs[0]!;
    if (isEmptyReduction(x!.shape, axes)) return [{ value: scalar(b, dtype, startValue(reduction, dtype)), shape }];
    const lazy = lazyAxes(x!);
    const lazyReduced = axes.filter((axis) => lazy[axis]);
    const reduced = lazyReduced.length === 0 ? undefined : reduceLazy(b, reduction, aligned(b, x!), lazyReduced.map((axis) => x!.shape[axis]!));
    const value = reduced ?? materializeAxes(b, x!, lazyReduced);
    const real = axes.filter((axis) => reduced === undefined || !lazy[axis]);
    // An axis of size 1 needs no reduction, only its removal.
    const needed = real.filter((axis) => x!.shape[axis] !== 1);
    const kept = needed.length === 0 ? value : reduceValue(b, reduction, value, needed, keepDims || needed.length < axes.length);
    if (keepDims) return [{ value: kept, shape }];
    if (needed.length === axes.length) return [{ value: kept, shape }];
    return [{ value: reshape(b, kept, kept.shape.filter((_, axis) => !axes.includes(axis))), shape }];
  };
}

/** The first largest or smallest element; a NaN is both. */
function lowerArgument(op: 'ArgMax' | 'ArgMin'): Lowering<'argMax' | 'argMin'> {
  return ({ builder: b }, { params: { axis, keepDims }, outputs }, [lowered]) => {
    const x = materialize(b, lowered!);
    const { shape } = outputs[0]!;
    const at = (name: 'ArgMax' | 'ArgMin', operand: Value): Value => b.node(name, [operand], { dtype: 'int64', shape }, { axis: int(axis), keepdims: int(keepDims ? 1 : 0) });
    if (x.dtype === 'uint64') return [exact(cast(b, at(op, orderedInt64(b, x)), 'int32'))];
    const found = at(op, cast(b, x, carrierOf(op, x.dtype)));
    if (!isFloating(x.dtype)) return [exact(cast(b, found, 'int32'))];
    const nans = isNan(b, x);
    const hasNan = anyOf(b, nans, [axis], keepDims);
    return [exact(cast(b, choose(b, hasNan, at('ArgMax', cast(b, nans, 'uint8')), found), 'int32'))];
  };
}

const cumSum: Lowering<'cumSum'> = ({ builder: b }, { params: { axis, reverse } }, [lowered]) => {
  const x = materializeAxes(b, lowered!, [axis]);
  const direction = reverse ? { reverse: int(1) } : {};
  const axisValue = reshape(b, b.int64s([axis]), []);
  const value = throughCarrier(b, 'CumSum', [x], ([y]) => b.node('CumSum', [y, axisValue], y!, direction));
  return [{ value, shape: lowered!.shape }];
};

/** Shifts along an axis by `count`, with ones where nothing comes in. */
function shifted(b: GraphBuilder, x: Value, axis: number, count: number, reverse: boolean): Value {
  const size = x.shape[axis] as number;
  const kept = slice(b, x, [reverse ? { axis, start: count, end: sliceEnd, size: size - count } : { axis, start: 0, end: size - count, size: size - count }]);
  const onesShape = x.shape.map((dim, i) => (i === axis ? count : dim));
  const ones = materialize(b, { value: scalar(b, x.dtype, 1), shape: onesShape });
  return concat(b, reverse ? [kept, ones] : [ones, kept], axis);
}

/** By doubling: after step k each place has the product of 2^k neighbours. */
function cumProdByDoubling(b: GraphBuilder, x: Value, axis: number, reverse: boolean): Value {
  let result = x;
  for (let count = 1; count < (x.shape[axis] as number); count *= 2) result = mul(b, result, shifted(b, result, axis, count, reverse));
  return result;
}

/** One element after the other, as a scan: for an axis of unknown size. */
function cumProdByScan(context: LoweringContext, x: Value, axis: number, reverse: boolean): Value {
  const b = context.builder;
  const inner = x.shape.filter((_, i) => i !== axis);
  const start = materialize(b, { value: scalar(b, x.dtype, 1), shape: inner });
  const body = b.child('cumulative_product');
  const carry = body.input('carry', { dtype: x.dtype, shape: inner });
  const element = body.input('element', { dtype: x.dtype, shape: inner });
  const product = mul(body, carry, element);
  body.output('next', product);
  body.output('product', product);
  const direction = { kind: 'ints', value: [reverse ? 1 : 0] } as const;
  const at = { kind: 'ints', value: [axis] } as const;
  const attributes = {
    body: { kind: 'graph', value: body.graph } as const,
    num_scan_inputs: int(1),
    scan_input_axes: at,
    scan_output_axes: at,
    scan_input_directions: direction,
    scan_output_directions: direction,
  };
  return b.nodes('Scan', [start, x], [{ dtype: x.dtype, shape: inner }, x], attributes)[1]!;
}

const cumProd: Lowering<'cumProd'> = (context, { params: { axis, reverse } }, [lowered]) => {
  const { builder: b, options } = context;
  const x = materializeAxes(b, lowered!, [axis]);
  if (options.opset >= 26 && ['float32', 'float64', 'int32', 'int64', 'uint32', 'uint64'].includes(x.dtype)) {
    const value = b.node('CumProd', [x, reshape(b, b.int64s([axis]), [])], x, reverse ? { reverse: int(1) } : {});
    return [{ value, shape: lowered!.shape }];
  }
  const value = isStatic(x.shape[axis]!) ? cumProdByDoubling(b, x, axis, reverse) : cumProdByScan(context, x, axis, reverse);
  return [{ value, shape: lowered!.shape }];
};

export const reduceLowerings: LoweringTable<Reduction | 'argMax' | 'argMin' | 'cumSum' | 'cumProd'> = {
  reduceSum: lowerReduction('reduceSum'),
  reduceProd: lowerReduction('reduceProd'),
  reduceMax: lowerReduction('reduceMax'),
  reduceMin: lowerReduction('reduceMin'),
  argMax: lowerArgument('ArgMax'),
  argMin: lowerArgument('ArgMin'),
  cumSum,
  cumProd,
};
