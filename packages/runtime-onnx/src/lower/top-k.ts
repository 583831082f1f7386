import { isFloating } from '@flaxon/tensor';
import { cast, equalTo, isNan, lessThan, predicate, scalar, where, div } from '../emit/arithmetic.js';
import type { GraphBuilder } from '../graph/builder.js';
import { int, type Value } from '../graph/graph.js';
import { carrierOf } from './carrier.js';
import type { CompositeLowering } from './composites.js';
import { exact, materialize } from './lowered.js';

/**
 * Keys that `TopK` orders as JAX does: NaN first, then infinity, and 0 before -0. In float64 there is room above and between
 * the numbers of smaller dtypes.
 */
function keyOf(b: GraphBuilder, x: Value): Value {
  if (!isFloating(x.dtype)) return cast(b, x, carrierOf('TopK', x.dtype));
  const wide = cast(b, x, 'float64');
  const number = (value: number): Value => scalar(b, 'float64', value);
  const isNegativeZero = predicate(b, 'And', [equalTo(b, wide, 0), lessThan(b, div(b, number(1), wide), 0)]);
  const signed = where(b, isNegativeZero, number(-1e-300), where(b, equalTo(b, wide, Infinity), number(1e300), wide));
  return where(b, isNan(b, wide), number(Infinity), signed);
}

/** The last axis, by the operator of the name. float64 and uint64 leave no room for a key, so they are sorted whole. */
export const topK: CompositeLowering = ({ builder: b }, { params, outputs }, [x]) => {
  const { dtype } = x!.value;
  if (dtype === 'float64' || dtype === 'uint64') return undefined;
  const operand = materialize(b, x!);
  const shape = outputs[1]!.shape;
  const key = keyOf(b, operand);
  const [, places] = b.nodes('TopK', [key, b.int64s([Number(params.attributes.k)])], [{ dtype: key.dtype, shape }, { dtype: 'int64', shape }]);
  const values = b.node('GatherElements', [operand, places!], { dtype, shape }, { axis: int(shape.length - 1) });
  return [exact(values), exact(cast(b, places!, 'int32'))];
};
