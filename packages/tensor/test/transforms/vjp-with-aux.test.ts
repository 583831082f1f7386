import { describe, expect, it } from 'vitest';
import { grad, mul, ones, sqrt, sum, tensor, vjpWithAux, zeros, type Tensor } from '../../src/index.js';

describe('vjpWithAux', () => {
  const x = tensor([1, 2, 3], { dtype: 'float32' });

  it('pulls back the value alone, and hands on what comes with it', () => {
    const [value, back, aux] = vjpWithAux((y: Tensor) => [mul(y, y), { twice: mul(y, 2) }] as const, x);
    expect([value.toArray(), aux.twice.toArray(), back(ones([3]))[0].toArray()]).toEqual([[1, 4, 9], [2, 4, 6], [2, 4, 6]]);
  });

  it('has no part of an infinite derivative of what comes with it', () => {
    const [, back] = vjpWithAux((y: Tensor) => [mul(y, 3), sqrt(y)] as const, zeros([2]));
    expect(back(ones([2]))[0].toArray()).toEqual([3, 3]);
  });

  it('what comes with it has the derivative of what is around', () => {
    expect(grad((y: Tensor) => sum(vjpWithAux((z: Tensor) => [z, mul(z, 5)] as const, y)[2]))(x).toArray()).toEqual([5, 5, 5]);
  });
});
