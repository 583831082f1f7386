import { describe, expect, it } from 'vitest';
import { type ChannelsLastAxis, convolveChannelsLast, type FloatView } from '../../src/kernels/conv-vectors.js';

interface Sizes {
  readonly batch: number;
  readonly spatial: readonly [number, number];
  readonly window: readonly [number, number];
  readonly channels: number;
  readonly features: number;
}

/** Numbers that are sums and products of small whole numbers, so that float32 has them exactly whatever the order. */
const wholeNumbers = (shape: readonly number[], seed: number): Float64Array => Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7919 + seed * 104_729) % 7) - 3);

const places = (size: number, taps: number, { stride, padding, dilation }: ChannelsLastAxis): number => Math.floor((size + padding[0] + padding[1] - (taps - 1) * dilation - 1) / stride) + 1;

/** By the definition, one number after the other. */
function byDefinition({ batch, spatial: [height, width], window: [tapsDown, tapsAcross], channels, features }: Sizes, x: Float64Array, kernel: Float64Array, [down, across]: readonly [ChannelsLastAxis, ChannelsLastAxis]): number[] {
  const out: number[] = [];
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < places(height, tapsDown, down); row++) {
      for (let column = 0; column < places(width, tapsAcross, across); column++) {
        for (let feature = 0; feature < features; feature++) {
          let sum = 0;
          for (let i = 0; i < tapsDown; i++) {
            for (let j = 0; j < tapsAcross; j++) {
              const y = row * down.stride + i * down.dilation - down.padding[0];
              const z = column * across.stride + j * across.dilation - across.padding[0];
              if (y < 0 || y >= height || z < 0 || z >= width) continue;
              for (let c = 0; c < channels; c++) sum += x[((n * height + y) * width + z) * channels + c]! * kernel[((i * tapsAcross + j) * channels + c) * features + feature]!;
            }
          }
          out.push(sum);
        }
      }
    }
  }
  return out;
}

const plain: ChannelsLastAxis = { stride: 1, padding: [0, 0], dilation: 1 };
const same: ChannelsLastAxis = { ...plain, padding: [1, 1] };

describe.each(['float32', 'float64'] as const)('a convolution with channels last of %s', (dtype) => {
  const ofDtype = (data: Float64Array): FloatView['data'] => (dtype === 'float32' ? Float32Array.from(data) : data);
  const cases: readonly (readonly [string, Sizes, readonly [ChannelsLastAxis, ChannelsLastAxis]])[] = [
    ['tiles and strips without a rest', { batch: 2, spatial: [8, 8], window: [3, 3], channels: 16, features: 16 }, [same, same]],
    ['a rest of places and of features', { batch: 2, spatial: [7, 9], window: [3, 3], channels: 5, features: 11 }, [same, same]],
    ['one channel', { batch: 3, spatial: [11, 13], window: [5, 5], channels: 1, features: 6 }, [plain, plain]],
    ['strides', { batch: 2, spatial: [17, 19], window: [3, 4], channels: 3, features: 9 }, [{ ...same, stride: 2 }, { ...plain, stride: 3, padding: [0, 2] }]],
    ['a stride beyond the kernel', { batch: 1, spatial: [21, 40], window: [1, 2], channels: 8, features: 8 }, [{ ...plain, stride: 4 }, { ...plain, stride: 5 }]],
    ['dilations', { batch: 2, spatial: [12, 15], window: [3, 3], channels: 4, features: 8 }, [{ ...plain, dilation: 2, padding: [2, 1] }, { ...plain, dilation: 3, padding: [5, 0] }]],
    ['padding beyond the kernel', { batch: 1, spatial: [4, 4], window: [2, 2], channels: 6, features: 12 }, [{ ...plain, padding: [5, 4] }, { ...plain, padding: [3, 6] }]],
    ['a kernel of one place', { batch: 2, spatial: [6, 10], window: [1, 1], channels: 33, features: 20 }, [plain, plain]],
    ['runs that are longer than a call\'s', { batch: 1, spatial: [5, 6], window: [3, 3], channels: 257, features: 8 }, [same, same]],
    ['more strips than the workspace holds', { batch: 1, spatial: [5, 5], window: [3, 3], channels: 64, features: 104 }, [same, same]],
    ['more rows than the workspace holds', { batch: 1, spatial: [70, 64], window: [3, 3], channels: 24, features: 8 }, [same, same]],
    ['one row', { batch: 3, spatial: [1, 50], window: [1, 7], channels: 4, features: 10 }, [plain, { ...plain, padding: [6, 0] }]],
  ];
  it.each(cases)('is that of the definition with %s', (_, sizes, axes) => {
    const { batch, spatial, window, channels, features } = sizes;
    const [x, kernel] = [wholeNumbers([batch, ...spatial, channels], 1), wholeNumbers([...window, channels, features], 2)];
    const found = convolveChannelsLast({ data: ofDtype(x), shape: [batch, ...spatial, channels] }, { data: ofDtype(kernel), shape: [...window, channels, features] }, axes)!;
    expect(found.shape).toEqual([batch, places(spatial[0], window[0], axes[0]), places(spatial[1], window[1], axes[1]), features]);
    expect(Array.from(found.data)).toEqual(byDefinition(sizes, x, kernel, axes));
  });

  it('of one spatial axis is that of two of which one has one place', () => {
    const [x, kernel] = [wholeNumbers([4, 30, 6], 3), wholeNumbers([3, 6, 12], 4)].map(ofDtype) as [FloatView['data'], FloatView['data']];
    const one = convolveChannelsLast({ data: x, shape: [4, 30, 6] }, { data: kernel, shape: [3, 6, 12] }, [same])!;
    const two = convolveChannelsLast({ data: x, shape: [4, 1, 30, 6] }, { data: kernel, shape: [1, 3, 6, 12] }, [plain, same])!;
    expect(one.shape).toEqual([4, 30, 12]);
    expect(one.data).toEqual(two.data);
  });
});

describe('a convolution with channels last', () => {
  const x: FloatView = { data: new Float32Array(2 * 9 * 9 * 8).fill(1), shape: [2, 9, 9, 8] };
  const kernel: FloatView = { data: new Float32Array(3 * 3 * 8 * 8).fill(1), shape: [3, 3, 8, 8] };

  it('lets what is not a number stay in the places that see it', () => {
    const data = Float32Array.from(x.data);
    data[(4 * 9 + 4) * 8] = Number.NaN;
    const out = convolveChannelsLast({ ...x, data }, kernel, [plain, plain])!;
    const wrong = Array.from(out.data, (value, i) => [Number.isNaN(value), i < 7 * 7 * 8 && Math.abs(Math.floor(i / 56) - 3) <= 1 && Math.abs((Math.floor(i / 8) % 7) - 3) <= 1] as const).filter(([found, expected]) => found !== expected);
    expect(wrong).toEqual([]);
  });

  it.each([
    ['padding that takes away', x, kernel, [{ ...plain, padding: [-1, 0] as const }, plain]],
    ['other channels in the kernel', x, { data: new Float32Array(3 * 3 * 4 * 8), shape: [3, 3, 4, 8] }, [plain, plain]],
    ['no place', { data: new Float32Array(2 * 2 * 9 * 8), shape: [2, 2, 9, 8] }, kernel, [plain, plain]],
    ['three spatial axes', { data: new Float32Array(2 * 9 * 9 * 9 * 8), shape: [2, 9, 9, 9, 8] }, { data: new Float32Array(27 * 64), shape: [3, 3, 3, 8, 8] }, [plain, plain, plain]],
  ] as const)('is left to the general kernel with %s', (_, operand, filter, axes) => {
    expect(convolveChannelsLast(operand, filter, axes)).toBeNull();
  });
});
