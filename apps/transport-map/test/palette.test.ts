import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { squaredWasserstein } from '../src/assignment.js';
import { readImage, toPoints } from '../src/image.js';
import { paletteOf, samplePalette } from '../src/palette.js';
import { photographs } from '../src/photographs.js';

const rows = (points: Float32Array): number[][] => Array.from({ length: points.length / 3 }, (_, at) => [...points.subarray(at * 3, at * 3 + 3)]);
const sorted = (list: number[][]): string[] => list.map((row) => row.join()).toSorted();

describe('paletteOf', () => {
  it('has the pixels of the picture in another order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 60 }), (bytes) => {
        const pixels = bytes.slice(0, bytes.length - (bytes.length % 3));
        expect(sorted(rows(paletteOf({ pixels })))).toEqual(sorted(rows(toPoints({ width: pixels.length / 3, height: 1, pixels }))));
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
    const palette = Float32Array.from({ length: 12 * 3 }, (_, at) => Math.floor(at / 3));
    const taken = samplePalette(palette, [0, 0.5, 0.99, 0]);
    expect(rows(taken).map(([value]) => value)).toEqual([0, 4, 8, 9]);
  });

  it('takes every pixel equally often where the parts do not divide the palette', () => {
    const counts = new Array<number>(5).fill(0);
    const palette = Float32Array.from({ length: 15 }, (_, at) => Math.floor(at / 3));
    const grid = 50;
    for (let step = 0; step < grid; step++) {
      for (const [value] of rows(samplePalette(palette, new Array<number>(2).fill((step + 0.5) / grid)))) counts[value!]!++;
    }
    expect(counts).toEqual([20, 20, 20, 20, 20]);
  });

  it('a palette smaller than the sample repeats its points', () => {
    expect(rows(samplePalette(Float32Array.of(1, 1, 1, 2, 2, 2), [0.5, 0.5, 0.5, 0.5])).map(([value]) => value)).toEqual([1, 1, 2, 2]);
  });

  it('a number just below 1 stays inside the palette', () => {
    expect(samplePalette(Float32Array.of(1, 2, 3), [1])).toEqual(Float32Array.of(1, 2, 3));
  });

  it('two samples of a photograph are less than half as far apart as two independent ones', async () => {
    const image = await readImage(photographs.coffee);
    const [palette, points] = [paletteOf(image), toPoints(image)];
    const uniforms = (seed: number) => Float64Array.from({ length: 400 }, (_, at) => (((at + 1) * 0.6180339887 + seed * 0.318) * 977) % 1);
    const independent = (seed: number) => {
      const at = uniforms(seed).map((value) => Math.floor(value * (points.length / 3)));
      return Float32Array.from([...at].flatMap((index) => [...points.subarray(index * 3, index * 3 + 3)]));
    };
    const spread = squaredWasserstein(samplePalette(palette, uniforms(1)), samplePalette(palette, uniforms(2)), 3);
    expect(spread).toBeLessThan(0.5 * squaredWasserstein(independent(1), independent(2), 3));
  });
});
