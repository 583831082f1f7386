import { describe, expect, it } from 'vitest';
import { carrierOf, MissingKernelError } from '../../src/lower/carrier.js';

describe('carriers', () => {
  it('are the dtype itself where it has a kernel', () => expect(carrierOf('Add', 'int8')).toBe('int8'));
  it('hold every value of the dtype otherwise', () => {
    expect([carrierOf('Max', 'int16'), carrierOf('MatMul', 'uint8'), carrierOf('ReduceSum', 'uint32'), carrierOf('Exp', 'bfloat16')]).toEqual(['int32', 'int32', 'int64', 'float32']);
  });
  it('are missing for an operator without kernels for any of them', () => {
    expect(() => carrierOf('Tan', 'float64')).toThrow(MissingKernelError);
    expect(() => carrierOf('Tan', 'float64')).toThrow('no kernel of Tan for float64');
  });
});
