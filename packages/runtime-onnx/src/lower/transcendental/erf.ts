/** The error function: an operator in float32; ONNX Runtime has no float64 kernel. */
import { abs, div, exp, lessThan, mul, neg, polynomial, scalar, sub, where, withNumber } from '../../emit/arithmetic.js';
import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';
import type { ElementwiseNodes } from '../context.js';
import { square, withSign } from './exponential.js';
import { operatorOr } from './hyperbolic.js';

// Cephes `ndtr.c` (S. Moshier): erf(x) = x T(x^2) / U(x^2) up to 1; erfc(x) = exp(-x^2) P(x) / Q(x) up to 8.
const erfT = [9.60497373987051638749, 9.00260197203842689217e1, 2.23200534594684319226e3, 7.00332514112805075473e3, 5.55923013010394962768e4];
const erfU = [1, 3.35617141647503099647e1, 5.21357949780152679795e2, 4.59432382970980127987e3, 2.26290000613890934246e4, 4.92673942608635921086e4];
const erfcP = [
  2.46196981473530512524e-10, 5.64189564831068821977e-1, 7.46321056442269912687, 4.86371970985681366614e1, 1.96520832956077098242e2,
  5.26445194995477358631e2, 9.34528527171957607540e2, 1.02755188689515710272e3, 5.57535335369399327526e2,
];
const erfcQ = [
  1, 1.32281951154744992508e1, 8.67072140885989742329e1, 3.54937778887819891062e2, 9.75708501743205489753e2, 1.82390916687909736289e3,
  2.24633760818710981792e3, 1.65666309194161350182e3, 5.57535340817727675546e2,
];
/** From here on erf rounds to 1. */
const erfLimit = 6;

function erf(b: GraphBuilder, x: Value): Value {
  const size = withNumber(b, 'Min', abs(b, x), erfLimit);
  const squared = square(b, size);
  const near = div(b, mul(b, size, polynomial(b, erfT, squared)), polynomial(b, erfU, squared));
  const complement = div(b, mul(b, exp(b, neg(b, squared)), polynomial(b, erfcP, size)), polynomial(b, erfcQ, size));
  const far = sub(b, scalar(b, x.dtype, 1), complement);
  return withSign(b, where(b, lessThan(b, size, 1), near, far), x);
}

export const erfNodes: ElementwiseNodes = operatorOr('Erf', erf);
