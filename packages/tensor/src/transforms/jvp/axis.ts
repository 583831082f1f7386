import type { AxisPrimitive } from '../../kernels/kernel.js';
import { div, equal, mul } from '../../ops/elementwise.js';
import { convert } from '../../ops/operand.js';
import { bindOne } from '../../program/bind.js';
import type { Tensor } from '../../tensor/tensor.js';
import { constantRule, linearInFirst, type JvpRule } from './rule.js';

/** Examples that have the largest (smallest) element share its derivative evenly, as the elements of one array do. JAX has no rule. */
const extremum: JvpRule<'collective'> = ([x], [t], params) => {
  const output = bindOne('collective', [x!], params);
  if (!t) return { outputs: [output], tangents: [null] };
  const mask = convert(equal(x!, output), x!.dtype);
  const total = (of: Tensor): Tensor => bindOne('collective', [of], { ...params, reduction: 'sum' });
  return { outputs: [output], tangents: [div(total(mul(t, mask)), total(mask))] };
};

const sum = linearInFirst('collective');

export const axisJvpRules: { readonly [P in AxisPrimitive]: JvpRule<P> } = {
  collective: (primals, tangents, params, derive) => (params.reduction === 'sum' ? sum : extremum)(primals, tangents, params, derive),
  allGather: linearInFirst('allGather'),
  axisIndex: constantRule('axisIndex'),
};
