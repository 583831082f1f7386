import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';
import type { Dtype, Tensor } from '../../../src/index.js';
import { checkDerivatives, randomNumbers } from '../../transforms/differences.js';

interface JaxCase {
  readonly name: string;
  readonly fn: 'sum' | 'prod' | 'max' | 'min' | 'maxPool' | 'minPool' | 'avgPool';
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly x: readonly (number | string)[];
  readonly options: fx.WindowOptions & fx.AveragePoolOptions;
  readonly outDtype: Dtype;
  readonly outShape: readonly number[];
  readonly y: readonly (number | string)[];
  readonly cotangent?: readonly number[];
  readonly gradient?: readonly number[];
}

const { cases } = JSON.parse(readFileSync(new URL('./jax-windows.json', import.meta.url), 'utf8')) as { readonly cases: readonly JaxCase[] };

const tensorOf = (elements: readonly (number | string)[], shape: readonly number[], dtype: Dtype): Tensor => fx.astype(fx.tensor(Float64Array.from(elements, Number), { shape }), dtype);
const numbersOf = (x: Tensor): number[] => Array.from(fx.astype(x, 'float64').data(), Number);
const tolerances: { readonly [D in Dtype]?: number } = { float64: 1e-13, float32: 3e-7, float16: 1e-3 };

const init = { sum: 0, prod: 1, max: -Infinity, min: Infinity } as const;

const pools = { maxPool: fx.maxPool, minPool: fx.minPool, avgPool: fx.avgPool };

function apply({ fn, options }: JaxCase, x: Tensor): Tensor {
  if (fn === 'maxPool' || fn === 'minPool' || fn === 'avgPool') return pools[fn](x, options);
  return fx.reduceWindow(x, init[fn], fn, options);
}

function expectNumbers(found: readonly number[], wanted: readonly (number | string)[], tolerance: number): void {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, i) => {
    const expected = Number(wanted[i]!);
    const isNear = Number.isFinite(expected) ? Math.abs(value - expected) <= tolerance * (1 + Math.abs(expected)) : Object.is(value, expected);
    expect(isNear ? expected : value, `element ${i}`).toBe(expected);
  });
}

describe('as JAX and Flax have it', () => {
  it.each(cases)('$name ($fn $dtype $shape)', (one) => {
    const x = tensorOf(one.x, one.shape, one.dtype);
    const tolerance = tolerances[one.outDtype] ?? 0;
    const [y, back] = fx.isFloating(one.dtype) ? fx.vjp((t: Tensor) => apply(one, t), x) : [apply(one, x), undefined];
    expect([y.dtype, y.shape]).toEqual([one.outDtype, one.outShape]);
    expectNumbers(numbersOf(y), one.y, tolerance);
    if (one.gradient && back) expectNumbers(numbersOf((back(tensorOf(one.cotangent!, one.outShape, one.outDtype)) as [Tensor])[0]), one.gradient, 10 * tolerance);
  });
});

const f64 = (shape: readonly number[], seed = 3): Tensor => {
  const next = randomNumbers(seed);
  return fx.tensor(Float64Array.from({ length: fx.sizeOf(shape) }, () => 2 * next() - 1), { shape });
};

const dilated: fx.WindowOptions = { windowDimensions: [2, 3], windowStrides: [2, 1], padding: [[1, 2], [0, 1]], windowDilation: [1, 2] };
const spread: fx.WindowOptions = { windowDimensions: [2, 2], windowStrides: [1, 3], padding: [[1, 1], [2, 0]], baseDilation: [3, 2] };

describe('derivatives agree with differences, forward with reverse, vmap with single examples, in first and second order', () => {
  for (const reducer of ['sum', 'prod', 'max', 'min'] as const) {
    it(`${reducer} of a dilated window`, () => checkDerivatives((x) => fx.reduceWindow(fx.mul(x, fx.sin(x)), init[reducer], reducer, dilated), [f64([4, 5])]));
  }
  it('sum of a dilated base', () => checkDerivatives((x) => fx.reduceWindow(fx.square(x), 0, 'sum', spread), [f64([3, 4])]));
  it('maxPool', () => checkDerivatives((x) => fx.square(fx.maxPool(x, { windowShape: [2, 2], strides: [2, 1] })), [f64([2, 4, 5, 2])]));
  it('minPool of images without batch', () => checkDerivatives((x) => fx.square(fx.minPool(x, { windowShape: [3, 2], padding: 'SAME' })), [f64([4, 4, 2])]));
  it('avgPool', () => checkDerivatives((x) => fx.avgPool(fx.square(x), { windowShape: [2, 3], strides: [2, 2], padding: 'SAME', countIncludePad: false }), [f64([1, 5, 4, 2])]));
  it('a function of the author', () => checkDerivatives((x) => fx.reduceWindow(x, 0.3, (a, b) => fx.add(fx.add(a, b), fx.mul(a, b)), dilated), [f64([4, 5])]));
});

describe('reduceWindow', () => {
  it('takes the functions of the library for their names', () => {
    const x = f64([6]);
    const options = { windowDimensions: [3] };
    for (const [f, name] of [[fx.add, 'sum'], [fx.mul, 'prod'], [fx.maximum, 'max'], [fx.minimum, 'min']] as const) {
      expect(numbersOf(fx.reduceWindow(x, init[name], f, options))).toEqual(numbersOf(fx.reduceWindow(x, init[name], name, options)));
    }
  });
  it('combines the initial number once with each window', () => {
    // As lax.reduce_window(jnp.arange(6.), 5., lax.add, (2,), (1,), 'SAME') and with 3. and lax.max.
    const x = fx.tensor([0, 1, 2, 3, 4, 5]);
    expect(numbersOf(fx.reduceWindow(x, 5, 'sum', { windowDimensions: [2], padding: 'SAME' }))).toEqual([6, 8, 10, 12, 14, 10]);
    expect(numbersOf(fx.reduceWindow(x, 3, 'max', { windowDimensions: [2], padding: 'SAME' }))).toEqual([3, 3, 3, 4, 5, 5]);
  });
  it('takes names of padding in any case, as lax does', () => {
    const x = fx.tensor([[[1], [2], [3], [4], [5]]]);
    expect(numbersOf(fx.maxPool(x, { windowShape: [2], padding: 'same' as 'SAME' }))).toEqual([2, 3, 4, 5, 5]);
    expect(numbersOf(fx.avgPool(x, { windowShape: [2], padding: 'sAme_lower' as 'SAME' }))).toEqual([0.5, 1.5, 2.5, 3.5, 4.5]);
  });
  it('passes over padding for functions of the author too', () => {
    const x = fx.tensor([2, 3, 5, 7]);
    const product = fx.reduceWindow(x, 1, (a, b) => fx.mul(a, b), { windowDimensions: [3], padding: [[1, 2]] });
    expect(numbersOf(product)).toEqual([6, 30, 105, 35, 7]);
  });
  it('gives the whole derivative of a largest element to the first of equals', () => {
    const gradient = fx.grad((x: Tensor) => fx.sum(fx.reduceWindow(x, -Infinity, 'max', { windowDimensions: [3], padding: 'SAME' })))(fx.tensor([1, 1, 1], { dtype: 'float32' }));
    expect(numbersOf(gradient)).toEqual([2, 1, 0]);
  });
  it('sums small numbers next to large ones without losing digits', () => {
    const x = fx.tensor([1e8, 1, 1, 1, 1, 1, 1, 1], { dtype: 'float32' });
    expect(numbersOf(fx.reduceWindow(x, 0, 'sum', { windowDimensions: [8] }))).toEqual([100000008]);
  });
  it('moves over a symbolic axis', () => {
    const { program } = fx.trace((x: Tensor) => [fx.maxPool(x, { windowShape: [2, 2], strides: [2, 2] }), fx.avgPool(x, { windowShape: [3, 2], strides: [1, 2] })], [fx.spec('float32', ['batch', 8, fx.mulDim(fx.symbol('w'), 2), 3])]);
    expect(program.outputs.map((output) => fx.formatShape(output.shape))).toEqual(['(batch, 4, w, 3)', '(batch, 6, w, 3)']);
  });
  it('of nothing is nothing', () => {
    expect(fx.reduceWindow(fx.zeros([0, 4]), 0, 'sum', { windowDimensions: [1, 2] }).shape).toEqual([0, 3]);
    expect(fx.maxPool(fx.zeros([1, 2, 1]), { windowShape: [3] }).shape).toEqual([1, 0, 1]);
  });
});

describe('bad arguments', () => {
  const x = fx.zeros([2, 4, 3]);
  it('a window of another rank names both', () => {
    expect(() => fx.reduceWindow(x, 0, 'sum', { windowDimensions: [2] })).toThrow(fx.ArgumentError);
    expect(() => fx.maxPool(x, { windowShape: [2, 2, 2] })).toThrow(/windowShape/);
  });
  it('strides and padding fit the window', () => {
    expect(() => fx.maxPool(x, { windowShape: [2], strides: [1, 1] })).toThrow(/strides/);
    expect(() => fx.maxPool(x, { windowShape: [2], padding: [[0, 0], [0, 0]] })).toThrow(/padding/);
    expect(() => fx.maxPool(x, { windowShape: [0] })).toThrow(fx.ShapeError);
  });
  it('truth values have no sum', () => {
    expect(() => fx.reduceWindow(fx.tensor([true, false]), 0, 'sum', { windowDimensions: [2] })).toThrow(fx.DtypeError);
    expect(numbersOf(fx.reduceWindow(fx.tensor([true, false, false]), -Infinity, 'max', { windowDimensions: [2] }))).toEqual([1, 0]);
  });
  it('a symbolic axis with a stride that leaves a rest is refused', () => {
    expect(() => fx.trace((t: Tensor) => [fx.maxPool(t, { windowShape: [2], strides: [2] })], [fx.spec('float32', [1, 'n', 1])])).toThrow(/symbolic/);
  });
});
