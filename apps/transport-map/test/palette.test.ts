import fc from 'fast-check';
import { random, tensor } from '@flaxon/tensor';
import type { NestedArray, Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

import { squaredWasserstein } from '@flaxon/transport';
import { readImage, toPoints } from '../src/image.js';
import type { Points } from '../src/image.js';
import { paletteOf, samplePalette, sampleSize } from '../src/palette.js';
import { photographs } from '../src/photographs.js';

const rows = (points: Tensor): readonly number[][] => points.toArray() as readonly NestedArray[] as number[][];
const sorted = (list: readonly number[][]): string[] => list.map((row) => row.join()).toSorted();
/** (count, 3): row i is (i, i, i). */
const numbered = (count: number): Tensor => tensor(Float32Array.from({ length: count * 3 }, (_, at) => Math.floor(at / 3)), { shape: [count, 3] });
const numbers = (sample: Tensor): number[] => rows(sample).map(([value]) => value!);

describe('paletteOf', () => {
  it('has the pixels of the picture in another order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 3, maxLength: 60 }), (bytes) => {
        const pixels = bytes.slice(0, bytes.length - (bytes.length % 3));
        const points = tensor(toPoints({ pixels }), { shape: [pixels.length / 3, 3] });
        expect(sorted(rows(paletteOf({ pixels })))).toEqual(sorted(rows(points)));
      }),
    );
  });

  it('keeps the eight parts of the colour cube apart', () => {
    const pixels = Uint8Array.from({ length: 3 * 600 }, (_, at) => (at * 7919) % 256);
    const parts = rows(paletteOf({ pixels })).map((colour) => colour.map((value) => (value > 0 ? 1 : 0)).join(''));
    expect(parts.filter((part, at) => part !== parts[at - 1])).toHaveLength(new Set(parts).size);
  });
});

describe('samplePalette', () => {
  it('takes one point from each of the equal parts', () => {
    for (let seed = 0; seed < 20; seed++) {
      const parts = numbers(samplePalette(numbered(24), random.key(seed), 6)).map((value) => Math.floor(value / 4));
      expect(parts).toEqual([0, 1, 2, 3, 4, 5]);
    }
  });

  it('takes every pixel equally often where the parts do not divide the palette', () => {
    const counts = new Array<number>(5).fill(0);
    const draws = 2000;
    for (let seed = 0; seed < draws; seed++) for (const value of numbers(samplePalette(numbered(5), random.key(seed), 2))) counts[value]!++;
    // Two draws of five: 2/5 on average, with a standard deviation of 0.011 over so many.
    for (const count of counts) expect(Math.abs(count / draws - 0.4)).toBeLessThan(0.05);
  });

  it('the same key gives the same sample, another key another', () => {
    const sample = (seed: number): number[] => numbers(samplePalette(numbered(1000), random.key(seed), 50));
    expect(sample(1)).toEqual(sample(1));
    expect(sample(2)).not.toEqual(sample(1));
  });

  it('a palette smaller than the sample repeats its points', () => {
    expect(numbers(samplePalette(numbered(2), random.key(0), 4))).toEqual([0, 0, 1, 1]);
  });

  it('two samples of a photograph are less than half as far apart as two independent ones', async () => {
    const { pixels } = await readImage(photographs.coffee);
    const [palette, points] = [paletteOf({ pixels }), toPoints({ pixels })];
    const spread = (seed: number): Points => samplePalette(palette, random.key(seed), 400).data() as Points;
    const independent = (seed: number): Points => {
      const places = random.uniform(random.key(seed), [400]).data() as Float32Array;
      return Float32Array.from([...places].flatMap((place) => [...points.subarray(Math.floor((place * points.length) / 3) * 3).subarray(0, 3)]));
    };
    expect(squaredWasserstein(spread(1), spread(2), 3)).toBeLessThan(0.5 * squaredWasserstein(independent(1), independent(2), 3));
  });
});

it('a sample is no larger than the smaller palette', () => {
  expect(sampleSize({ source: numbered(700), target: numbered(90) }, 500)).toBe(90);
  expect(sampleSize({ source: numbered(700), target: numbered(900) }, 500)).toBe(500);
});
