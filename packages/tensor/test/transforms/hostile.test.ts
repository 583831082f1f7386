import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { checkDerivatives, numbersOf, type TensorFunction } from './differences.js';

const f64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => fx.tensor(Float64Array.from(values), { shape });

/** Functions with points that are hostile to naive formulas, and at which the function is smooth. */
const smooth: readonly (readonly [string, TensorFunction, readonly number[]])[] = [
  ['exp', (x) => fx.exp(x), [0, -700, 5]],
  ['expm1', (x) => fx.expm1(x), [0, 1e-12, -1e-12, -40]],
  ['log', (x) => fx.log(x), [1e-2, 1, 1e8]],
  ['log1p', (x) => fx.log1p(x), [0, 1e-12, 1e8]],
  ['sqrt', (x) => fx.sqrt(x), [1e-2, 1e8]],
  ['sin', (x) => fx.sin(x), [0, Math.PI / 2, 100]],
  ['cos', (x) => fx.cos(x), [0, Math.PI, 100]],
  ['tan', (x) => fx.tan(x), [0, 3]],
  ['asin', (x) => fx.asin(x), [0, 0.99]],
  ['acos', (x) => fx.acos(x), [0, -0.99]],
  ['atan', (x) => fx.atan(x), [0, 1e6]],
  ['sinh', (x) => fx.sinh(x), [0, 1e-9]],
  ['cosh', (x) => fx.cosh(x), [0, 1e-9]],
  ['tanh', (x) => fx.tanh(x), [0, 20, -400]],
  ['asinh', (x) => fx.asinh(x), [0, 1e6]],
  ['acosh', (x) => fx.acosh(x), [1.05, 1e6]],
  ['atanh', (x) => fx.atanh(x), [0, 0.99]],
  ['sigmoid', (x) => fx.sigmoid(x), [0, 40, -700]],
  ['erf', (x) => fx.erf(x), [0, 10, -10]],
  ['erfInv', (x) => fx.erfInv(x), [0, 0.9]],
  ['lgamma', (x) => fx.lgamma(x), [1, 2, -0.5, 30]],
  ['digamma', (x) => fx.digamma(x), [1, -0.5, 30]],
  ['square', (x) => fx.square(x), [0, 1e3]],
  ['pow with a whole exponent', (x) => fx.pow(x, 3), [0, -2]],
  ['div', (x) => fx.div(1, x), [-1e-1, 1e6]],
  ['softplus', (x) => fx.softplus(x), [0, 700, -700]],
  ['silu', (x) => fx.silu(x), [0, 40, -700]],
  ['gelu', (x) => fx.gelu(x), [0, 30, -30]],
  ['exact gelu', (x) => fx.gelu(x, { approximate: false }), [0, 30, -30]],
  ['elu', (x) => fx.elu(x), [1e-2, 700, -700]],
  ['leakyRelu', (x) => fx.leakyRelu(x), [1e-2, 1e3, -1e3]],
  ['relu', (x) => fx.relu(x), [1e-2, 1e3, -1e3]],
  ['softmax', (x) => fx.softmax(x), [0, 0, 0]],
  ['softmax of large logits', (x) => fx.softmax(x), [700, -700, 699]],
  ['logSoftmax of large logits', (x) => fx.logSoftmax(x), [700, -700, 699]],
  ['logsumexp of equal logits', (x) => fx.logsumexp(x), [5, 5, 5]],
  ['prod with one zero', (x) => fx.prod(x), [0, 3, -2]],
  ['prod with two zeros', (x) => fx.prod(x), [0, 3, 0]],
  ['cumprod with zeros', (x) => fx.cumprod(x), [2, 0, 3, 0]],
  ['cumprod with zeros from the end', (x) => fx.cumprod(x, { axis: 0, reverse: true }), [2, 0, 3, 0]],
  ['variance of equal elements', (x) => fx.variance(x), [3, 3, 3]],
  ['mean', (x) => fx.mean(x), [0, 1e3]],
];

describe('derivatives at hostile points agree with differences', () => {
  for (const [name, f, points] of smooth) {
    it(name, () => checkDerivatives(f, [f64(points)], { tolerance: 1e-5, second: name !== 'lgamma' && name !== 'digamma' }));
  }
});

describe('derivatives of scalars and of empty tensors have their shapes', () => {
  for (const [name, f] of smooth.filter(([title]) => !/max|sum|prod|variance|mean/.test(title))) {
    it(`${name} of a scalar`, () => checkDerivatives(f, [f64([0.7 + (name === 'acosh' ? 1 : 0)], [])]));
    it(`${name} of nothing`, () => {
      const [value, tangent] = fx.jvp(f, [f64([])], [f64([])]);
      expect([value.shape, tangent.shape]).toEqual([[0], [0]]);
      expect(fx.grad((x: Tensor) => fx.sum(f(x)))(f64([])).shape).toEqual([0]);
    });
  }
  it('sums and means over no examples', () => {
    expect(fx.grad((x: Tensor) => fx.sum(x))(f64([], [0, 3])).shape).toEqual([0, 3]);
    expect(numbersOf(fx.grad((w: Tensor) => fx.sum(fx.matmul(fx.zeros([0, 2], 'float64'), w)))(f64([1, 2], [2, 1])))).toEqual([0, 0]);
  });
});

describe('at ties and kinks the derivative is the mean of the one-sided ones, or the one that JAX takes', () => {
  const slope = (f: TensorFunction, x: number): number => numbersOf(fx.grad((t: Tensor) => fx.sum(f(t)))(f64([x])))[0]!;
  const oneSided = (f: TensorFunction, x: number): [number, number] => {
    const at = (h: number): number => numbersOf(f(f64([x + h])))[0]!;
    return [(at(0) - at(-1e-6)) / 1e-6, (at(1e-6) - at(0)) / 1e-6];
  };
  it.each<[string, TensorFunction, number, 'mean' | 'left' | 'right']>([
    ['relu', (x) => fx.relu(x), 0, 'left'],
    ['abs', (x) => fx.abs(x), 0, 'right'],
    ['maximum', (x) => fx.maximum(x, 2), 2, 'mean'],
    ['minimum', (x) => fx.minimum(x, 2), 2, 'mean'],
    ['elu with alpha 1/2', (x) => fx.elu(x, { alpha: 0.5 }), 0, 'left'],
    ['leakyRelu', (x) => fx.leakyRelu(x), 0, 'right'],
    ['clip at its end', (x) => fx.clip(x, { min: 0, max: 1 }), 1, 'mean'],
    ['relu6 at its end', (x) => fx.relu6(x), 6, 'right'],
    ['hardTanh at its end', (x) => fx.hardTanh(x), 1, 'left'],
  ])('%s', (_, f, x, side) => {
    const [left, right] = oneSided(f, x);
    expect(slope(f, x)).toBeCloseTo(side === 'mean' ? (left + right) / 2 : side === 'left' ? left : right, 4);
  });
});
