import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../src/cli/main.js';
import { parseOptions, UsageError } from '../src/cli/options.js';
import { Progress } from '../src/cli/report.js';

/** A suite of three cases on numbers alone: one right, one wrong, one that may be skipped. */
const cases = [
  { id: 'relu/right', fn: 'relu', args: [-1], expect: 0 },
  { id: 'relu/wrong', fn: 'relu', args: [2], expect: 3 },
  { id: 'none/optional', fn: 'noSuchFunction', args: [2], expect: 3, optional: true },
  { id: 'none/needed', fn: 'noSuchFunction', args: [2], expect: 3 },
].map((the) => JSON.stringify({ kind: 'function', x64: false, source: '', attrs: {}, tolerance: { mode: 'close', rtol: 0, atol: 0 }, ...the }));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  await writeFile(join(folder, 'small.jsonl'), `${cases.join('\n')}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await main(args, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

describe('the command line', () => {
  it('prints failures with id and reason, counts by suite, and the total as its last line', async () => {
    const { code, out } = await run(folder);
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      'FAILED small/relu/wrong: MismatchError: output: got 2, want 3',
      'FAILED small/none/needed: missing: noSuchFunction',
      '',
      'small  1 passed, 2 failed, 1 skipped',
      '',
      '1 passed, 2 failed, 1 skipped',
      '',
    ]);
  });

  it('exits with 0 where nothing fails', async () => {
    const { code, out } = await run(folder, '--filter', 'small/relu/right');
    expect(code).toBe(0);
    expect(out).toMatch(/\n1 passed, 0 failed, 0 skipped\n$/);
  });

  it('writes the results as JSON', async () => {
    const file = join(folder, 'results.json');
    await run(folder, '--json', file, '--filter=relu');
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    expect(json).toMatchObject({
      executor: 'eager',
      counts: { passed: 1, failed: 1, skipped: 0 },
      results: [
        { suite: 'small', id: 'relu/right', status: 'passed' },
        { suite: 'small', id: 'relu/wrong', status: 'failed', reason: 'MismatchError: output: got 2, want 3' },
      ],
    });
  });

  it('explains itself', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    for (const option of ['--suite', '--filter', '--executor', '--json', '--help']) expect(out).toContain(option);
  });

  it('refuses an unknown suite, naming those there are', async () => {
    const { code, err } = await run(folder, '--suite', 'tiny');
    expect(code).toBe(2);
    expect(err).toContain('no suite tiny; suites are small');
  });

  it('refuses a folder without suites', async () => {
    expect((await run(join(folder, 'nothing'))).err).toContain('cannot read the folder');
  });
});

describe('options', () => {
  it('takes values after a space or an equals sign', () => {
    expect(parseOptions(['cases', '--suite', 'a', '--suite=b', '--filter=x=y', '--executor', 'onnx', '--json', 'out.json'])).toEqual({
      directory: 'cases',
      suites: ['a', 'b'],
      filter: 'x=y',
      executor: 'onnx',
      json: 'out.json',
      help: false,
    });
  });

  it.each([
    [['--verbose'], /unknown option --verbose[^]*--suite NAME/],
    [['--suite'], /--suite needs a value/],
    [['--executor', 'gpu'], /unknown executor gpu; executors are eager, onnx/],
    [['a', 'b'], /one folder at most, found a, b/],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
    expect(() => parseOptions(args)).toThrow(UsageError);
  });
});

describe('progress', () => {
  it('is written at most once in an interval', () => {
    let now = 0;
    const lines: string[] = [];
    const progress = new Progress((text) => lines.push(text), 100, () => now);
    for (now = 0; now < 250; now += 50) progress.tick('random');
    expect(lines).toEqual(['... 3 cases done, now in random\n', '... 5 cases done, now in random\n']);
  });
});
