import type { CallRule } from '../primitives/call-rules.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { composite } from './composite.js';
import { div, mul, sqrt } from './elementwise.js';
import { promoteFloating } from './operand.js';

/** y' = -y / (2 x), without a root of its own. */
const rule: CallRule = { kind: 'jvp', jvp: ([x], [t], [y]) => [t ? mul(t, mul(div(y!, x!), -0.5)) : null] };

/** 1 / sqrt(x) (lax.rsqrt). */
export const rsqrt = (x: TensorLike): Tensor =>
  composite('rsqrt', promoteFloating('rsqrt', [x]), (t) => [div(1, sqrt(t))], { rule })[0]!;
