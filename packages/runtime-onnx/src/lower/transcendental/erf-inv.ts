/** The inverse error function. Random samples are built from it, so the float32 one has the bits of the eager kernel. */
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

// The same in double precision, as XLA has it.
const centre64 = [
  -3.6444120640178196996e-21, -1.685059138182016589e-19, 1.2858480715256400167e-18, 1.115787767802518096e-17, -1.333171662854620906e-16,
  2.0972767875968561637e-17, 6.6376381343583238325e-15, -4.0545662729752068639e-14, -8.1519341976054721522e-14, 2.6335093153082322977e-12,
  -1.2975133253453532498e-11, -5.4154120542946279317e-11, 1.051212273321532285e-9, -4.1126339803469836976e-9, -2.9070369957882005086e-8,
  4.2347877827932403518e-7, -1.3654692000834678645e-6, -1.3882523362786468719e-5, 0.0001867342080340571352, -0.00074070253416626697512,
  -0.0060336708714301490533, 0.24015818242558961693, 1.6536545626831027356,
];
const middle64 = [
  2.2137376921775787049e-9, 9.0756561938885390979e-8, -2.7517406297064545428e-7, 1.8239629214389227755e-8, 1.5027403968909827627e-6,
  -4.013867526981545969e-6, 2.9234449089955446044e-6, 1.2475304481671778723e-5, -4.7318229009055733981e-5, 6.8284851459573175448e-5,
  2.4031110387097893999e-5, -0.0003550375203628474796, 0.00095328937973738049703, -0.0016882755560235047313, 0.0024914420961078508066,
  -0.0037512085075692412107, 0.005370914553590063617, 1.0052589676941592334, 3.0838856104922207635,
];
const tail64 = [
  -2.7109920616438573243e-11, -2.5556418169965252055e-10, 1.5076572693500548083e-9, -3.7894654401267369937e-9, 7.6157012080783393804e-9,
  -1.4960026627149240478e-8, 2.9147953450901080826e-8, -6.7711997758452339498e-8, 2.2900482228026654717e-7, -9.9298272942317002539e-7,
  4.5260625972231537039e-6, -1.9681778105531670567e-5, 7.5995277030017761139e-5, -0.00021503011930044477347, -0.00013871931833623122026,
  1.0103004648645343977, 4.8499064014085844221,
];

function erfInv64(b: GraphBuilder, x: Value): Value {
  const w = neg(b, log1p(b, [neg(b, square(b, x))]));
  const root = sqrt(b, w);
  const centre = polynomial(b, centre64, withNumber(b, 'Sub', w, 3.125));
  const middle = polynomial(b, middle64, withNumber(b, 'Sub', root, 3.25));
  const tail = polynomial(b, tail64, withNumber(b, 'Sub', root, 5));
  const factor = where(b, lessThan(b, w, 6.25), centre, where(b, greaterThan(b, w, 16), tail, middle));
  return atEnds(b, x, mul(b, factor, x));
}

export const erfInvNodes: ElementwiseNodes = (b, [x]) => callElementwise(b, 'ErfInv', x!, x!.dtype === 'float64' ? erfInv64 : erfInv32);
