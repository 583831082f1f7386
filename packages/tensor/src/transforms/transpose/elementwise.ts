import { div, mul, neg, where } from '../../ops/elementwise.js';
import { convert } from '../../ops/operand.js';
import { bind } from '../../program/bind.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sumTo, valueOf, type Operand, type TransposeRule } from './rule.js';

type LinearElementwise = 'neg' | 'add' | 'sub' | 'mul' | 'div' | 'where' | 'convert' | 'optimizationBarrier';

const back = (operand: Operand, cotangent: Tensor): Tensor | null => (operand.linear ? sumTo(cotangent, operand.spec.shape) : null);

export const elementwiseTransposeRules: { readonly [P in LinearElementwise]: TransposeRule<P> } = {
  neg: ([ct]) => [neg(ct!)],
  add: ([ct], [x, y]) => [back(x!, ct!), back(y!, ct!)],
  sub: ([ct], [x, y]) => [back(x!, ct!), y!.linear ? back(y!, neg(ct!)) : null],
  mul: ([ct], [x, y]) => (x!.linear ? [back(x!, mul(ct!, valueOf(y!))), null] : [null, back(y!, mul(ct!, valueOf(x!)))]),
  div: ([ct], [x, y]) => [back(x!, div(ct!, valueOf(y!))), null],
  where: ([ct], [condition, x, y]) => {
    const zero = convert(0, ct!.dtype);
    return [null, x!.linear ? back(x!, where(valueOf(condition!), ct!, zero)) : null, y!.linear ? back(y!, where(valueOf(condition!), zero, ct!)) : null];
  },
  optimizationBarrier: (cotangents) => {
    const moved = bind('optimizationBarrier', cotangents.filter((ct) => ct !== null), {});
    return cotangents.map((ct) => (ct ? moved.shift()! : null));
  },
  convert: ([ct], [x]) => [convert(ct!, x!.spec.dtype)],
};
