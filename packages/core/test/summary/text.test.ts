import { ones, symbol, tensor, zeros } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { formatArguments, formatCount, formatValue } from '../../src/summary/text.js';

describe('values', () => {
  it('tensors are written by dtype and shape', () => {
    expect([ones([2, 3]), zeros([]), tensor([1])].map(formatValue)).toEqual(['float32[2,3]', 'float32[]', 'int32[1]']);
    expect(String(symbol('batch'))).toBe('batch');
  });
  it('literals are written as Python prints them', () => {
    expect([3, 0.5, true, false, null, 'train'].map(formatValue)).toEqual(['3', '0.5', 'True', 'False', 'None', 'train']);
  });
  it('lists have a dash an item, and nest', () => {
    expect(formatValue([[1, 2], 3])).toBe('- - 1\n  - 2\n- 3');
    expect(formatValue([{ a: 1, b: 2 }])).toBe('- a: 1\n  b: 2');
  });
  it('records have their keys in order, records in them indented, lists not', () => {
    expect(formatValue({ b: [1, 2], a: { d: 4, c: 3 } })).toBe('a:\n  c: 3\n  d: 4\nb:\n- 1\n- 2');
  });
  it('empty containers are nothing, inside others a pair of brackets', () => {
    expect([formatValue([]), formatValue({}), formatValue({ a: [], b: {} })]).toEqual(['', '', 'a: []\nb: {}']);
  });
  it('options that are undefined were not given', () => {
    expect(formatValue({ a: undefined, b: 1 })).toBe('b: 1');
  });
});

describe('arguments', () => {
  it('one stands alone, several are a list, none is nothing', () => {
    expect([formatArguments([1]), formatArguments([1, { train: true }]), formatArguments([])]).toEqual(['1', '- 1\n- train: True', '']);
  });
  it('those left out at the end are not there', () => {
    expect([formatArguments([1, undefined]), formatArguments([undefined, 1])]).toEqual(['1', '- None\n- 1']);
  });
});

describe('counts', () => {
  // The texts of Flax's tabulate, and of Python's format(x, ',.1f') for the halves.
  it.each([
    [0, 0, ''],
    [15, 60, '15 (60 B)'],
    [250, 1000, '250 (1,000 B)'],
    [251, 1004, '251 (1.0 KB)'],
    [2_002_000, 8_008_000, '2,002,000 (8.0 MB)'],
    [1, 1250, '1 (1.2 KB)'],
    [1, 1350, '1 (1.4 KB)'],
    [1, 1750, '1 (1.8 KB)'],
    [1, 1150, '1 (1.1 KB)'],
    [1_234_567_890, 4_938_271_560_000, '1,234,567,890 (4,938.3 GB)'],
  ])('%d elements of %d bytes', (size, bytes, text) => {
    expect(formatCount({ size, bytes })).toBe(text);
  });
});
