import { DtypeError, ones } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { computeDtype, promoteDtype } from '../src/index.js';

describe('computeDtype', () => {
  it('is the common dtype of the operands', () => {
    expect(computeDtype('layer', [ones([1], 'float32'), ones([1], 'float64')])).toBe('float64');
    expect(computeDtype('layer', [ones([1], 'int32'), ones([1], 'float16')])).toBe('float16');
  });

  it('is float32 for integers and bools alone', () => {
    expect(computeDtype('layer', [ones([1], 'int32'), ones([1], 'uint8')])).toBe('float32');
    expect(computeDtype('layer', [ones([1], 'bool')])).toBe('float32');
  });

  it('is the one given, whatever the operands', () => {
    expect(computeDtype('layer', [ones([1], 'float64')], 'float16')).toBe('float16');
  });

  it('of integers is refused', () => {
    expect(() => computeDtype('Dense', [ones([1])], 'int32')).toThrow(DtypeError);
  });
});

it('promoteDtype leaves out what is not there', () => {
  const [x, none, y] = promoteDtype('layer', [ones([1], 'int8'), undefined, ones([1], 'float64')]);
  expect([x.dtype, none, y.dtype]).toEqual(['float64', undefined, 'float64']);
});
