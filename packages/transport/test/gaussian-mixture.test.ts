import { ArgumentError, random, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { gaussianMixture, gaussianMixtureSamplers } from '../src/index.js';

const key = random.key(7);
const points = (x: Tensor): number[][] => {
  const flat = Array.from(x.data(), Number);
  return Array.from({ length: flat.length / 2 }, (_, i) => flat.slice(2 * i, 2 * i + 2));
};

describe('gaussianMixture', () => {
  it.each([['simple', 1], ['circle', 8], ['squareFive', 5], ['squareFour', 4]] as const)('%s has %i centers, all drawn from', (name, count) => {
    const found = points(gaussianMixture({ name, batchSize: 512, key, std: 0 }));
    expect(new Set(found.map(([x, y]) => `${x!.toFixed(3)},${y!.toFixed(3)}`.replaceAll('-0.000', '0.000'))).size).toBe(count);
  });

  it('is about its centers with the square of `std` as its deviation', () => {
    const found = points(gaussianMixture({ name: 'simple', batchSize: 4096, key, std: 0.5 })).flat();
    const deviation = Math.sqrt(found.reduce((total, x) => total + x * x, 0) / found.length);
    expect(deviation).toBeGreaterThan(0.24);
    expect(deviation).toBeLessThan(0.26);
  });

  it('draws batches with keys of their own', () => {
    const batches = gaussianMixture({ name: 'simple', batchSize: 3, key, batches: 2 });
    expect(batches.shape).toEqual([2, 3, 2]);
    expect(points(batches).slice(0, 3)).not.toEqual(points(batches).slice(3));
    expect(points(batches).slice(0, 3)).toEqual(points(gaussianMixture({ name: 'simple', batchSize: 3, key })));
  });

  it('refuses a name that it does not know, and no batches', () => {
    expect(() => gaussianMixture({ name: 'triangle' as never, batchSize: 3, key })).toThrow(/must be one of simple, circle, squareFive, squareFour/);
    expect(() => gaussianMixture({ name: 'simple', batchSize: 3, key, batches: 0 })).toThrow(ArgumentError);
  });
});

describe('gaussianMixtureSamplers', () => {
  it('draws source and target, to train and to validate, with keys of their own', () => {
    const options = { source: 'simple', target: 'simple', key, trainBatchSize: 4, validBatchSize: 4 } as const;
    const drawn = [gaussianMixtureSamplers(options), gaussianMixtureSamplers({ ...options, part: 'valid' })].flatMap(({ source, target }) => [source, target]);
    expect(new Set(drawn.map((x) => points(x).flat().join())).size).toBe(4);
    expect(drawn.map(({ shape }) => shape)).toEqual([[4, 2], [4, 2], [4, 2], [4, 2]]);
  });
});
