import type { Dtype } from '@flaxon/tensor';
import { cast, where } from '../emit/arithmetic.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';

/** Carriers for elements that are only chosen, not computed with: as wide, whatever the sign. */
const choiceCarriers: { readonly [D in Dtype]?: Dtype } = {
  int8: 'uint8',
  bool: 'uint8',
  uint32: 'int32',
  uint64: 'int64',
  int16: 'int32',
  uint16: 'int32',
  bfloat16: 'float32',
};

/** `Where` in every dtype: it has kernels for few. */
export function choose(b: GraphBuilder, condition: Value, onTrue: Value, onFalse: Value): Value {
  const { dtype } = onTrue;
  const carrier = choiceCarriers[dtype] ?? dtype;
  return cast(b, where(b, condition, cast(b, onTrue, carrier), cast(b, onFalse, carrier)), dtype);
}
