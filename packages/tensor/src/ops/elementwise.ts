import { isFloating, isHalf, type Dtype } from '../dtype/dtype.js';
import { toFloating } from '../dtype/promotion.js';
import { ArgumentError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import type { BinaryPrimitive, ComparisonPrimitive, UnaryPrimitive } from '../primitives/params.js';
import { requireDtypeName, type TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { convert, promote, promotedDtype, promoteFloating, toTensor } from './operand.js';

type Unary = (x: TensorLike) => Tensor;
type Binary = (x: TensorLike, y: TensorLike) => Tensor;

const none = {};

/** On floats and integers alike; bools are refused, as JAX does. */
const real = (primitive: UnaryPrimitive): Unary => (x) => bindOne(primitive, [toTensor(primitive, x)], none);

/** On floats; integers become float32. */
const floating = (primitive: UnaryPrimitive): Unary => (x) => bindOne(primitive, promoteFloating(primitive, [x]), none);

/** On floats; integers are returned as they are. */
const rounding = (primitive: 'floor' | 'ceil' | 'round'): Unary => (x) => {
  const operand = toTensor(primitive, x);
  return isFloating(operand.dtype) ? bindOne(primitive, [operand], none) : operand;
};

const binary = (primitive: BinaryPrimitive): Binary => (x, y) => bindOne(primitive, promote(primitive, [x, y]), none);
const comparison = (primitive: ComparisonPrimitive): Binary => (x, y) => bindOne(primitive, promote(primitive, [x, y]), none);

/** Arithmetic of bools is logical (jnp.add is or, jnp.multiply is and). */
const arithmetic = (primitive: 'add' | 'mul', onBool: 'or' | 'and'): Binary => (x, y) => {
  const operands = promote(primitive, [x, y]);
  return bindOne(operands[0]!.dtype === 'bool' ? onBool : primitive, operands, none);
};

export const neg: Unary = real('neg');
export const abs: Unary = (x) => {
  const operand = toTensor('abs', x);
  return operand.dtype === 'bool' ? operand : bindOne('abs', [operand], none);
};
export const sign: Unary = real('sign');
export const exp: Unary = floating('exp');
export const expm1: Unary = floating('expm1');
export const log: Unary = floating('log');
export const log1p: Unary = floating('log1p');
export const sqrt: Unary = floating('sqrt');
export const sin: Unary = floating('sin');
export const cos: Unary = floating('cos');
export const tan: Unary = floating('tan');
export const asin: Unary = floating('asin');
export const acos: Unary = floating('acos');
export const atan: Unary = floating('atan');
export const sinh: Unary = floating('sinh');
export const cosh: Unary = floating('cosh');
export const tanh: Unary = floating('tanh');
export const asinh: Unary = floating('asinh');
export const acosh: Unary = floating('acosh');
export const atanh: Unary = floating('atanh');
/** 1 / (1 + exp(-x)) (jax.nn.sigmoid, jax.scipy.special.expit). */
export const sigmoid: Unary = floating('sigmoid');
export const erf: Unary = floating('erf');
export const erfInv: Unary = floating('erfInv');
export const lgamma: Unary = floating('lgamma');
export const digamma: Unary = floating('digamma');
export const floor: Unary = rounding('floor');
export const ceil: Unary = rounding('ceil');

export interface RoundOptions {
  readonly decimals?: number;
}

/**
 * To the nearest multiple of 10^-decimals, halves to even (jnp.round); half floats by way of float32.
 * @throws ArgumentError for integers with negative decimals, which JAX does not have either.
 */
export function round(x: TensorLike, { decimals = 0 }: RoundOptions = {}): Tensor {
  if (!Number.isInteger(decimals)) throw new ArgumentError('round', 'decimals', `must be a whole number, found ${decimals}`);
  if (decimals === 0) return rounding('round')(x);
  const operand = toTensor('round', x);
  if (!isFloating(operand.dtype)) {
    if (decimals > 0) return operand;
    throw new ArgumentError('round', 'decimals', `must not be negative for ${operand.dtype}, found ${decimals}; round \`astype(x, 'float32')\``);
  }
  const wide = isHalf(operand.dtype) ? convert(operand, 'float32') : operand;
  const factor = 10 ** decimals;
  return convert(div(bindOne('round', [mul(wide, factor)], none), factor), operand.dtype);
}

/** Towards zero. */
export const trunc: Unary = (x) => {
  const operand = toTensor('trunc', x);
  if (!isFloating(operand.dtype)) return operand;
  return where(less(operand, 0), bindOne('ceil', [operand], none), bindOne('floor', [operand], none));
};

export const add: Binary = arithmetic('add', 'or');
export const mul: Binary = arithmetic('mul', 'and');
export const sub: Binary = binary('sub');
export const maximum: Binary = binary('max');
export const minimum: Binary = binary('min');
export const atan2: Binary = (x, y) => bindOne('atan2', promoteFloating('atan2', [x, y]), none);
/** True division: integers become float32 (jnp.true_divide). */
export const div: Binary = (x, y) => bindOne('div', promoteFloating('div', [x, y]), none);
/** The remainder with the sign of the dividend (lax.rem). */
export const rem: Binary = binary('rem');

/** x to the power y. A whole number as exponent multiplies exactly (jnp.power, lax.integer_pow). */
export function pow(x: TensorLike, y: TensorLike): Tensor {
  const promoted = promotedDtype('pow', [x, y]);
  const dtype = promoted === 'bool' ? 'int32' : promoted;
  const exponent = typeof y === 'bigint' ? Number(y) : y;
  if (typeof exponent === 'number' && Number.isInteger(exponent)) return wholePower('pow', convert(x, dtype), exponent);
  return bindOne('pow', [convert(x, dtype), convert(y, dtype)], none);
}

/** x to a whole power by multiplication (lax.integer_pow). @throws ArgumentError: a negative power of integers */
export const integerPow = (x: TensorLike, exponent: number): Tensor => wholePower('integerPow', toTensor('integerPow', x), exponent);

function wholePower(operation: string, operand: Tensor, exponent: number): Tensor {
  if (exponent < 0 && !isFloating(operand.dtype)) throw new ArgumentError(operation, 'exponent', `must not be negative for ${operand.dtype}, found ${exponent}; convert the operand to a floating dtype first`);
  return exponent === 1 ? operand : bindOne('integerPow', [operand], { exponent });
}

export const square: Unary = (x) => {
  const given = toTensor('square', x);
  const operand = given.dtype === 'bool' ? convert(given, 'int32') : given;
  return mul(operand, operand);
};
export const reciprocal: Unary = (x) => div(1, x);

export const equal: Binary = comparison('equal');
export const notEqual: Binary = comparison('notEqual');
export const less: Binary = comparison('less');
export const lessEqual: Binary = comparison('lessEqual');
export const greater: Binary = comparison('greater');
export const greaterEqual: Binary = comparison('greaterEqual');

const toBool = (operation: string, x: TensorLike): Tensor => convert(toTensor(operation, x), 'bool');
export const logicalNot: Unary = (x) => bindOne('not', [toBool('logicalNot', x)], none);
export const logicalAnd: Binary = (x, y) => bindOne('and', [toBool('logicalAnd', x), toBool('logicalAnd', y)], none);
export const logicalOr: Binary = (x, y) => bindOne('or', [toBool('logicalOr', x), toBool('logicalOr', y)], none);
export const logicalXor: Binary = (x, y) => bindOne('xor', [toBool('logicalXor', x), toBool('logicalXor', y)], none);

export const bitwiseNot: Unary = (x) => bindOne('not', [toTensor('bitwiseNot', x)], none);
export const bitwiseAnd: Binary = binary('and');
export const bitwiseOr: Binary = binary('or');
export const bitwiseXor: Binary = binary('xor');
export const leftShift: Binary = binary('shiftLeft');
/** Keeps the sign of signed integers (jnp.right_shift). */
export const rightShift: Binary = (x, y) => {
  const operands = promote('rightShift', [x, y]);
  return bindOne(operands[0]!.dtype.startsWith('u') ? 'shiftRightLogical' : 'shiftRightArithmetic', operands, none);
};
export const rightShiftLogical: Binary = binary('shiftRightLogical');

export const isnan: Unary = (x) => {
  const operand = toTensor('isnan', x);
  return isFloating(operand.dtype) ? bindOne('isNan', [operand], none) : notEqual(operand, operand);
};
export const isinf: Unary = (x) => equal(abs(x), convert(Infinity, toFloating(promotedDtype('isinf', [x]))));
export const isfinite: Unary = (x) => less(abs(x), convert(Infinity, toFloating(promotedDtype('isfinite', [x]))));

/** Elements of x where the condition holds, else of y (jnp.where). */
export function where(condition: TensorLike, x: TensorLike, y: TensorLike): Tensor {
  return bindOne('where', [toBool('where', condition), ...promote('where', [x, y])], none);
}

export interface ClipOptions {
  readonly min?: TensorLike;
  readonly max?: TensorLike;
}

/** Limited to [min, max]; either bound may be left out (jnp.clip). */
export function clip(x: TensorLike, { min, max }: ClipOptions = {}): Tensor {
  const raised = min === undefined ? toTensor('clip', x) : maximum(x, min);
  return max === undefined ? raised : minimum(raised, max);
}

/** To another dtype (x.astype). */
export function astype(x: TensorLike, dtype: Dtype): Tensor {
  requireDtypeName('astype', dtype);
  return convert(toTensor('astype', x), dtype);
}

