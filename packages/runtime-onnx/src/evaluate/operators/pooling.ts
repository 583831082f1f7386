/** Pools: what windows see, reduced. */
import { add, astype, bind, div, iota, isFloating, max, mean, mul, ones, pow, abs, scalar, sizeOf, type Tensor, unravelIndex, windowedAxes, type WindowParams } from '@flaxon/tensor';
import type { NodeCall, OperatorRule } from '../node-call.js';
import { type Geometry, geometryOf, onesOf, reachOf } from './windows.js';

/**
 * Places of the window along one axis. With `ceil_mode` the last window may reach beyond the padding, if it begins inside of it or of the
 * operand.
 */
function placesOf(size: number, [low, high]: readonly [number, number], stride: number, reach: number, rounds: (x: number) => number): number {
  const places = rounds((size + low + high - reach) / stride) + 1;
  return rounds === Math.ceil && (places - 1) * stride >= size + low ? places - 1 : places;
}

/** How far windows reach beyond the padding. */
function overhangs(call: NodeCall, geometry: Geometry, sizes: readonly number[]): number[] {
  const rounds = call.flag('ceil_mode') ? Math.ceil : Math.floor;
  return sizes.map((size, i) => {
    const [low, high] = geometry.padding[i]!;
    const reach = reachOf(geometry, i);
    const places = placesOf(size, geometry.padding[i]!, geometry.strides[i]!, reach, rounds);
    return Math.max(0, (places - 1) * geometry.strides[i]! + reach - (size + low + high));
  });
}

/** The same windows over every axis of (n, channels, spatial...). */
const windowParams = ({ window, strides, dilations }: Geometry, padding: readonly (readonly [number, number])[]): WindowParams => ({
  dimensions: [1, 1, ...window],
  strides: [1, 1, ...strides],
  padding: [[0, 0], [0, 0], ...padding],
  baseDilation: onesOf(window.length + 2),
  windowDilation: [1, 1, ...dilations],
});

interface Windows {
  readonly x: Tensor;
  readonly geometry: Geometry;
  readonly beyond: readonly number[];
  readonly params: WindowParams;
}

function windowsOf(call: NodeCall): Windows {
  const x = call.input(0);
  const sizes = x.staticShape().slice(2);
  const geometry = geometryOf(call, call.ints('kernel_shape'), sizes);
  const beyond = overhangs(call, geometry, sizes);
  return { x, geometry, beyond, params: windowParams(geometry, geometry.padding.map(([low, high], i) => [low, high + beyond[i]!] as const)) };
}

const windowSum = (x: Tensor, params: WindowParams): Tensor => bind('windowSum', [x], params)[0]!;

function averagePool(call: NodeCall): Tensor {
  const { x, geometry, beyond, params } = windowsOf(call);
  const wide = isFloating(x.dtype) ? x : astype(x, 'float32');
  const everywhere = ones([1, 1, ...x.staticShape().slice(2)], wide.dtype);
  const sums = windowSum(wide, params);
  if (!call.flag('count_include_pad')) return div(sums, windowSum(everywhere, params));
  const padding = [[0, 0], [0, 0], ...geometry.padding] as const;
  const padded = bind('pad', [everywhere, scalar(1, wide.dtype)], { low: padding.map(([low]) => low), high: padding.map(([, high]) => high), interior: padding.map(() => 0) })[0]!;
  return div(sums, windowSum(padded, windowParams(geometry, beyond.map((count) => [0, count] as const))));
}

/** Where selected elements lie in the flattened operand; `storage_order` 1 counts the spatial axes from the first one on. */
function flatPlaces(call: NodeCall, x: Tensor, index: Tensor, moved: readonly number[]): Tensor {
  const shape = x.staticShape();
  const within = moved.length === 0 ? [] : unravelIndex(index, moved.map((axis) => shape[axis]!));
  const isColumnMajor = call.int('storage_order', 0) === 1;
  const strideOf = (axis: number): number => (isColumnMajor && axis >= 2 ? sizeOf(shape.slice(2, axis)) : sizeOf(shape.slice(axis + 1)));
  const coordinates = shape.map((_, axis) => (moved.includes(axis) ? within[moved.indexOf(axis)]! : iota('int32', index.shape, axis)));
  return astype(coordinates.map((place, axis) => mul(place, scalar(strideOf(axis), 'int32'))).reduce((sum, one) => add(sum, one)), 'int64');
}

function maxPool(call: NodeCall): readonly Tensor[] {
  const { x, params } = windowsOf(call);
  const [value, index] = bind('windowSelect', [x], { ...params, largest: true });
  return call.outputs[1] === true ? [value!, flatPlaces(call, x, index!, windowedAxes(params))] : [value!];
}

function lpPool(call: NodeCall): Tensor {
  const { x, params } = windowsOf(call);
  const p = call.int('p', 2);
  return pow(windowSum(pow(abs(x), p), params), 1 / p);
}

const spatialAxes = (x: Tensor): number[] => x.shape.slice(2).map((_, i) => i + 2);

export const poolingOperators = {
  AveragePool: (call) => [averagePool(call)],
  GlobalAveragePool: (call) => [mean(call.input(0), { axis: spatialAxes(call.input(0)), keepdims: true })],
  GlobalMaxPool: (call) => [max(call.input(0), { axis: spatialAxes(call.input(0)), keepdims: true })],
  LpPool: (call) => [lpPool(call)],
  MaxPool: maxPool,
} as const satisfies Readonly<Record<string, OperatorRule>>;
