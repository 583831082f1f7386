/** Inverse trigonometric functions: operators in float32; in float64, which has no kernels, all by an arctangent of our own. */
import { abs, add, div, equalTo, greaterThan, lessThan, max, min, mul, neg, polynomial, predicate, scalar, sqrt, sub, unary, where, withNumber } from '../../emit/arithmetic.js';
import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';
import type { ElementwiseNodes } from '../context.js';
import { square, withSign } from './exponential.js';
import { operatorOr } from './hyperbolic.js';

// Cephes `atan.c` (S. Moshier): atan(x) = x + x z P(z) / Q(z), z = x^2, for x up to 0.66.
const atanP = [-8.750608600031904122785e-1, -1.615753718733365076637e1, -7.500855792314704667340e1, -1.228866684490136173410e2, -6.485021904942025371773e1];
const atanQ = [1, 2.485846490142306297962e1, 1.650270098316988542046e2, 4.328810604912902668951e2, 4.853903996359136964868e2, 1.945506571482613964425e2];
const tanThreeEighthsPi = 2.41421356237309504880;
/** pi / 2 less the float64 number next to it. */
const halfPiRest = 6.123233995736765886130e-17;

function atan(b: GraphBuilder, x: Value): Value {
  const { dtype } = x;
  const size = abs(b, x);
  const isBig = greaterThan(b, size, tanThreeEighthsPi);
  const isMiddle = greaterThan(b, size, 0.66);
  const number = (value: number): Value => scalar(b, dtype, value);
  const turned = div(b, number(-1), size);
  const halved = div(b, withNumber(b, 'Sub', size, 1), withNumber(b, 'Add', size, 1));
  const t = where(b, isBig, turned, where(b, isMiddle, halved, size));
  const start = where(b, isBig, number(Math.PI / 2), where(b, isMiddle, number(Math.PI / 4), number(0)));
  const rest = where(b, isBig, number(halfPiRest), where(b, isMiddle, number(halfPiRest / 2), number(0)));
  const z = square(b, t);
  const ratio = div(b, mul(b, z, polynomial(b, atanP, z)), polynomial(b, atanQ, z));
  const series = add(b, add(b, mul(b, t, ratio), t), rest);
  return withSign(b, add(b, start, series), x);
}

const arctangent: ElementwiseNodes = operatorOr('Atan', atan);

/** 2 atan(x / (1 + sqrt(1 - x^2))). */
function asin(b: GraphBuilder, x: Value): Value {
  const one = scalar(b, x.dtype, 1);
  const root = sqrt(b, mul(b, sub(b, one, x), withNumber(b, 'Add', x, 1)));
  return withNumber(b, 'Mul', arctangent(b, [div(b, x, withNumber(b, 'Add', root, 1))]), 2);
}

/** 2 atan(sqrt((1 - x) / (1 + x))). */
function acos(b: GraphBuilder, x: Value): Value {
  const ratio = div(b, sub(b, scalar(b, x.dtype, 1), x), withNumber(b, 'Add', x, 1));
  return withNumber(b, 'Mul', arctangent(b, [sqrt(b, ratio)]), 2);
}

export const inverseTrigonometric = { asin: operatorOr('Asin', asin), acos: operatorOr('Acos', acos), atan: arctangent } as const;

/** True for negative numbers and -0. */
function isNegative(b: GraphBuilder, x: Value): Value {
  return predicate(b, 'Or', [lessThan(b, x, 0), lessThan(b, unary(b, 'Reciprocal', x), 0)]);
}

/** The angle of the point (x, y), as C's atan2, signs of zeros included. */
export const atan2: ElementwiseNodes = (b, [y, x]) => {
  const { dtype } = y!;
  const number = (value: number): Value => scalar(b, dtype, value);
  const [height, width] = [abs(b, y!), abs(b, x!)];
  const [small, big] = [min(b, height, width), max(b, height, width)];
  // 0 / 0 is the angle 0, infinity / infinity that of the diagonal.
  const ratio = where(b, equalTo(b, big, 0), number(0), where(b, equalTo(b, small, Infinity), number(1), div(b, small, big)));
  const flat = arctangent(b, [ratio]);
  const steep = where(b, predicate(b, 'Greater', [height, width]), sub(b, number(Math.PI / 2), flat), flat);
  const angle = where(b, isNegative(b, x!), sub(b, number(Math.PI), steep), steep);
  return where(b, isNegative(b, y!), neg(b, angle), angle);
};
