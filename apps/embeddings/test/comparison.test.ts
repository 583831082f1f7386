import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { exportSentenceEncoder } from '../src/bert/export.js';
import { contestant, graphSize, tokenBatch } from '../src/comparison/contestant.js';
import type { Contestant } from '../src/comparison/contestant.js';
import { measure } from '../src/comparison/measure.js';
import { readModelFolder } from '../src/model-folder.js';
import { tinyFolder } from './cases.js';

let folder: string;
let path: string;
let nodes: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'compare-'));
  path = join(folder, 'ours.onnx');
  const { config, variables } = await readModelFolder(tinyFolder);
  const model = exportSentenceEncoder(config, variables);
  nodes = model.nodeCount;
  await model.save(path);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('counts the operators of a file', async () => {
  const size = await graphSize(path);
  expect(size).toMatchObject({ name: 'ours', nodes });
  expect(size.operators.reduce((sum, [, count]) => sum + count, 0)).toBe(nodes);
  expect(Object.fromEntries(size.operators)).toMatchObject({ LayerNormalization: 5, Gelu: 2 });
});

it('a graph differs from itself by nothing', async () => {
  const both = [await contestant(path, 1), await contestant(path, 1)];
  const latencies = await measure(both, tokenBatch(2, 8, 90), 3);
  for (const one of both) await one.release();
  expect(latencies.map(({ name, deviation }) => [name, deviation])).toEqual([['ours', 0], ['ours', 0]]);
  for (const { wall, processor } of latencies) for (const { least, median } of [wall, processor]) expect(median).toBeGreaterThanOrEqual(least);
});

it('graphs run in turns, every other round the other way round', async () => {
  const runs: string[] = [];
  const fake = (name: string, value: number): Contestant => ({
    name,
    run: async () => {
      runs.push(name);
      return Float32Array.of(value);
    },
    release: async () => {},
  });
  const latencies = await measure([fake('a', 1), fake('b', 1.5)], tokenBatch(1, 1, 9), 3);
  expect(runs.join('')).toBe('aabbabbaab');
  expect(latencies[1]!.deviation).toBe(0.5);
});
