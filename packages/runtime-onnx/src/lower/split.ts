/** `split` as one `Split`. Along an axis that is broadcast every part has the same elements, so there is nothing to cut. */
import { int } from '../graph/graph.js';
import type { Lowering, LoweringTable } from './context.js';
import { aligned, lazyAxes } from './lowered.js';

const split: Lowering<'split'> = ({ builder: b }, { params: { axis, sizes }, outputs }, [x]) => {
  if (lazyAxes(x!)[axis]) return outputs.map(({ shape }) => ({ value: x!.value, shape }));
  const value = aligned(b, x!);
  const specs = sizes.map((size) => ({ dtype: value.dtype, shape: value.shape.map((dim, i) => (i === axis ? size : dim)) }));
  const parts = b.nodes('Split', [value, b.shapeVector(sizes)], specs, { axis: int(axis) });
  return parts.map((part, i) => ({ value: part, shape: outputs[i]!.shape }));
};

export const splitLowerings: LoweringTable<'split'> = { split };
