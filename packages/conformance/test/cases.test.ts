import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCaseLine } from '../src/cases.js';
import { ownCases } from '../src/paths.js';
import { openSuite, suiteNames } from '../src/suite.js';

const common = { id: 'group/name', x64: false, source: '' };
const parse = (the: object): ReturnType<typeof parseCaseLine> => parseCaseLine(JSON.stringify(the), 'suite.jsonl:1');

describe('parseCaseLine', () => {
  it('takes a case of its kind', () => {
    const the = { ...common, kind: 'function', fn: 'relu', args: [{ $: 'a' }, 2], attrs: {}, tolerance: { mode: 'exact' }, expect: { $: 'b' } };
    expect(parse(the)).toEqual({ id: 'group/name', ok: true, case: the });
  });

  it('tells the kind of each step of a script', () => {
    const steps = [{ let: 'p', param: { name: 'w', init: { name: 'ones' }, shape: [2] } }, { if: 'isInitializing', then: [{ let: 'x', value: 'p' }] }];
    const parsed = parse({ ...common, kind: 'script', module: { class: 'A', methods: { call: { params: ['x'], steps } } }, rngs: { params: { seed: 1 } }, args: [] });
    expect(parsed).toMatchObject({ ok: true, case: { module: { methods: { call: { steps: [{ op: 'param' }, { op: 'if', then: [{ op: 'value' }] }] } } } } });
  });

  it('names a field that the format does not have', () => {
    const parsed = parse({ ...common, kind: 'random', fn: 'normal', key: { seed: 1 }, attrs: {}, tolerance: { mode: 'exact' }, expects: null });
    expect(parsed).toMatchObject({ id: 'group/name', ok: false, reason: expect.stringContaining('"expects"') });
  });

  it.each([
    ['no JSON', '{', 'suite.jsonl:1', /no JSON/],
    ['no id', '{"kind":"random"}', 'suite.jsonl:1', /id/],
    ['an unknown kind', JSON.stringify({ ...common, kind: 'riddle' }), 'group/name', /unknown kind "riddle"; kinds are random, function/],
    ['an unknown tolerance', JSON.stringify({ ...common, kind: 'function', args: [], attrs: {}, tolerance: { mode: 'roughly' } }), 'group/name', /tolerance/],
  ])('says what is wrong with %s', (_, line, id, reason) => {
    expect(parseCaseLine(line, 'suite.jsonl:1')).toMatchObject({ id, ok: false, reason: expect.stringMatching(reason) });
  });
});

describe('a folder of suites', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'suites-'));
    const line = JSON.stringify({ ...common, kind: 'function', fn: 'relu', args: [1], attrs: {}, tolerance: { mode: 'exact' }, expect: 1 });
    await writeFile(join(folder, 'twice.jsonl'), `${line}\n\n${line}\n`);
    await writeFile(join(folder, 'notes.txt'), '');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('holds a suite for each .jsonl file, with or without arrays', async () => {
    expect(await suiteNames(folder)).toEqual(['twice']);
    expect((await openSuite(folder, 'twice')).arrays.names).toEqual([]);
  });

  it('does not take one id for two cases', async () => {
    const lines = [];
    for await (const line of (await openSuite(folder, 'twice')).cases()) lines.push(line);
    expect(lines).toMatchObject([{ ok: true }, { id: 'group/name (line 3)', ok: false, reason: 'the id stands twice in the suite' }]);
  });
});

describe('the cases of this package', () => {
  it('follow the format, every one', async () => {
    const wrong: string[] = [];
    let count = 0;
    for (const name of await suiteNames(ownCases)) {
      for await (const line of (await openSuite(ownCases, name)).cases()) {
        count++;
        if (!line.ok) wrong.push(`${name}/${line.id}: ${line.reason}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(3000);
  });
});
