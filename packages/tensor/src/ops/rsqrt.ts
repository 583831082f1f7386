import { isFloating } from '../dtype/dtype.js';
import { DtypeError } from '../errors/errors.js';
import type { CallRule } from '../primitives/call-rules.js';
import type { TensorLike } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { composite } from './composite.js';
import { div, mul, sqrt } from './elementwise.js';
import { promoteFloating } from './operand.js';

/** y' = -y / (2 x), without a root of its own. */
const rule: CallRule = { kind: 'jvp', jvp: ([x], [t], [y]) => [t ? mul(t, mul(div(y!, x!), -0.5)) : null] };

/** 1 / sqrt(x) (lax.rsqrt). @throws DtypeError for a tensor that is not floating, as functions of lax do. */
export function rsqrt(x: TensorLike): Tensor {
  if (x instanceof Tensor && !isFloating(x.dtype)) throw new DtypeError('rsqrt', [x.dtype], "needs a floating dtype; convert with `astype(x, 'float32')`");
  return composite('rsqrt', promoteFloating('rsqrt', [x]), (t) => [div(1, sqrt(t))], { rule })[0]!;
}
