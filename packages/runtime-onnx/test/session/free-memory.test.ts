import { describe, expect, it } from 'vitest';
import { freeArrays } from '../../src/session/free-memory.js';

const large = 2 ** 15;
const tensorOf = (data: Float32Array) => ({ type: 'float32', data, dims: [data.length] });

describe('freeing arrays', () => {
  it('takes their memory, so that every view of it is empty', () => {
    const data = new Float32Array(large);
    const half = data.subarray(large / 2);
    freeArrays([tensorOf(data)], []);
    expect(data.length).toBe(0);
    expect(half.length).toBe(0);
  });

  it('is done by `transfer` where there is one', () => {
    const data = new Float32Array(large);
    const lengths: number[] = [];
    Object.defineProperty(data.buffer, 'transfer', { value: (length: number) => lengths.push(length) });
    freeArrays([tensorOf(data)], []);
    expect(lengths).toEqual([0]);
  });

  it('frees memory that two tensors have once', () => {
    const data = new Float32Array(large);
    freeArrays([tensorOf(data), tensorOf(new Float32Array(data.buffer))], []);
    expect(data.length).toBe(0);
  });

  it('leaves what a kept tensor has', () => {
    const data = new Float32Array(large);
    freeArrays([tensorOf(data)], [tensorOf(new Float32Array(data.buffer))]);
    expect(data.length).toBe(large);
  });

  it('leaves parts of an array, small arrays, shared memory and what is on a device', () => {
    const [part, small, shared] = [new Float32Array(2 * large).subarray(large), new Float32Array(8), new Float32Array(new SharedArrayBuffer(4 * large))];
    const device = {
      type: 'float32',
      dims: [large],
      location: 'gpu-buffer',
      get data(): unknown {
        throw new Error('is on a device');
      },
    };
    freeArrays([tensorOf(part), tensorOf(small), tensorOf(shared), device], []);
    expect([part.length, small.length, shared.length]).toEqual([large, 8, large]);
  });
});
