import { Module } from '@flaxon/core';
import { ArgumentError, add, matmul, reshape, ShapeError, spec, sum, type Tensor } from '@flaxon/tensor';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { BatchApply, Dense } from '../../src/index.js';
import { elements, key, primitivesOf, sample, specsOf } from '../helpers.js';

const x = sample(1, [2, 3, 4]);

describe('BatchApply', () => {
  it('gives the function one batch axis, and the result those of the input', () => {
    const seen: unknown[] = [];
    const result = new BatchApply((a: Tensor, b: Tensor) => {
      seen.push(a.shape, b.shape);
      return matmul(a, b);
    }).call(x, sample(2, [4]));
    // A tensor of fewer axes is left as it is.
    expect(seen).toEqual([[6, 4], [4]]);
    expect(result.shape).toEqual([2, 3]);
    expect(elements(result)).toEqual(elements(matmul(reshape(x, [6, 4]), sample(2, [4]))));
  });

  it('merges as many axes as it is told', () => {
    const shapes = new BatchApply((a: Tensor) => ({ whole: a, sums: sum(a, { axis: -1 }) }), { numDims: 3 }).call(sample(1, [2, 3, 4, 5]));
    expect([shapes.whole.shape, shapes.sums.shape]).toEqual([[2, 3, 4, 5], [2, 3, 4]]);
  });

  it('reaches into arrays and objects among the arguments, and leaves what is no tensor alone', () => {
    const result = new BatchApply((pair: { a: Tensor; b: readonly Tensor[] }, scale: { train: boolean }) => {
      expect(scale).toEqual({ train: true });
      return add(pair.a, pair.b[0]!);
    }).call({ a: x, b: [x] }, { train: true });
    expect(elements(result)).toEqual(elements(add(x, x)));
  });

  it('applies a module as its submodule', () => {
    class PerStep extends Module.define({}) {
      call(input: Tensor): Tensor {
        return new BatchApply(new Dense({ features: 5 })).call(input);
      }
    }
    const model = new PerStep();
    const variables = model.init(key, [x]);
    expect(specsOf(variables)).toEqual({ 'params/Dense_0/bias': 'float32[5]', 'params/Dense_0/kernel': 'float32[4,5]' });
    expect(model.apply(variables, [x]).shape).toEqual([2, 3, 5]);
  });

  it('traces with symbolic batch axes', () => {
    const primitives = primitivesOf((input) => new BatchApply((rows: Tensor) => sum(rows, { axis: -1 })).call(input), [spec('float32', ['time', 'batch', 4])]);
    expect(primitives).toEqual(['reshape', 'reduceSum', 'reshape']);
  });

  it('has the type of the function', () => {
    expectTypeOf(new BatchApply((a: Tensor, _b: number) => [a, a] as const).call).toEqualTypeOf<(a: Tensor, b: number) => readonly [Tensor, Tensor]>();
  });

  it('refuses arguments none of which has the axes', () => {
    expect(() => new BatchApply((a: Tensor) => a, { numDims: 4 }).call(x)).toThrow(ArgumentError);
  });

  it('refuses a result without a batch axis', () => {
    expect(() => new BatchApply((a: Tensor) => sum(a)).call(x)).toThrow(ShapeError);
  });

  it('refuses to merge no axes', () => {
    expect(() => new BatchApply((a: Tensor) => a, { numDims: 0 })).toThrow(ArgumentError);
  });
});
