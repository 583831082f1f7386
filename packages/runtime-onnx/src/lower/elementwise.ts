/** Elementwise primitives that are one operator, or a few, in every dtype. */
import { dtypeKind, isInteger, type Primitive } from '@flaxon/tensor';
import { abs, cast, elementwise, greaterThan, isNan, lessThan, max, min, mul, predicate, scalar, sub, unary } from '../emit/arithmetic.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { assumedElements, cheaper } from '../cost/cost-table.js';
import { throughCarrier } from './carrier.js';
import { type ElementwiseNodes, elementwiseLowering, type Lowering, type LoweringTable } from './context.js';
import type { KernelName } from './kernel-support.js';
import { choose } from './choose.js';
import { convertValue } from './convert.js';
import { integerDivide, integerPower, integerRemainder } from './integer.js';
import { atan2, inverseTrigonometric } from './transcendental/inverse-trigonometric.js';
import { areaHyperbolic, hyperbolic, tangent } from './transcendental/hyperbolic.js';
import { erfNodes } from './transcendental/erf.js';
import { erfInvNodes } from './transcendental/erf-inv.js';
import { digammaNodes, lgammaNodes } from './transcendental/gamma.js';
import { expm1, log1p, sigmoid } from './transcendental/exponential.js';
import { shiftLeft, shiftRightArithmetic, shiftRightLogical } from './shifts.js';

/** One operator of one operand. */
const operator = (op: KernelName): ElementwiseNodes => (b, [x]) => throughCarrier(b, op, [x!], ([y]) => unary(b, op, y!));

/** One operator of two operands. */
const binary = (op: KernelName): ElementwiseNodes => (b, operands) => throughCarrier(b, op, operands, (pair) => elementwise(b, op, pair));

const comparison = (op: KernelName): ElementwiseNodes => (b, operands) => throughCarrier(b, op, operands, (pair) => predicate(b, op, pair));

/** By the kind of dtype. */
const byKind = (nodes: { readonly bool: ElementwiseNodes; readonly number: ElementwiseNodes }): ElementwiseNodes => (b, operands) =>
  operands[0]!.dtype === 'bool' ? nodes.bool(b, operands) : nodes.number(b, operands);

const forIntegers = (onIntegers: ElementwiseNodes, onFloats: ElementwiseNodes): ElementwiseNodes => (b, operands) =>
  isInteger(operands[0]!.dtype) ? onIntegers(b, operands) : onFloats(b, operands);

const identityOnUnsigned = (nodes: ElementwiseNodes): ElementwiseNodes => (b, operands) =>
  dtypeKind(operands[0]!.dtype) === 'uint' ? operands[0]! : nodes(b, operands);

const negative: ElementwiseNodes = (b, [x]) =>
  dtypeKind(x!.dtype) === 'uint' ? sub(b, scalar(b, x!.dtype, 0), x!) : unary(b, 'Neg', x!);

const extreme = (op: 'Max' | 'Min', onBool: KernelName): ElementwiseNodes => {
  const nodes = op === 'Max' ? max : min;
  return byKind({
    bool: binary(onBool),
    number: (b, operands) => {
      const [x, y] = operands as readonly [Value, Value];
      return x.dtype === 'int64' ? nodes(b, x, y) : throughCarrier(b, op, operands, ([one, other]) => nodes(b, one!, other!));
    },
  });
};

/** Of int64 by comparisons, as `max` and `min` are. */
const sign: ElementwiseNodes = (b, operands) => {
  const [x] = operands as readonly [Value];
  if (x.dtype !== 'int64') return operator('Sign')(b, operands);
  return sub(b, cast(b, greaterThan(b, x, 0), 'int64'), cast(b, lessThan(b, x, 0), 'int64'));
};

const logical = (onBool: KernelName, onIntegers: KernelName): ElementwiseNodes => byKind({ bool: binary(onBool), number: binary(onIntegers) });

const notNodes: ElementwiseNodes = byKind({ bool: (b, [x]) => unary(b, 'Not', x!), number: (b, [x]) => unary(b, 'BitwiseNot', x!) });

const notEqual: ElementwiseNodes = (b, operands) => unary(b, 'Not', comparison('Equal')(b, operands));

/** The remainder with the sign of the dividend. */
const remainder: ElementwiseNodes = forIntegers(integerRemainder, (b, operands) => elementwise(b, 'Mod', operands, { fmod: { kind: 'int', value: 1 } }));

/** x to a whole power in the order of the eager kernel: by squaring. */
export function integerPowNodes(b: GraphBuilder, x: Value, exponent: number): Value {
  const one = scalar(b, x.dtype, 1);
  let result: Value | undefined;
  let square = x;
  for (let bits = Math.abs(exponent); bits > 0; bits = Math.floor(bits / 2)) {
    if (bits % 2 === 1) result = result === undefined ? square : mul(b, result, square);
    if (bits > 1) square = mul(b, square, square);
  }
  if (result === undefined) return one;
  if (exponent > 0) return result;
  return isInteger(x.dtype) ? integerDivide(b, [one, result]) : unary(b, 'Reciprocal', result);
}

/** By products, or by `Pow`, which takes twenty times the time of one of them for each element, but is one node. */
function floatPowNodes(b: GraphBuilder, x: Value, exponent: number): Value {
  const bits = Math.abs(exponent).toString(2);
  const products = Array.from({ length: Math.max(0, bits.length - 2 + bits.replaceAll('0', '').length) }, () => 'Mul');
  const work = { dtype: x.dtype, elements: assumedElements(x.shape) };
  const choice = cheaper(b.device, work, [{ name: 'products', operators: exponent < 0 ? [...products, 'Reciprocal'] : products }, { name: 'operator', operators: ['Pow'] }]);
  return choice.name === 'operator' ? elementwise(b, 'Pow', [x, scalar(b, x.dtype, exponent)]) : integerPowNodes(b, x, exponent);
}

const integerPow: Lowering<'integerPow'> = ({ builder }, { params, outputs }, [x]) => {
  const nodes = isInteger(x!.value.dtype) ? integerPowNodes : floatPowNodes;
  return [{ value: nodes(builder, x!.value, params.exponent), shape: outputs[0]!.shape }];
};

const convert: Lowering<'convert'> = ({ builder }, { params, outputs }, [x]) => [
  { value: convertValue(builder, x!.value, params.dtype), shape: outputs[0]!.shape },
];

const simple = {
  neg: negative,
  abs: identityOnUnsigned((b, [x]) => abs(b, x!)),
  sign,
  exp: operator('Exp'),
  expm1,
  log: operator('Log'),
  log1p,
  sqrt: operator('Sqrt'),
  sin: operator('Sin'),
  cos: operator('Cos'),
  tan: tangent,
  asin: inverseTrigonometric.asin,
  acos: inverseTrigonometric.acos,
  atan: inverseTrigonometric.atan,
  sinh: hyperbolic.sinh,
  cosh: hyperbolic.cosh,
  tanh: operator('Tanh'),
  asinh: areaHyperbolic.asinh,
  acosh: areaHyperbolic.acosh,
  atanh: areaHyperbolic.atanh,
  sigmoid,
  erf: erfNodes,
  erfInv: erfInvNodes,
  lgamma: lgammaNodes,
  digamma: digammaNodes,
  floor: operator('Floor'),
  ceil: operator('Ceil'),
  round: operator('Round'),
  not: notNodes,
  isNan: (b, [x]) => throughCarrier(b, 'IsNaN', [x!], ([y]) => isNan(b, y!)),
  add: binary('Add'),
  sub: binary('Sub'),
  mul: binary('Mul'),
  div: forIntegers(integerDivide, binary('Div')),
  rem: remainder,
  pow: forIntegers(integerPower, binary('Pow')),
  max: extreme('Max', 'Or'),
  min: extreme('Min', 'And'),
  atan2,
  and: logical('And', 'BitwiseAnd'),
  or: logical('Or', 'BitwiseOr'),
  xor: logical('Xor', 'BitwiseXor'),
  shiftLeft,
  shiftRightLogical,
  shiftRightArithmetic,
  equal: comparison('Equal'),
  notEqual,
  less: comparison('Less'),
  lessEqual: comparison('LessOrEqual'),
  greater: comparison('Greater'),
  greaterEqual: comparison('GreaterOrEqual'),
  where: (b, [condition, onTrue, onFalse]) => choose(b, condition!, onTrue!, onFalse!),
} as const satisfies Partial<Record<Primitive, ElementwiseNodes>>;

type Simple = keyof typeof simple;

const simpleLowerings = Object.fromEntries(Object.entries(simple).map(([name, nodes]) => [name, elementwiseLowering(nodes)])) as LoweringTable<Simple>;

export const elementwiseLowerings: LoweringTable<Simple | 'integerPow' | 'convert' | 'stopGradient'> = {
  ...simpleLowerings,
  integerPow,
  convert,
  stopGradient: (_, __, [x]) => [x!],
};
