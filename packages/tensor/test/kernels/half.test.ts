import { getFloat16, setFloat16 } from '@petamoriken/float16';
import { expect, it } from 'vitest';
import { fromFloat32, toFloat32 } from '../../src/kernels/half.js';

const patterns = Uint16Array.from({ length: 1 << 16 }, (_, i) => i);
const view = new DataView(new ArrayBuffer(4));

/** Where two arrays differ; an array of tens of thousands is compared faster so than by `toEqual`. */
const differences = (found: ArrayLike<number>, expected: ArrayLike<number>): number[] => Array.from({ length: expected.length }, (_, i) => i).filter((i) => !Object.is(found[i], expected[i]));

it('every float16 pattern has the value that IEEE 754 gives it', () => {
  const expected = Float32Array.from(patterns, (pattern) => {
    view.setUint16(0, pattern);
    return getFloat16(view, 0);
  });
  expect(differences(toFloat32(patterns, 'float16'), expected)).toEqual([]);
});

it('every bfloat16 pattern is the upper half of a float32', () => {
  const expected = Float32Array.from(patterns, (pattern) => {
    view.setUint16(0, pattern);
    view.setUint16(2, 0);
    return view.getFloat32(0);
  });
  expect(differences(toFloat32(patterns, 'bfloat16'), expected)).toEqual([]);
});

it.each(['float16', 'bfloat16'] as const)('every %s that is a number survives a round trip bit by bit', (dtype) => {
  const values = toFloat32(patterns, dtype);
  const back = fromFloat32(values, dtype);
  const changed = patterns.filter((pattern, i) => (Number.isNaN(values[i]) ? !Number.isNaN(toFloat32(back.subarray(i, i + 1), dtype)[0]) : back[i] !== pattern));
  expect([...changed]).toEqual([]);
});

it('float16 is the nearest one, ties to even, between all neighbours', () => {
  const inputs: number[] = [];
  for (let pattern = 0; pattern < 0x7c00; pattern++) {
    view.setUint16(0, pattern);
    const low = getFloat16(view, 0);
    view.setUint16(0, pattern + 1);
    const next = getFloat16(view, 0);
    const high = Number.isFinite(next) ? next : 65536;
    inputs.push((low + high) / 2, Math.fround(low + (high - low) * 0.49), -Math.fround(low + (high - low) * 0.51));
  }
  const expected = Uint16Array.from(inputs, (input) => {
    setFloat16(view, 0, input);
    return view.getUint16(0);
  });
  expect(differences(fromFloat32(Float32Array.from(inputs), 'float16'), expected)).toEqual([]);
});

it('bfloat16 ties go to the even neighbour and the largest numbers to infinity', () => {
  const inputs = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, -(1 + 2 ** -8 + 2 ** -20), 3.4e38, 2 ** -133 * 0.5, 2 ** -133 * 1.5);
  const expected = [1, 1 + 2 ** -6, 1 + 2 ** -7, -(1 + 2 ** -7), Infinity, 0, 2 ** -132];
  expect([...toFloat32(fromFloat32(inputs, 'bfloat16'), 'bfloat16')]).toEqual(expected);
});
