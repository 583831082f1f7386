import { describe, expect, it } from 'vitest';
import type { ArrayView } from '../../src/kernels/kernel.js';
import { fillCounters, threefry2x32Kernel, threefryKernel } from '../../src/kernels/threefry.js';
import { checksum } from './checksum.js';

const word = (value: number): Uint32Array<ArrayBuffer> => Uint32Array.of(value);
const uint32 = (data: Uint32Array<ArrayBuffer>, shape: readonly number[]): ArrayView => ({ data, shape, dtype: 'uint32' });
const spec = (shape: readonly number[]) => ({ shape, dtype: 'uint32' as const });

function block(key: readonly [number, number], counter: readonly [number, number]): [number, number] {
  const [out0, out1] = threefry2x32Kernel([...key, ...counter].map((value) => uint32(word(value), [])), {}, [spec([]), spec([])]);
  return [Number(out0![0]), Number(out1![0])];
}

describe('threefry2x32', () => {
  // The test vectors that come with Random123, file `kat_vectors`, threefry2x32 with 20 rounds.
  it('gives the known answers of its authors', () => {
    expect(block([0, 0], [0, 0])).toEqual([0x6b200159, 0x99ba4efe]);
    expect(block([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff])).toEqual([0x1cb996fc, 0xbb002be7]);
    expect(block([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toEqual([0xc4923a9c, 0x483df7a0]);
  });

  // jax.random.bits(jax.random.key(42), (2**20,), 'uint32')
  it('counts up under one key to the bits of JAX', () => {
    const count = 2 ** 20;
    const high = new Uint32Array(count);
    const low = new Uint32Array(count);
    fillCounters(0, count, high, low);
    const scalar = (value: number) => ({ words: word(value), stride: 0 as const });
    threefryKernel(scalar(0), scalar(42), { words: high, stride: 1 }, { words: low, stride: 1 }, count, high, low);
    expect(checksum(high.map((x, i) => x ^ low[i]!))).toBe(1257773391);
  });

  it('counters beyond 2^32 carry into the high word', () => {
    const high = new Uint32Array(3);
    const low = new Uint32Array(3);
    fillCounters(2 ** 32 - 1, 3, high, low);
    expect([...high]).toEqual([0, 1, 1]);
    expect([...low]).toEqual([0xffffffff, 0, 1]);
  });

  // JAX's threefry2x32 primitive on the operands broadcast to (3, 5):
  //   k = arange(6).reshape(3, 2) * 0x9e3779b9; c0 = arange(5) * 0x85ebca6b; c1 = 7, all uint32
  it('broadcasts its operands', () => {
    const keys = Uint32Array.from({ length: 6 }, (_, i) => Math.imul(i, 0x9e3779b9));
    const key0 = uint32(keys.filter((_, i) => i % 2 === 0), [3, 1]);
    const key1 = uint32(keys.filter((_, i) => i % 2 === 1), [3, 1]);
    const counter0 = uint32(Uint32Array.from({ length: 5 }, (_, i) => Math.imul(i, 0x85ebca6b)), [5]);
    const counter1 = uint32(word(7), []);
    const outputs = threefry2x32Kernel([key0, key1, counter0, counter1], {}, [spec([3, 5]), spec([3, 5])]) as [Uint32Array, Uint32Array];
    expect(outputs.map(checksum)).toEqual([3405717983, 3342062715]);
    expect([outputs[0][7], outputs[1][14]]).toEqual([1117904791, 2865133608]);
  });

  it('an empty result has no blocks', () => {
    const empty = threefry2x32Kernel([word(1), word(2), word(3), word(4)].map((x) => uint32(x, [1])), {}, [spec([0]), spec([0])]);
    expect(empty.map((x) => x.length)).toEqual([0, 0]);
  });
});
