import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { compile } from '@flaxon/runtime-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadMap } from '../src/export.js';
import { decodeImage, encodeImage, fitWithin, ImageError, toPixels, toPoints } from '../src/image.js';
import type { Image } from '../src/image.js';
import type { Options } from '../src/options.js';
import { run } from '../src/run.js';
import type { RunContext, RunResult } from '../src/run.js';

const picture = (width: number, height: number, base: readonly number[]): Image => ({
  width,
  height,
  pixels: Uint8Array.from({ length: width * height * 3 }, (_, at) => base[at % 3]! + ((at * 7919) % 50)),
});
const source = picture(24, 10, [30, 60, 120]);

let folder: string;
let options: Options;
const lines: string[] = [];
const context: RunContext = { executor: (f, given) => compile(f, given), listen: () => {}, say: (line) => lines.push(line), signal: new AbortController().signal };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-'));
  writeFileSync(join(folder, 'sea.png'), encodeImage(source));
  writeFileSync(join(folder, 'sand.png'), encodeImage(picture(12, 16, [190, 150, 90])));
  options = { source: join(folder, 'sea.png'), target: join(folder, 'sand.png'), steps: 60, batch: 16, size: 20, seed: 0, device: 'cpu', out: join(folder, 'out') };
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a run', () => {
  let result: RunResult;
  beforeAll(async () => {
    result = await run(options, context);
  }, 60_000);

  it('writes graph, picture and report, and names them', () => {
    expect(readdirSync(options.out).toSorted()).toEqual(['report.html', 'result.png', 'transport-map.onnx']);
    expect(result.files).toEqual(['transport-map.onnx', 'result.png', 'report.html'].map((file) => join(options.out, file)));
  });

  it('the picture is the source, fitted into the size, through the graph that was written', async () => {
    const fitted = fitWithin(source, options.size);
    const map = await loadMap(join(options.out, 'transport-map.onnx'), 'cpu');
    const pixels = toPixels(await map.run(toPoints(fitted)));
    await map.release();
    expect(decodeImage(readFileSync(join(options.out, 'result.png')))).toEqual({ width: 20, height: 8, pixels });
  });

  it('the map brings the colours nearer', () => {
    const { before, after } = result.measurement;
    expect(after).toBeLessThan(before / 2);
  });

  it('the report names the pictures and the distances, and shows curves for the steps done', () => {
    const html = readFileSync(join(options.out, 'report.html'), 'utf8');
    expect(html).toContain('<title>sea in the colours of sand</title>');
    for (const distance of [result.measurement.before, result.measurement.after]) expect(html).toContain(`<strong>${distance.toFixed(3)}</strong>`);
    expect(html).toContain('60 of 60');
    expect(html).toContain('colours: float32 (batch, 3)');
    expect(html).not.toMatch(/NaN|undefined|\[object/);
  });

  it('says what it exported', () => {
    expect(lines.join('\n')).toMatch(/exported the map as \d+ nodes; 160 pixels/);
  });
});

it('a run that is stopped at once still writes everything, with the untrained map', async () => {
  const out = join(folder, 'stopped');
  await run({ ...options, out }, { ...context, signal: AbortSignal.abort() });
  expect(readdirSync(out).toSorted()).toEqual(['report.html', 'result.png', 'transport-map.onnx']);
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('0 of 60, stopped');
});

it('a picture that is not there is an error before anything is written', async () => {
  const out = join(folder, 'nothing');
  await expect(run({ ...options, source: join(folder, 'none.png'), out }, context)).rejects.toThrow(ImageError);
  expect(() => readdirSync(out)).toThrow(/ENOENT/);
});
