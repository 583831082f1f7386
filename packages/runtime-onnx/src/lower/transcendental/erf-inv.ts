/** The inverse error function. Random samples are built from it, so the float32 one has the bits of the eager kernel. */
import { specialFunctionCoefficients as coefficients } from '@flaxon/tensor';
import { abs, cast, equalTo, greaterThan, lessThan, mul, neg, polynomial, scalar, sqrt, where, withNumber } from '../../emit/arithmetic.js';
import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';
import type { ElementwiseNodes } from '../context.js';
import { fusedPolynomial, log1pBits, rounded } from './exact-float32.js';
import { log1p, square } from './exponential.js';
import { callElementwise } from './local-function.js';

// M. Giles, "Approximating the erfinv function", single precision: the centre in w - 2.5, the tails in sqrt(w) - 3.
const centre32 = [2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941];
const tail32 = [-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682];

/** Infinite at 1 and -1, NaN beyond. */
function atEnds(b: GraphBuilder, x: Value, inside: Value): Value {
  const size = abs(b, x);
  const outside = where(b, equalTo(b, size, 1), withNumber(b, 'Mul', x, Infinity), scalar(b, x.dtype, NaN));
  return where(b, lessThan(b, size, 1), inside, outside);
}

function erfInv32(b: GraphBuilder, x: Value): Value {
  const wide = cast(b, x, 'float64');
  const w = neg(b, log1pBits(b, neg(b, rounded(b, mul(b, wide, wide)))));
  const centre = fusedPolynomial(b, centre32, rounded(b, withNumber(b, 'Sub', w, 2.5)));
  const tail = fusedPolynomial(b, tail32, rounded(b, withNumber(b, 'Sub', rounded(b, sqrt(b, w)), 3)));
  const product = mul(b, where(b, lessThan(b, w, 5), centre, tail), wide);
  return atEnds(b, x, cast(b, product, 'float32'));
}

function erfInv64(b: GraphBuilder, x: Value): Value {
  const w = neg(b, log1p(b, [neg(b, square(b, x))]));
  const root = sqrt(b, w);
  const centre = polynomial(b, coefficients.erfInvCentre, withNumber(b, 'Sub', w, 3.125));
  const middle = polynomial(b, coefficients.erfInvMiddle, withNumber(b, 'Sub', root, 3.25));
  const tail = polynomial(b, coefficients.erfInvTail, withNumber(b, 'Sub', root, 5));
  const factor = where(b, lessThan(b, w, 6.25), centre, where(b, greaterThan(b, w, 16), tail, middle));
  return atEnds(b, x, mul(b, factor, x));
}

export const erfInvNodes: ElementwiseNodes = (b, [x]) => callElementwise(b, 'ErfInv', x!, x!.dtype === 'float64' ? erfInv64 : erfInv32);
