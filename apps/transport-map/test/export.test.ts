import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { random, tensor } from '@flaxon/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createNeuralDual } from '../src/dual.js';
import { checkMap, exportMap, loadMap, MapCheckError } from '../src/export.js';
import type { LoadedMap } from '../src/export.js';
import type { Points } from '../src/image.js';

const dual = createNeuralDual({ dimension: 3, hidden: [16, 16], decaySteps: 1, box: { low: -2.5, high: 2.5 } });
const { f } = dual.potentials(dual.init(random.key(1)));
const points = (count: number): Points => random.uniform(random.key(count), [count, 3], { minval: -2, maxval: 2 }).data() as Points;
const eager = (given: Points): Points => dual.map(f, tensor(given, { shape: [given.length / 3, 3] })).data() as Points;

let folder: string;
let path: string;
let map: LoadedMap;
let names: string[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  path = join(folder, 'made', 'map.onnx');
  const model = await exportMap(dual, f, path, 'cpu');
  names = (model.graph.initializer ?? []).map(({ name = '' }) => name);
  map = await loadMap(path, 'cpu');
});
afterAll(async () => {
  await map.release();
  rmSync(folder, { recursive: true });
});

describe('the exported map', () => {
  it.each([1, 2, 333])('gives in a fresh session what the eager executor gives: %d points', async (count) => {
    const given = points(count);
    const found = await map.run(given);
    const expected = eager(given);
    expect(found).toHaveLength(expected.length);
    found.forEach((value, at) => expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-5));
  });

  it('has the parameters of f under their names', () => {
    for (const layer of ['Dense_0', 'Dense_1']) expect(names).toContain(`params/${layer}/kernel`);
  });

  it('is the only file in its folder, which was made for it', () => {
    expect(readdirSync(join(folder, 'made'))).toEqual(['map.onnx']);
  });
});

describe('checkMap', () => {
  it('tells the largest deviation', () => {
    const given = points(100);
    const found = eager(given).slice();
    found[40] = found[40]! + 5e-4;
    expect(checkMap(dual, f, given, found)).toEqual({ points: 100, deviation: expect.closeTo(5e-4, 6) as number });
  });

  it('a map that deviates by more than rounding is an error with the deviation', () => {
    const given = points(100);
    const found = eager(given).slice();
    found[299] = found[299]! - 0.25;
    expect(() => checkMap(dual, f, given, found)).toThrow(MapCheckError);
    expect(() => checkMap(dual, f, given, found)).toThrow(/differ by up to 0\.2/);
  });

  it('a result that is not a number is an error', () => {
    const given = points(10);
    const found = eager(given).slice();
    found[0] = NaN;
    expect(() => checkMap(dual, f, given, found)).toThrow(MapCheckError);
  });
});
