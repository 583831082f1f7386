/**
 * Stable sorts by `TopK`, which puts equal elements in the order of their places (ONNX specification). Several keys go from the
 * last to the first, as any stable sort allows.
 */
import { isFloating } from '@flaxon/tensor';
import { cast, isNan, scalar, where, equalTo } from '../emit/arithmetic.js';
import type { GraphBuilder } from '../graph/builder.js';
import { int, type Value } from '../graph/graph.js';
import { carrierOf } from './carrier.js';
import type { Lowering, LoweringTable } from './context.js';
import { exact, materialize } from './lowered.js';
import { orderedInt64 } from './reduce.js';

/** The order along `axis` that sorts keys without NaN: int64 places. */
function orderOf(b: GraphBuilder, keys: Value, axis: number): Value {
  const attributes = { axis: int(axis), largest: int(0) };
  const [, places] = b.nodes('TopK', [keys, b.dim(keys.shape[axis]!)], [keys, { dtype: 'int64', shape: keys.shape }], attributes);
  return places!;
}

const gatherElements = (b: GraphBuilder, x: Value, places: Value, axis: number): Value =>
  b.node('GatherElements', [x, places], { dtype: x.dtype, shape: x.shape }, axis === 0 ? {} : { axis: int(axis) });

/**
 * Keys that `TopK` orders as the program wants, last pass first. NaN comes behind infinity: in float64 there is room for both
 * above the float32 numbers, float64 keys need a pass of their own.
 */
function passesOf(b: GraphBuilder, key: Value): Value[] {
  if (key.dtype === 'uint64') return [orderedInt64(b, key)];
  if (!isFloating(key.dtype)) return [cast(b, key, carrierOf('TopK', key.dtype))];
  if (key.dtype === 'float64') {
    const nans = isNan(b, key);
    return [where(b, nans, scalar(b, 'float64', 0), key), cast(b, nans, 'int32')];
  }
  const wide = cast(b, key, 'float64');
  const number = (value: number): Value => scalar(b, 'float64', value);
  const finite = where(b, equalTo(b, wide, Infinity), number(1e300), wide);
  return [where(b, isNan(b, wide), number(Infinity), finite)];
}

const sort: Lowering<'sort'> = ({ builder: b }, { params: { axis, keys } }, inputs) => {
  const operands = inputs.map((input) => materialize(b, input));
  const passes = operands.slice(0, keys).reverse().flatMap((key) => passesOf(b, key));
  let order: Value | undefined;
  for (const pass of passes) {
    const places = orderOf(b, order ? gatherElements(b, pass, order, axis) : pass, axis);
    order = order ? gatherElements(b, order, places, axis) : places;
  }
  return operands.map((operand) => exact(gatherElements(b, operand, order!, axis)));
};

export const sortLowerings: LoweringTable<'sort'> = { sort };
