import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { numbersOf, type TensorFunction } from './differences.js';

const f64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => fx.tensor(Float64Array.from(values), { shape });

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
