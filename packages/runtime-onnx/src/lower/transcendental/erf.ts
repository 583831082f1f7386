/** The error function: an operator in float32; ONNX Runtime has no float64 kernel. */
import { specialFunctionCoefficients } from '@flaxon/tensor';
import { abs, div, exp, lessThan, mul, neg, polynomial, scalar, sub, where, withNumber } from '../../emit/arithmetic.js';
import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';
import type { ElementwiseNodes } from '../context.js';
import { square, withSign } from './exponential.js';
import { operatorOr } from './hyperbolic.js';

const { erfcP, erfcQ, erfLimit, erfT, erfU } = specialFunctionCoefficients;

function erf(b: GraphBuilder, x: Value): Value {
  const size = withNumber(b, 'Min', abs(b, x), erfLimit);
  const squared = square(b, size);
  const near = div(b, mul(b, size, polynomial(b, erfT, squared)), polynomial(b, erfU, squared));
  const complement = div(b, mul(b, exp(b, neg(b, squared)), polynomial(b, erfcP, size)), polynomial(b, erfcQ, size));
  const far = sub(b, scalar(b, x.dtype, 1), complement);
  return withSign(b, where(b, lessThan(b, size, 1), near, far), x);
}

export const erfNodes: ElementwiseNodes = operatorOr('Erf', erf);
