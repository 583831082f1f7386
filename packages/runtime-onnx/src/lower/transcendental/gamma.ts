/** `lgamma` and `digamma`, for which ONNX has no operators: in float64, float32 rounds the result. */
import { specialFunctionCoefficients } from '@flaxon/tensor';
import { abs, add, cast, clip, div, equalTo, greaterThan, lessThan, log, mul, polynomial, predicate, scalar, sub, unary, where, withNumber } from '../../emit/arithmetic.js';
import type { GraphBuilder } from '../../graph/builder.js';
import type { Value } from '../../graph/graph.js';
import type { ElementwiseNodes } from '../context.js';
import { log1p } from './exponential.js';
import { callElementwise } from './local-function.js';

const { eulerGamma, halfLog2Pi, stirling: stirlingCoefficients, stirlingFrom, zetaLessOne } = specialFunctionCoefficients;

/** The series of lgamma(2 + x) / x in x, highest power first. */
const seriesAtTwo = [...zetaLessOne.map((value, i) => ((i % 2 === 0 ? 1 : -1) * value) / (i + 2)).reverse(), 1 - eulerGamma];

/** lgamma(2 + x) for x from -1/2 to 1/2. */
const lgammaNearTwo = (b: GraphBuilder, x: Value): Value => mul(b, x, polynomial(b, seriesAtTwo, x));

/** Stirling's series in 1 / x^2, highest power first. */
const stirlingSeries = [...stirlingCoefficients].reverse();

const inverseSquare = (b: GraphBuilder, x: Value): Value => {
  const inverse = unary(b, 'Reciprocal', x);
  return mul(b, inverse, inverse);
};

/** (x - 1/2) (log x - 1) + ... in place of (x - 1/2) log x - x: the difference of two infinities is no number. */
function stirling(b: GraphBuilder, x: Value): Value {
  const leading = mul(b, withNumber(b, 'Sub', x, 0.5), withNumber(b, 'Sub', log(b, x), 1));
  const tail = div(b, polynomial(b, stirlingSeries, inverseSquare(b, x)), x);
  return add(b, withNumber(b, 'Add', leading, halfLog2Pi - 0.5), tail);
}

/** lgamma(x) = lgamma(x - k) + log((x - 1) ... (x - k)), with x - k from 1.5 to 2.5. */
function lgammaByRecurrence(b: GraphBuilder, x: Value): Value {
  let reduced = x;
  let product = scalar(b, 'float64', 1);
  for (let k = 1; k <= stirlingFrom - 2; k++) {
    const step = cast(b, greaterThan(b, reduced, 2.5), 'float64');
    reduced = sub(b, reduced, step);
    product = mul(b, product, where(b, greaterThan(b, step, 0), reduced, scalar(b, 'float64', 1)));
  }
  return add(b, lgammaNearTwo(b, clip(b, withNumber(b, 'Sub', reduced, 2), -0.5, 0.5)), log(b, product));
}

/** lgamma from 1/2 on. */
function lgammaPositive(b: GraphBuilder, x: Value): Value {
  const fromOne = withNumber(b, 'Sub', x, 1);
  const low = sub(b, lgammaNearTwo(b, clip(b, fromOne, -0.5, 0.5)), log1p(b, [fromOne]));
  const middle = where(b, lessThan(b, x, 1.5), low, lgammaByRecurrence(b, x));
  return where(b, lessThan(b, x, stirlingFrom), middle, stirling(b, x));
}

/** x less the nearest integer: exact, so that pi times it keeps its digits near a pole. */
const fromNearestInteger = (b: GraphBuilder, x: Value): Value => sub(b, x, unary(b, 'Round', x));

function lgamma(b: GraphBuilder, x: Value): Value {
  const number = (value: number): Value => scalar(b, 'float64', value);
  const isRight = predicate(b, 'GreaterOrEqual', [x, number(0.5)]);
  const isNearZero = greaterThan(b, x, -0.5);
  const argument = where(b, isRight, x, where(b, isNearZero, withNumber(b, 'Add', x, 1), sub(b, number(1), x)));
  const positive = lgammaPositive(b, argument);
  // Reflection: gamma(x) gamma(1 - x) = pi / sin(pi x).
  const sine = abs(b, unary(b, 'Sin', withNumber(b, 'Mul', fromNearestInteger(b, x), Math.PI)));
  const reflected = sub(b, log(b, div(b, number(Math.PI), sine)), positive);
  const left = where(b, isNearZero, sub(b, positive, log(b, abs(b, x))), reflected);
  return where(b, equalTo(b, x, -Infinity), number(Infinity), where(b, isRight, positive, left));
}

/** B(2k) / (2k), k = 8, ..., 1: the asymptotic series of digamma in 1 / x^2. */
const digammaSeries = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160].reverse();

/** digamma(x) = digamma(x + k) - 1 / x - ... - 1 / (x + k - 1), with x + k from 10 on. */
function digammaPositive(b: GraphBuilder, x: Value): Value {
  let shifted = x;
  let sum = scalar(b, 'float64', 0);
  for (let k = 0; k < stirlingFrom; k++) {
    const step = cast(b, lessThan(b, shifted, stirlingFrom), 'float64');
    sum = sub(b, sum, div(b, step, shifted));
    shifted = add(b, shifted, step);
  }
  const z = inverseSquare(b, shifted);
  const series = mul(b, polynomial(b, digammaSeries, z), z);
  const leading = sub(b, log(b, shifted), div(b, scalar(b, 'float64', 0.5), shifted));
  return sub(b, add(b, sum, leading), series);
}

/** NaN at 0 and the negative integers, as in JAX. */
function digamma(b: GraphBuilder, x: Value): Value {
  const number = (value: number): Value => scalar(b, 'float64', value);
  const isRight = greaterThan(b, x, 0);
  const positive = digammaPositive(b, where(b, isRight, x, sub(b, number(1), x)));
  const turn = fromNearestInteger(b, x);
  const angle = withNumber(b, 'Mul', turn, Math.PI);
  const cotangent = div(b, unary(b, 'Cos', angle), unary(b, 'Sin', angle));
  const reflected = sub(b, positive, withNumber(b, 'Mul', cotangent, Math.PI));
  return where(b, isRight, positive, where(b, equalTo(b, turn, 0), number(NaN), reflected));
}

const inFloat64 = (name: string, nodes: (b: GraphBuilder, x: Value) => Value): ElementwiseNodes => (b, [x]) =>
  cast(b, callElementwise(b, name, cast(b, x!, 'float64'), nodes), x!.dtype);

export const lgammaNodes: ElementwiseNodes = inFloat64('Lgamma', lgamma);
export const digammaNodes: ElementwiseNodes = inFloat64('Digamma', digamma);
