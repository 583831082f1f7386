import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { checkDerivatives } from '../transforms/differences.js';

const f64 = (...values: number[]): Tensor => fx.tensor(Float64Array.from(values));
const f32 = fx.spec('float32', ['n', 3]);

describe('masks', () => {
  const mask = fx.tensor([true, false, true]);

  it('pick elements where their values are known', () => {
    expect(fx.index(f64(1, 2, 3), [mask]).toArray()).toEqual([1, 3]);
  });

  it('that are traced cannot pick elements', () => {
    expect(() => fx.vmap((m: Tensor) => fx.index(f64(1, 2, 3), [m]))(fx.stack([mask, mask]))).toThrow(fx.ConcretizationError);
  });

  it('that are traced choose where one value is written, in every way of writing', () => {
    const written = (m: Tensor): Tensor => fx.at(fx.at(fx.at(f64(1, 2, 3), m).add(4), m).multiply(2), m).max(12);
    expect(fx.vmap(written)(fx.stack([mask, fx.logicalNot(mask)])).toArray()).toEqual([[12, 2, 14], [1, 12, 3]]);
    expect(() => fx.vmap((m: Tensor) => fx.at(f64(1, 2, 3), m).set(f64(1, 2)))(fx.stack([mask]))).toThrow(/must be a scalar where the mask is traced/);
  });

  it('must have the shape of the axes that they cover', () => {
    expect(() => fx.index(fx.zeros([2, 3]), [mask])).toThrow(/has shape \[3\].*have shape \[2\]|has shape \(3,\).*\(2,\)|has shape/);
  });
});

describe('at', () => {
  it('takes one item without brackets', () => {
    expect(fx.at(f64(1, 2, 3), 1).set(5).toArray()).toEqual([1, 5, 3]);
    expect(fx.at(f64(1, 2, 3), { slice: [1] }).add(1).toArray()).toEqual([1, 3, 4]);
    expect(fx.at(f64(1, 2, 3), fx.tensor([2, 2])).add(1).toArray()).toEqual([1, 2, 5]);
  });

  it('applies a function to the elements', () => {
    expect(fx.at(f64(1, 2, 3), { slice: [null, null, 2] }).apply(fx.neg).toArray()).toEqual([-1, 2, -3]);
  });

  it('leaves the operand as it was', () => {
    const x = f64(1, 2, 3);
    fx.at(x, 0).set(9);
    expect(x.toArray()).toEqual([1, 2, 3]);
  });

  it('names what is wrong with an element, a mode or an array of floats', () => {
    expect(() => fx.at(f64(1, 2, 3), 3).set(0)).toThrow(fx.ArgumentError);
    expect(() => fx.at(f64(1, 2, 3), [f64(1)]).set(0)).toThrow(fx.DtypeError);
    expect(() => fx.at(f64(1, 2, 3), [[0]]).set(0, { mode: 'wrap' as 'clip' })).toThrow(/drop, fill, clip/);
    expect(() => fx.index(f64(1), [0, 0])).toThrow(/name 2 axes of a tensor of rank 1/);
    expect(() => fx.index(fx.zeros([3, 3]), [[0, 1], [0, 1, 2]])).toThrow(/do not broadcast/);
  });

  it('keeps an axis of symbolic size whole beside arrays and elements', () => {
    const { program } = fx.trace((x) => [fx.at(x, ['...', [0, 2]]).add(1), fx.index(x, [[0, 1], 1])], [f32]);
    expect(program.outputs.map(({ shape }) => fx.formatShape(shape))).toEqual([fx.formatShape(f32.shape), fx.formatShape([2])]);
    expect(() => fx.checkProgram(program)).not.toThrow();
  });
});

describe('derivatives of updates', () => {
  const x = f64(0.5, -1.5, 2, 0.7);
  const places = [[0, 2, 0]];
  const updates = f64(1.3, -0.4, 0.8);
  it.each([
    ['set', (t: Tensor, u: Tensor) => fx.at(t, places).set(fx.square(u))],
    ['add', (t: Tensor, u: Tensor) => fx.at(t, places).add(fx.square(u))],
    ['multiply', (t: Tensor, u: Tensor) => fx.at(t, places).multiply(u)],
    ['divide', (t: Tensor, u: Tensor) => fx.at(t, places).divide(u)],
    ['min', (t: Tensor, u: Tensor) => fx.square(fx.at(t, places).min(u))],
    ['max', (t: Tensor, u: Tensor) => fx.square(fx.at(t, places).max(u))],
    ['apply', (t: Tensor) => fx.at(t, [{ slice: [null, null, -2] }]).apply(fx.sin)],
    ['multiply of a strided slice', (t: Tensor, u: Tensor) => fx.at(t, [{ slice: [0, null, 2] }]).multiply(fx.sliceAxis(u, 0, 0, 2))],
  ] as const)('%s', (_, f) => checkDerivatives(f, f.length === 1 ? [x] : [x, updates]));

  it('of a product with one zero or two are those of the product', () => {
    const product = (t: Tensor, u: Tensor): Tensor => fx.at(t, places).multiply(u);
    checkDerivatives(product, [x, f64(0, 3, 2)], { second: false });
    checkDerivatives(product, [x, f64(0, 3, 0)], { second: false });
  });
});
