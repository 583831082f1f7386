/**
 * Integer division, remainder and power as XLA defines them: towards zero, all ones by zero; the remainder by zero is the
 * dividend. ONNX Runtime fails on a zero divisor, and the smallest integer by -1 stops the process, so divisors that are not
 * known to be harmless are replaced first.
 */
import { type Dtype, dtypeKind } from '@flaxon/tensor';
import { elementwise, equalTo, mul, neg, predicate, scalar, sub } from '../emit/arithmetic.js';
import type { GraphBuilder } from '../graph/builder.js';
import { constantData, type Value } from '../graph/graph.js';
import { throughCarrier } from './carrier.js';
import type { ElementwiseNodes } from './context.js';
import { choose } from './choose.js';

interface Divisor {
  /** Neither 0 nor -1. */
  readonly safe: Value;
  readonly isZero: Value | undefined;
  readonly isMinusOne: Value | undefined;
}

const one = (b: GraphBuilder, dtype: Dtype): Value => scalar(b, dtype, 1);

/** Case 1: a constant without 0 and -1 divides as it is. Case 2: others are replaced by 1 where they are 0 or -1. */
function guarded(b: GraphBuilder, divisor: Value): Divisor {
  const isSigned = dtypeKind(divisor.dtype) === 'int';
  const known = constantData(divisor);
  if (known && Array.from(known.data, Number).every((element) => element !== 0 && element !== -1)) {
    return { safe: divisor, isZero: undefined, isMinusOne: undefined };
  }
  const isZero = equalTo(b, divisor, 0);
  const isMinusOne = isSigned ? equalTo(b, divisor, -1) : undefined;
  const isBad = isMinusOne ? predicate(b, 'Or', [isZero, isMinusOne]) : isZero;
  return { safe: choose(b, isBad, one(b, divisor.dtype), divisor), isZero, isMinusOne };
}

/** All bits set: -1, or the largest unsigned number. */
const allOnes = (b: GraphBuilder, dtype: Dtype): Value => scalar(b, dtype, dtype === 'uint64' ? 2n ** 64n - 1n : -1);

/** ONNX's `Div` of integers rounds towards zero. */
const truncatingDivide = (b: GraphBuilder, x: Value, y: Value): Value => throughCarrier(b, 'Div', [x, y], (pair) => elementwise(b, 'Div', pair));

export function integerDivide(b: GraphBuilder, [x, y]: readonly Value[]): Value {
  const { safe, isZero, isMinusOne } = guarded(b, y!);
  const quotient = truncatingDivide(b, x!, safe);
  const signed = isMinusOne ? choose(b, isMinusOne, neg(b, x!), quotient) : quotient;
  return isZero ? choose(b, isZero, allOnes(b, x!.dtype), signed) : signed;
}

/** x - y trunc(x / y); by -1 it is 0. */
export const integerRemainder: ElementwiseNodes = (b, [x, y]) => {
  const { safe, isZero, isMinusOne } = guarded(b, y!);
  const remainder = sub(b, x!, mul(b, truncatingDivide(b, x!, safe), safe));
  const signed = isMinusOne ? choose(b, isMinusOne, scalar(b, x!.dtype, 0), remainder) : remainder;
  return isZero ? choose(b, isZero, x!, signed) : signed;
};

/** By squaring over the six low bits of the exponent, and zero for a zero base with any other exponent: as JAX has it. */
export const integerPower: ElementwiseNodes = (b, [base, exponent]) => {
  const { dtype } = base!;
  const number = (value: number): Value => scalar(b, dtype, value);
  let result = number(1);
  let square = base!;
  for (let bit = 0; bit < 6; bit++) {
    const isSet = equalTo(b, elementwise(b, 'BitwiseAnd', [exponent!, number(2 ** bit)]), 2 ** bit);
    result = choose(b, isSet, mul(b, result, square), result);
    if (bit < 5) square = mul(b, square, square);
  }
  const isZeroBase = predicate(b, 'And', [equalTo(b, base!, 0), predicate(b, 'Not', [equalTo(b, exponent!, 0)])]);
  return choose(b, isZeroBase, number(0), result);
};
