import { isFloating, isInteger, type Dtype } from '../../dtype/dtype.js';
import type { Spec } from '../../shape/shape.js';
import type { BinaryPrimitive, ComparisonPrimitive, None, UnaryPrimitive } from '../params.js';
import { requireBroadcast, requireDtype, requireSameDtype, type RuleOf, type ShapeRule } from './rule.js';

type Elementwise = UnaryPrimitive | BinaryPrimitive | ComparisonPrimitive | 'integerPow' | 'where' | 'convert' | 'stopGradient' | 'checkpointName' | 'optimizationBarrier' | 'threefry2x32';

const number = (dtype: Dtype): boolean => dtype !== 'bool';
const bits = (dtype: Dtype): boolean => !isFloating(dtype);

function unary(operation: string, allowed: (dtype: Dtype) => boolean, expected: string): RuleOf<None> {
  return ([x]) => {
    requireDtype(operation, x!, allowed, expected);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  };
}

function binary(operation: string, allowed: (dtype: Dtype) => boolean, expected: string): RuleOf<None> {
  return (inputs) => {
    const dtype = requireSameDtype(operation, inputs);
    requireDtype(operation, inputs[0]!, allowed, expected);
    return [{ shape: requireBroadcast(operation, inputs), dtype }];
  };
}

const comparison = (operation: string): RuleOf<None> => (inputs) => {
  requireSameDtype(operation, inputs);
  return [{ shape: requireBroadcast(operation, inputs), dtype: 'bool' }];
};

const float = (operation: string): RuleOf<None> => unary(operation, isFloating, 'a floating dtype');
const real = (operation: string): RuleOf<None> => unary(operation, number, 'a number dtype');
const any = (): boolean => true;

export const elementwiseShapeRules: { readonly [P in Elementwise]: ShapeRule<P> } = {
  neg: real('neg'),
  abs: real('abs'),
  sign: real('sign'),
  exp: float('exp'),
  expm1: float('expm1'),
  log: float('log'),
  log1p: float('log1p'),
  sqrt: float('sqrt'),
  sin: float('sin'),
  cos: float('cos'),
  tan: float('tan'),
  asin: float('asin'),
  acos: float('acos'),
  atan: float('atan'),
  sinh: float('sinh'),
  cosh: float('cosh'),
  tanh: float('tanh'),
  asinh: float('asinh'),
  acosh: float('acosh'),
  atanh: float('atanh'),
  sigmoid: float('sigmoid'),
  erf: float('erf'),
  erfInv: float('erfInv'),
  lgamma: float('lgamma'),
  digamma: float('digamma'),
  floor: float('floor'),
  ceil: float('ceil'),
  round: float('round'),
  not: unary('not', bits, 'bool or an integer dtype'),
  isNan: ([x]) => {
    requireDtype('isNan', x!, isFloating, 'a floating dtype');
    return [{ shape: x!.shape, dtype: 'bool' }];
  },
  add: binary('add', number, 'a number dtype'),
  sub: binary('sub', number, 'a number dtype'),
  mul: binary('mul', number, 'a number dtype'),
  div: binary('div', number, 'a number dtype'),
  rem: binary('rem', number, 'a number dtype'),
  pow: binary('pow', number, 'a number dtype'),
  max: binary('max', any, 'any dtype'),
  min: binary('min', any, 'any dtype'),
  atan2: binary('atan2', isFloating, 'a floating dtype'),
  and: binary('and', bits, 'bool or an integer dtype'),
  or: binary('or', bits, 'bool or an integer dtype'),
  xor: binary('xor', bits, 'bool or an integer dtype'),
  shiftLeft: binary('shiftLeft', isInteger, 'an integer dtype'),
  shiftRightLogical: binary('shiftRightLogical', isInteger, 'an integer dtype'),
  shiftRightArithmetic: binary('shiftRightArithmetic', isInteger, 'an integer dtype'),
  equal: comparison('equal'),
  notEqual: comparison('notEqual'),
  less: comparison('less'),
  lessEqual: comparison('lessEqual'),
  greater: comparison('greater'),
  greaterEqual: comparison('greaterEqual'),
  integerPow: real('integerPow'),
  where: (inputs) => {
    requireDtype('where', inputs[0]!, (dtype) => dtype === 'bool', 'a bool condition');
    const dtype = requireSameDtype('where', inputs.slice(1));
    return [{ shape: requireBroadcast('where', inputs), dtype }];
  },
  convert: ([x], { dtype }) => [{ shape: x!.shape, dtype }],
  stopGradient: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  checkpointName: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  optimizationBarrier: (inputs) => inputs.map(({ shape, dtype }) => ({ shape, dtype })),
  threefry2x32: (inputs) => {
    for (const input of inputs) requireDtype('threefry2x32', input, (dtype) => dtype === 'uint32', 'uint32 keys and counters');
    const word: Spec = { shape: requireBroadcast('threefry2x32', inputs), dtype: 'uint32' };
    return [word, word];
  },
};
