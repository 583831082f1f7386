import { describe, expect, expectTypeOf, it } from 'vitest';
import * as fx from '../../src/index.js';
import { methods } from '../../src/methods/table.js';
import type { Tensor } from '../../src/index.js';

const x = fx.tensor([[3, -1, 2], [0.5, 4, -2]], { dtype: 'float64' });

describe('methods of tensors', () => {
  it.each(Object.keys(methods))('%s is there and belongs to no single tensor', (name) => {
    expect(Reflect.get(x, name)).toBeTypeOf('function');
    expect(Object.keys(x)).not.toContain(name);
  });

  it('are the functions with the tensor as first argument', () => {
    expect(x.add(1).mul(x).sum({ axis: 1, keepdims: true }).toArray()).toEqual(fx.sum(fx.mul(fx.add(x, 1), x), { axis: 1, keepdims: true }).toArray());
    expect(x.reshape([3, -1]).toArray()).toEqual(fx.reshape(x, [3, 2]).toArray());
    expect(x.astype('int32').dtype).toBe('int32');
    expect(x.clip({ min: 0 }).max().item()).toBe(4);
    expect(x.trace().item()).toBe(7);
    expect(x.flatten().shape).toEqual([6]);
  });

  it('read and update elements', () => {
    expect(x.at([0, { slice: [1] }]).add(10).toArray()).toEqual([[3, 9, 12], [0.5, 4, -2]]);
    expect(x.index([{ slice: [null, null, -1] }, 0]).toArray()).toEqual([0.5, 3]);
  });

  it('T turns all axes round, mT the last two', () => {
    const cube = fx.zeros([2, 3, 4]);
    expect([cube.T.shape, cube.mT.shape]).toEqual([[4, 3, 2], [2, 4, 3]]);
  });

  it('trace and differentiate as the functions do', () => {
    const f = (t: Tensor): Tensor => t.square().sin().mean();
    const g = (t: Tensor): Tensor => fx.mean(fx.sin(fx.square(t)));
    expect(fx.grad(f)(x).toArray()).toEqual(fx.grad(g)(x).toArray());
  });

  it('have the types of the functions without their first argument', () => {
    expectTypeOf(x.sum).parameters.toEqualTypeOf<[options?: fx.ReduceOptions | undefined]>();
    expectTypeOf(x.split(2)).toEqualTypeOf<Tensor[]>();
    expectTypeOf(x.at(0)).toEqualTypeOf<fx.IndexedUpdate>();
    expectTypeOf(x.T).toEqualTypeOf<Tensor>();
  });
});
