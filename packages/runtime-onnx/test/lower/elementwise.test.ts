import { add, astype, atan2, bind, bitwiseAnd, bitwiseNot, bitwiseOr, bitwiseXor, div, type Dtype, equal, floorDivide, greater, greaterEqual, leftShift, less, lessEqual, logicalAnd, logicalNot, logicalOr, logicalXor, maximum, minimum, mul, notEqual, rem, rightShift, rightShiftLogical, sub, type Tensor, tensor, type UnaryPrimitive, where } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import { expectAgreement } from '../agreement.js';
import { floatPoints, hostile, integerDtypes, integerPoints, pairs } from '../values.js';

const unaries = [
  'neg', 'abs', 'sign', 'exp', 'expm1', 'log', 'log1p', 'sqrt', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh',
  'atanh', 'sigmoid', 'erf', 'erfInv', 'lgamma', 'digamma', 'floor', 'ceil', 'round', 'isNan',
] as const satisfies readonly UnaryPrimitive[];

const apply = (primitive: UnaryPrimitive) => (x: Tensor): Tensor => bind(primitive, [x], {})[0]!;
const divide = (x: Tensor, y: Tensor): Tensor => bind('div', [x, y], {})[0]!;
const power = (x: Tensor, y: Tensor): Tensor => bind('pow', [x, y], {})[0]!;
const toPower = (exponent: number) => (x: Tensor): Tensor => bind('integerPow', [x], { exponent })[0]!;

describe.each(['float32', 'float64'] as const)('functions of one %s number', (dtype) => {
  it.each(unaries)('%s agrees at hostile points', (primitive) => expectAgreement(apply(primitive), [hostile(dtype)]));
  it.each([-3, -1, 0, 1, 2, 5, 12])('a power of %i agrees at hostile points', (exponent) => expectAgreement(toPower(exponent), [hostile(dtype)]));
});

describe.each(['float16', 'bfloat16'] as const)('functions of %s numbers', (dtype) => {
  it.each(['exp', 'tanh', 'erf', 'neg', 'sqrt', 'isNan'] as const)('%s computes in float32 and rounds', (primitive) => expectAgreement(apply(primitive), [hostile(dtype)]));
});

describe('accuracy near 0', () => {
  const tiny = tensor([1e-3, -1e-3, 1e-5, -1e-5, 1e-8, -1e-8, 1e-12, 1e-20].flatMap((x) => [x, x * 1.37]), { dtype: 'float32' });
  it.each(['expm1', 'log1p', 'sinh', 'asinh', 'atanh', 'tanh', 'erf', 'sin', 'tan'] as const)('%s keeps its relative accuracy', async (primitive) => {
    for (const dtype of ['float32', 'float64'] as const) {
      const x = astype(tiny, dtype);
      const compiled = compile(apply(primitive));
      const found = (await compiled(x)).data() as Float64Array;
      const expected = apply(primitive)(x).data() as Float64Array;
      await compiled.release();
      const worst = expected.reduce((most, y, i) => Math.max(most, Math.abs(found[i]! - y) / Math.abs(y)), 0);
      expect(worst).toBeLessThan(dtype === 'float32' ? 4e-7 : 2e-15);
    }
  });
});

const comparisons = { equal, notEqual, less, lessEqual, greater, greaterEqual };

describe.each(['float32', 'float64', 'float16', 'bfloat16'] as const)('functions of two %s numbers', (dtype: Dtype) => {
  const operands = pairs(floatPoints, dtype);
  it.each(Object.entries({ add, sub, mul, div, maximum, minimum, rem, atan2, power, ...comparisons }))('%s agrees at hostile pairs', (_, f) => expectAgreement(f, operands));
});

describe.each(integerDtypes)('functions of %s numbers', (dtype) => {
  const points = integerPoints(dtype);
  const [x, y] = pairs(points, dtype);
  const binaries = { add, sub, mul, maximum, minimum, divide, rem, floorDivide, power, bitwiseAnd, bitwiseOr, bitwiseXor, leftShift, rightShift, rightShiftLogical, ...comparisons };
  it.each(Object.entries(binaries))('%s agrees at every pair, the ends of the range too', (_, f) => expectAgreement(f, [x, y]));
  it.each(['neg', 'abs', 'sign', 'not'] as const)('%s agrees', (primitive) => expectAgreement(apply(primitive), [x]));
  it.each([3, 2, 0, -2])('a power of %i wraps', (exponent) => expectAgreement(toPower(exponent), [x]));
  it('where chooses', () => expectAgreement((a, b) => where(less(a, b), a, b), [x, y]));
});

describe('a divisor that is known', () => {
  it('needs no guards where it is neither 0 nor -1', async () => {
    const x = tensor([7, -7, 5], { dtype: 'int32' });
    expect(compile((a: Tensor) => divide(a, tensor([2, 3, 4], { dtype: 'int32' }))).lower(x).nodeCount).toBe(1);
    await expectAgreement((a) => divide(a, tensor([2, 3, 4], { dtype: 'int32' })), [x]);
  });
});

describe('bools', () => {
  const x = tensor([true, false, true, false]);
  const y = tensor([true, true, false, false]);
  it.each(Object.entries({ logicalAnd, logicalOr, logicalXor, maximum, minimum, ...comparisons }))('%s agrees', (_, f) => expectAgreement(f, [x, y]));
  it('not and where agree', () => expectAgreement((a, b) => [logicalNot(a), where(a, a, b), bitwiseNot(b)], [x, y]));
});

describe('conversions', () => {
  const targets: readonly Dtype[] = [...integerDtypes, 'bool', 'float16', 'bfloat16', 'float32', 'float64'];
  it.each(['float32', 'float64', 'float16', 'bfloat16'] as const)('of %s truncate, saturate and clear NaN', (dtype) =>
    expectAgreement((x) => targets.map((target) => astype(x, target)), [tensor(floatPoints, { dtype })]),
  );
  it.each(integerDtypes)('of %s wrap', (dtype) => {
    const [x] = pairs(integerPoints(dtype), dtype);
    return expectAgreement((a) => targets.map((target) => astype(a, target)), [x]);
  });
  it('of bool give 0 and 1', () => expectAgreement((x) => targets.map((target) => astype(x, target)), [tensor([true, false])]));
});
