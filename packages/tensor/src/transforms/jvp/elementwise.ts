import { isFloating } from '../../dtype/dtype.js';
import { add, cos, cosh, digamma, div, equal, exp, greater, greaterEqual, integerPow, less, log, mul, neg, pow, sigmoid, sin, sinh, square, sub, trunc, where } from '../../ops/elementwise.js';
import { convert } from '../../ops/operand.js';
import { rsqrt } from '../../ops/rsqrt.js';
import { polygamma } from '../../ops/special/zeta.js';
import type { BinaryPrimitive, ComparisonPrimitive, None, UnaryPrimitive } from '../../primitives/params.js';
import { bind, bindOne } from '../../program/bind.js';
import type { Tensor } from '../../tensor/tensor.js';
import { addTangents, constantRule, linearInFirst, spread, type JvpRule, type JvpRuleOf, type Tangent } from './rule.js';

/** t f'(x), where f gave y. */
type Derivative = (t: Tensor, x: Tensor, y: Tensor) => Tensor;

const unary = (primitive: UnaryPrimitive, derivative: Derivative): JvpRuleOf<None> => ([x], [t], params) => {
  const y = bindOne(primitive, [x!], params);
  return { outputs: [y], tangents: [t ? derivative(t, x!, y) : null] };
};

/** The tangents that come from each operand of x and y, where the result is z. */
interface Partials {
  readonly x: (t: Tensor, x: Tensor, y: Tensor, z: Tensor) => Tensor;
  readonly y: (t: Tensor, x: Tensor, y: Tensor, z: Tensor) => Tensor | null;
}

const binary = (primitive: BinaryPrimitive, partials: Partials): JvpRuleOf<None> => ([x, y], [tx, ty], params) => {
  const z = bindOne(primitive, [x!, y!], params);
  const fit = (tangent: Tangent): Tangent => tangent && spread(tangent, z.shape);
  const fromX = tx && partials.x(tx!, x!, y!, z);
  const fromY = ty && partials.y(ty!, x!, y!, z);
  return { outputs: [z], tangents: [fit(addTangents(fromX ?? null, fromY ?? null))] };
};

/** 1 where x is chosen, 0 where y is, 1/2 where they tie. */
const chosen = (x: Tensor, y: Tensor, wins: (a: Tensor, b: Tensor) => Tensor): Tensor =>
  where(wins(x, y), convert(1, x.dtype), where(equal(x, y), convert(0.5, x.dtype), convert(0, x.dtype)));

/** y x^(y - 1), also where that is not finite, as JAX has it. */
const powByBase = (t: Tensor, x: Tensor, y: Tensor): Tensor => mul(t, mul(y, pow(x, sub(y, 1))));

/** log(x) x^y, where log(0) counts as 0. */
const powByExponent = (t: Tensor, x: Tensor, _: Tensor, z: Tensor): Tensor => mul(t, mul(log(where(equal(x, 0), 1, x)), z));

type Elementwise = UnaryPrimitive | BinaryPrimitive | ComparisonPrimitive | 'integerPow' | 'where' | 'convert' | 'stopGradient' | 'checkpointName' | 'optimizationBarrier' | 'threefry2x32';

export const elementwiseJvpRules: { readonly [P in Elementwise]: JvpRule<P> } = {
  neg: linearInFirst('neg'),
  // abs'(0) = 1, as JAX has it.
  abs: unary('abs', (t, x) => where(greaterEqual(x, 0), t, neg(t))),
  sign: constantRule('sign'),
  exp: unary('exp', (t, _, y) => mul(t, y)),
  expm1: unary('expm1', (t, _, y) => mul(t, add(y, 1))),
  log: unary('log', (t, x) => div(t, x)),
  log1p: unary('log1p', (t, x) => div(t, add(x, 1))),
  sqrt: unary('sqrt', (t, _, y) => div(t, mul(y, 2))),
  sin: unary('sin', (t, x) => mul(t, cos(x))),
  cos: unary('cos', (t, x) => neg(mul(t, sin(x)))),
  tan: unary('tan', (t, _, y) => mul(t, add(square(y), 1))),
  asin: unary('asin', (t, x) => mul(t, rsqrt(mul(sub(1, x), add(x, 1))))),
  acos: unary('acos', (t, x) => neg(mul(t, rsqrt(mul(sub(1, x), add(x, 1)))))),
  atan: unary('atan', (t, x) => div(t, add(square(x), 1))),
  sinh: unary('sinh', (t, x) => mul(t, cosh(x))),
  cosh: unary('cosh', (t, x) => mul(t, sinh(x))),
  tanh: unary('tanh', (t, _, y) => mul(t, mul(add(y, 1), sub(1, y)))),
  asinh: unary('asinh', (t, x) => mul(t, rsqrt(add(square(x), 1)))),
  acosh: unary('acosh', (t, x) => mul(t, rsqrt(mul(sub(x, 1), add(x, 1))))),
  atanh: unary('atanh', (t, x) => div(t, mul(sub(1, x), add(x, 1)))),
  sigmoid: unary('sigmoid', (t, x, y) => mul(t, mul(y, sigmoid(neg(x))))),
  erf: unary('erf', (t, x) => mul(t, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))),
  erfInv: unary('erfInv', (t, _, y) => mul(t, mul(exp(square(y)), Math.sqrt(Math.PI) / 2))),
  lgamma: unary('lgamma', (t, x) => mul(t, digamma(x))),
  digamma: unary('digamma', (t, x) => mul(t, polygamma(1, x))),
  floor: constantRule('floor'),
  ceil: constantRule('ceil'),
  round: constantRule('round'),
  not: constantRule('not'),
  isNan: constantRule('isNan'),
  add: binary('add', { x: (t) => t, y: (t) => t }),
  sub: binary('sub', { x: (t) => t, y: (t) => neg(t) }),
  mul: binary('mul', { x: (t, _, y) => mul(t, y), y: (t, x) => mul(x, t) }),
  div: binary('div', { x: (t, _, y) => div(t, y), y: (t, _, y, z) => neg(div(mul(t, z), y)) }),
  rem: binary('rem', { x: (t) => t, y: (t, x, y) => neg(mul(t, trunc(div(x, y)))) }),
  pow: binary('pow', { x: powByBase, y: powByExponent }),
  max: binary('max', { x: (t, x, y) => mul(t, chosen(x, y, greater)), y: (t, x, y) => mul(t, chosen(y, x, greater)) }),
  min: binary('min', { x: (t, x, y) => mul(t, chosen(x, y, less)), y: (t, x, y) => mul(t, chosen(y, x, less)) }),
  atan2: binary('atan2', {
    x: (t, x, y) => mul(t, div(y, add(square(x), square(y)))),
    y: (t, x, y) => neg(mul(t, div(x, add(square(x), square(y))))),
  }),
  and: constantRule('and'),
  or: constantRule('or'),
  xor: constantRule('xor'),
  shiftLeft: constantRule('shiftLeft'),
  shiftRightLogical: constantRule('shiftRightLogical'),
  shiftRightArithmetic: constantRule('shiftRightArithmetic'),
  equal: constantRule('equal'),
  notEqual: constantRule('notEqual'),
  less: constantRule('less'),
  lessEqual: constantRule('lessEqual'),
  greater: constantRule('greater'),
  greaterEqual: constantRule('greaterEqual'),
  integerPow: ([x], [t], params) => {
    const { exponent } = params;
    const slope = exponent === 0 ? null : exponent === 2 ? mul(x!, 2) : mul(integerPow(x!, exponent - 1), exponent);
    return { outputs: [bindOne('integerPow', [x!], params)], tangents: [t && slope ? mul(t, slope) : null] };
  },
  where: ([condition, x, y], [, tx, ty], params) => {
    const outputs = [bindOne('where', [condition!, x!, y!], params)];
    const zero = convert(0, x!.dtype);
    if (!tx && !ty) return { outputs, tangents: [null] };
    return { outputs, tangents: [spread(bindOne('where', [condition!, tx ?? zero, ty ?? zero], params), outputs[0]!.shape)] };
  },
  convert: ([x], [t], params) => ({
    outputs: [bindOne('convert', [x!], params)],
    tangents: [t && isFloating(params.dtype) ? convert(t, params.dtype) : null],
  }),
  stopGradient: constantRule('stopGradient'),
  // The tangent is another value, which has no name.
  checkpointName: (primals, tangents, params) => ({ outputs: bind('checkpointName', primals, params), tangents }),
  optimizationBarrier: (primals, tangents) => {
    const moved = bind('optimizationBarrier', tangents.filter((tangent) => tangent !== null), {});
    return { outputs: bind('optimizationBarrier', primals, {}), tangents: tangents.map((tangent) => (tangent ? moved.shift()! : null)) };
  },
  threefry2x32: constantRule('threefry2x32'),
};
