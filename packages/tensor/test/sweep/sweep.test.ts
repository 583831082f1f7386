import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import { checkDerivatives } from '../transforms/differences.js';
import { notDifferentiable } from './not-differentiable.js';
import type { Row } from './row.js';
import { rows } from './rows.js';

const isClass = (value: unknown): boolean => typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
const publicFunctions = Object.entries(fx).flatMap(([name, value]) => (typeof value === 'function' && !isClass(value) ? [name] : []));
const excluded = Object.values(notDifferentiable).flat();

describe('every public function', () => {
  it('has a row in the sweep of derivatives, or a reason why not', () => {
    const missing = publicFunctions.filter((name) => !(name in rows) && !excluded.includes(name));
    if (missing.length > 0) expect.fail(`add a row for each to packages/tensor/test/sweep/rows/*.ts (rows.ts shows how), or, where there is no derivative, a line to not-differentiable.ts: ${missing.join(', ')}`);
    expect(publicFunctions.length).toBeGreaterThan(400);
  });
  it('that the sweep names is there, once', () => {
    const named = [...Object.keys(rows), ...excluded];
    expect(named.filter((name) => !publicFunctions.includes(name))).toEqual([]);
    expect(named.filter((name, i) => named.indexOf(name) !== i)).toEqual([]);
  });
});

const list = (entry: Row | readonly Row[]): readonly Row[] => (Array.isArray(entry) ? entry : [entry as Row]);

describe('derivatives agree with differences, forward with reverse, linearize with both, vmap with single examples, in first and second order', () => {
  for (const [name, entry] of Object.entries(rows)) {
    it(name, () => {
      for (const { f, args, ...options } of list(entry)) checkDerivatives(f, args, options);
    });
  }
});

describe('derivatives of nothing are empty', () => {
  for (const [name, entry] of Object.entries(rows)) {
    const elementwise = list(entry).find((row) => row.elementwise);
    if (!elementwise) continue;
    it(name, () => {
      const nothing = fx.zeros([0], 'float64');
      const [value, tangent] = fx.jvp(elementwise.f, [nothing], [nothing]);
      expect([value.shape, tangent.shape]).toEqual([[0], [0]]);
      expect(fx.grad((x: fx.Tensor) => fx.sum(elementwise.f(x)))(nothing).shape).toEqual([0]);
    });
  }
  it('sums and products over no examples', () => {
    expect(fx.grad((x: fx.Tensor) => fx.sum(x))(fx.zeros([0, 3], 'float64')).shape).toEqual([0, 3]);
    expect(fx.grad((w: fx.Tensor) => fx.sum(fx.matmul(fx.zeros([0, 2], 'float64'), w)))(fx.ones([2, 1], 'float64')).toArray()).toEqual([[0], [0]]);
  });
});
