/** Operators that work element by element. */
import {
  abs, add, astype, type BinaryPrimitive, bind, broadcastArrays, clip, type ComparisonPrimitive, div, dtypeKind, elu, equal, erf, exp, gelu, greater, isBigInt, isFloating, isinf, leakyRelu, less, logicalAnd, logicalOr, logicalXor, maximum,
  minimum, mul, neg, notEqual, scalar, sigmoid, sign, softplus, sub, tanh, type Tensor, type UnaryPrimitive, where,
} from '@flaxon/tensor';
import type { NodeCall, OperatorRule } from '../node-call.js';

export type Binary = (x: Tensor, y: Tensor) => Tensor;

const one = (f: (x: Tensor, call: NodeCall) => Tensor): OperatorRule => (call) => [f(call.input(0), call)];
const two = (f: (x: Tensor, y: Tensor, call: NodeCall) => Tensor): OperatorRule => (call) => [f(call.input(0), call.input(1), call)];

const unary = (primitive: UnaryPrimitive): OperatorRule => one((x) => bind(primitive, [x], {})[0]!);
export const primitiveOf = (primitive: BinaryPrimitive | ComparisonPrimitive): Binary => (x, y) => bind(primitive, [x, y], {})[0]!;
const binary = (primitive: BinaryPrimitive | ComparisonPrimitive): OperatorRule => two(primitiveOf(primitive));
/** Any number of operands. */
const folded = (primitive: BinaryPrimitive): OperatorRule => (call) => [call.all().reduce(primitiveOf(primitive))];

/** `x` with a condition on it: numbers take the dtype of x. */
const select = (condition: Tensor, onTrue: Tensor | number, onFalse: Tensor | number, like: Tensor): Tensor => {
  const wide = (value: Tensor | number): Tensor => (typeof value === 'number' ? scalar(value, like.dtype) : value);
  return where(condition, wide(onTrue), wide(onFalse));
};

/** ONNX's `Mod`: the sign of the divisor, or with `fmod` that of the dividend. */
function modulo(x: Tensor, y: Tensor, call: NodeCall): Tensor {
  const rest = bind('rem', [x, y], {})[0]!;
  if (call.flag('fmod') || dtypeKind(x.dtype) === 'uint') return rest;
  const zero = scalar(isBigInt(x.dtype) ? 0n : 0, x.dtype);
  const differs = logicalAnd(notEqual(rest, zero), logicalXor(less(rest, zero), less(y, zero)));
  return where(differs, add(rest, y), rest);
}

/** The result has the dtype of the base; the exponent may have another one. */
function power(x: Tensor, y: Tensor): Tensor {
  if (x.dtype === y.dtype) return bind('pow', [x, y], {})[0]!;
  if (isFloating(x.dtype)) return bind('pow', [x, astype(y, x.dtype)], {})[0]!;
  return astype(bind('pow', [astype(x, 'float64'), astype(y, 'float64')], {})[0]!, x.dtype);
}

function clipped(call: NodeCall): Tensor {
  const [x, low, high] = [call.input(0), call.inputs[1], call.inputs[2]];
  const raised = low ? bind('max', [x, low], {})[0]! : x;
  return high ? bind('min', [raised, high], {})[0]! : raised;
}

function isInfinite(x: Tensor, call: NodeCall): Tensor {
  const positive = call.flag('detect_positive', true) ? greater(x, 0) : equal(x, NaN);
  const negative = call.flag('detect_negative', true) ? less(x, 0) : equal(x, NaN);
  return logicalAnd(isinf(x), logicalOr(positive, negative));
}

const selu = (x: Tensor, call: NodeCall): Tensor =>
  mul(elu(x, { alpha: call.float('alpha', 1.67326319217681884765625) }), call.float('gamma', 1.05070102214813232421875));

const mean = (tensors: readonly Tensor[]): Tensor => div(tensors.reduce(primitiveOf('add')), tensors.length);

/** alpha x + beta limited to [0, 1]. */
export const hardSigmoid = (x: Tensor, alpha: number, beta: number): Tensor => clip(add(mul(x, alpha), beta), { min: 0, max: 1 });

/** To the right the sign of a signed integer comes in. */
function bitShift(call: NodeCall): Tensor {
  const [x, count] = [call.input(0), call.input(1)];
  const right = dtypeKind(x.dtype) === 'int' ? 'shiftRightArithmetic' : 'shiftRightLogical';
  return bind(call.text('direction') === 'LEFT' ? 'shiftLeft' : right, [x, count], {})[0]!;
}

export const elementwiseOperators = {
  Abs: one(abs),
  Acos: unary('acos'),
  Acosh: unary('acosh'),
  Add: binary('add'),
  And: binary('and'),
  Asin: unary('asin'),
  Asinh: unary('asinh'),
  Atan: unary('atan'),
  Atanh: unary('atanh'),
  BitShift: (call) => [bitShift(call)],
  BitwiseAnd: binary('and'),
  BitwiseNot: unary('not'),
  BitwiseOr: binary('or'),
  BitwiseXor: binary('xor'),
  Ceil: unary('ceil'),
  Celu: one((x, call) => {
    const alpha = call.float('alpha', 1);
    return add(maximum(x, 0), minimum(mul(sub(exp(div(x, alpha)), 1), alpha), 0));
  }),
  Clip: (call) => [clipped(call)],
  Cos: unary('cos'),
  Cosh: unary('cosh'),
  Div: binary('div'),
  Elu: one((x, call) => elu(x, { alpha: call.float('alpha', 1) })),
  Equal: binary('equal'),
  Erf: one(erf),
  Exp: unary('exp'),
  Floor: unary('floor'),
  Gelu: one((x, call) => gelu(x, { approximate: call.text('approximate', 'none') === 'tanh' })),
  Greater: binary('greater'),
  GreaterOrEqual: binary('greaterEqual'),
  HardSigmoid: one((x, call) => hardSigmoid(x, call.float('alpha', 0.2), call.float('beta', 0.5))),
  HardSwish: one((x) => mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  IsInf: one(isInfinite),
  IsNaN: unary('isNan'),
  LeakyRelu: one((x, call) => leakyRelu(x, { negativeSlope: call.float('alpha', 0.01) })),
  Less: binary('less'),
  LessOrEqual: binary('lessEqual'),
  Log: unary('log'),
  Max: folded('max'),
  Mean: (call) => [mean(call.all())],
  Min: folded('min'),
  Mish: one((x) => mul(x, tanh(softplus(x)))),
  Mod: two(modulo),
  Mul: binary('mul'),
  Neg: one(neg),
  Not: unary('not'),
  Or: binary('or'),
  PRelu: two((x, slope) => where(less(...zeroOf(x)), bind('mul', [x, slope], {})[0]!, broadcastArrays(x, slope)[0]!)),
  Pow: two(power),
  Reciprocal: one((x) => bind('div', [scalar(1, x.dtype), x], {})[0]!),
  Relu: one((x) => bind('max', [x, scalar(isBigInt(x.dtype) ? 0n : 0, x.dtype)], {})[0]!),
  Round: unary('round'),
  Selu: one(selu),
  Shrink: one((x, call) => {
    const [bias, bound] = [call.float('bias', 0), call.float('lambd', 0.5)];
    const wide = isFloating(x.dtype) ? x : astype(x, 'float64');
    return astype(select(less(wide, -bound), add(wide, bias), select(greater(wide, bound), sub(wide, bias), 0, wide), wide), x.dtype);
  }),
  Sigmoid: one(sigmoid),
  Sign: one(sign),
  Sin: unary('sin'),
  Sinh: unary('sinh'),
  Softplus: one(softplus),
  Softsign: one((x) => div(x, add(abs(x), 1))),
  Sqrt: unary('sqrt'),
  Sub: binary('sub'),
  Sum: folded('add'),
  Swish: one((x, call) => mul(x, sigmoid(mul(x, call.float('alpha', 1))))),
  Tan: unary('tan'),
  Tanh: unary('tanh'),
  ThresholdedRelu: one((x, call) => select(greater(x, call.float('alpha', 1)), x, 0, x)),
  Where: (call) => [bind('where', call.all(), {})[0]!],
  Xor: binary('xor'),
} as const satisfies Readonly<Record<string, OperatorRule>>;

function zeroOf(x: Tensor): [Tensor, Tensor] {
  return [x, scalar(isBigInt(x.dtype) ? 0n : 0, x.dtype)];
}
