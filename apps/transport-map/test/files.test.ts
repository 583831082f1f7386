import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { replaceAtomically, writeAtomically } from '../src/files.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'files-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('the file is written and nothing else stays behind, in a folder made for it', async () => {
  await writeAtomically(join(folder, 'new', 'a.txt'), 'text');
  expect(readdirSync(join(folder, 'new'))).toEqual(['a.txt']);
  expect(readFileSync(join(folder, 'new', 'a.txt'), 'utf8')).toBe('text');
});

it('while the writing goes on the old file is whole', async () => {
  const path = join(folder, 'a.txt');
  writeFileSync(path, 'old');
  await replaceAtomically(path, async (temporary) => {
    writeFileSync(temporary, 'new');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
  expect(readFileSync(path, 'utf8')).toBe('new');
});

it('when the writing fails the old file stays and the half-written one goes', async () => {
  const path = join(folder, 'a.txt');
  writeFileSync(path, 'old');
  const failing = replaceAtomically(path, async (temporary) => {
    writeFileSync(temporary, 'half');
    throw new Error('disk full');
  });
  await expect(failing).rejects.toThrow('disk full');
  expect(readdirSync(folder)).toEqual(['a.txt']);
  expect(readFileSync(path, 'utf8')).toBe('old');
});
