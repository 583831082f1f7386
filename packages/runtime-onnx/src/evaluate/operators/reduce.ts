/** Reductions, running sums and products, and the largest elements. */
import { abs, add, argmax, astype, bind, div, exp, flip, iota, log, logsumexp, mul, norm, ones, scalar, type Shape, sliceAxis, sortTogether, sqrt, type Tensor, concatenate, zeros, isFloating, isBigInt } from '@flaxon/tensor';
import type { NodeCall, OperatorRule } from '../node-call.js';

type Reduction = (x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor;

const primitive = (name: 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'): Reduction => (x, axes, keepDims) => bind(name, [x], { axes, keepDims })[0]!;

const sum = primitive('reduceSum');
const square = (x: Tensor): Tensor => bind('mul', [x, x], {})[0]!;

function mean(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor {
  const count = axes.reduce((product, axis) => product * x.staticShape()[axis]!, 1);
  return bind('div', [sum(x, axes, keepDims), scalar(isBigInt(x.dtype) ? BigInt(count) : count, x.dtype)], {})[0]!;
}

/** A function of floats on integers too: ONNX rounds the result towards zero. */
const throughFloats = (f: Reduction): Reduction => (x, axes, keepDims) => (isFloating(x.dtype) ? f(x, axes, keepDims) : astype(f(astype(x, 'float64'), axes, keepDims), x.dtype));

/** The axes come as an operand, or in older versions as an attribute; none are all of them, unless that is to mean none. */
const reduction = (f: Reduction): OperatorRule => (call) => {
  const x = call.input(0);
  const given = call.optionalNumbers(1) ?? call.optionalInts('axes') ?? [];
  if (given.length === 0 && call.flag('noop_with_empty_axes')) return [f(x, [], true)];
  const axes = (given.length === 0 ? x.shape.map((_, axis) => axis) : given.map((axis) => call.axisOf(axis, x.rank))).toSorted((a, b) => a - b);
  return [f(x, axes, call.flag('keepdims', true))];
};

const argument = (name: 'argMax' | 'argMin'): OperatorRule => (call) => {
  const x = call.input(0);
  const axis = call.axisOf(call.int('axis', 0), x.rank);
  const params = { axis, keepDims: call.flag('keepdims', true) };
  if (!call.flag('select_last_index')) return [astype(bind(name, [x], params)[0]!, 'int64')];
  const last = bind(name, [flip(x, axis)], params)[0]!;
  return [bind('sub', [scalar(BigInt(x.staticShape()[axis]! - 1), 'int64'), astype(last, 'int64')], {})[0]!];
};

/** The first element of the result is the start value, and the last of x is left out. */
function shifted(x: Tensor, axis: number, start: number, reverse: boolean): Tensor {
  const size = x.staticShape()[axis]!;
  const first = (start === 0 ? zeros : ones)(x.shape.map((dim, i) => (i === axis ? 1 : dim)) as Shape, x.dtype);
  return reverse ? concatenate([sliceAxis(x, axis, 1, size), first], axis) : concatenate([first, sliceAxis(x, axis, 0, size - 1)], axis);
}

const cumulative = (name: 'cumSum' | 'cumProd'): OperatorRule => (call) => {
  const x = call.input(0);
  const axis = call.axisOf(call.numbers(1)[0]!, x.rank);
  const reverse = call.flag('reverse');
  const operand = call.flag('exclusive') ? shifted(x, axis, name === 'cumSum' ? 0 : 1, reverse) : x;
  return [bind(name, [operand], { axis, reverse })[0]!];
};

/**
 * The first k elements in order, equal ones in the order of their places. The largest come from an ascending stable sort of the axis turned round,
 * turned round again.
 */
function topK(call: NodeCall): readonly Tensor[] {
  const x = call.input(0);
  const axis = call.axisOf(call.int('axis', -1), x.rank);
  const largest = call.flag('largest', true);
  const places = iota('int32', x.shape, axis);
  const turn = (value: Tensor): Tensor => (largest ? flip(value, axis) : value);
  const sorted = sortTogether([turn(x), turn(places)], { axis, keys: 1 }).map(turn);
  const [values, indices] = sorted.map((value) => sliceAxis(value, axis, 0, call.numbers(1)[0]!));
  return [values!, astype(indices!, 'int64')];
}

function hardmax(call: NodeCall): Tensor {
  const x = call.input(0);
  const axis = call.axisOf(call.int('axis', -1), x.rank);
  return astype(bind('equal', [iota('int32', x.shape, axis), argmax(x, { axis, keepdims: true })], {})[0]!, x.dtype);
}

/** (x - mean) / standard deviation over the axes. */
function meanVarianceNormalization(call: NodeCall): Tensor {
  const x = call.input(0);
  const axes = call.ints('axes', [0, 2, 3]);
  const centred = bind('sub', [x, mean(x, axes, true)], {})[0]!;
  return div(centred, add(sqrt(mean(square(centred), axes, true)), 1e-9));
}

function lpNormalization(call: NodeCall): Tensor {
  const x = call.input(0);
  const axis = call.axisOf(call.int('axis', -1), x.rank);
  const length = norm(x, { ord: call.int('p', 2), axis, keepdims: true });
  const safe = bind('where', [bind('equal', [length, scalar(0, x.dtype)], {})[0]!, scalar(1, x.dtype), length], {})[0]!;
  return div(x, safe);
}

export const reduceOperators = {
  ArgMax: argument('argMax'),
  ArgMin: argument('argMin'),
  CumProd: cumulative('cumProd'),
  CumSum: cumulative('cumSum'),
  Hardmax: (call) => [hardmax(call)],
  LpNormalization: (call) => [lpNormalization(call)],
  MeanVarianceNormalization: (call) => [meanVarianceNormalization(call)],
  ReduceL1: reduction((x, axes, keepDims) => sum(abs(x), axes, keepDims)),
  ReduceL2: reduction(throughFloats((x, axes, keepDims) => sqrt(sum(square(x), axes, keepDims)))),
  ReduceLogSum: reduction(throughFloats((x, axes, keepDims) => log(sum(x, axes, keepDims)))),
  ReduceLogSumExp: reduction(throughFloats((x, axes, keepDims) => (axes.length === 0 ? log(exp(x)) : logsumexp(x, { axis: axes, keepdims: keepDims })))),
  ReduceMax: reduction(primitive('reduceMax')),
  ReduceMean: reduction(mean),
  ReduceMin: reduction(primitive('reduceMin')),
  ReduceProd: reduction(primitive('reduceProd')),
  ReduceSum: reduction(sum),
  ReduceSumSquare: reduction((x, axes, keepDims) => sum(mul(x, x), axes, keepDims)),
  TopK: topK,
} as const satisfies Readonly<Record<string, OperatorRule>>;
