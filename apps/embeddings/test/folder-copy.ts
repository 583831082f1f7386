import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fromSafetensors, toSafetensors } from '@flaxon/checkpoint';
import type { Tensor } from '@flaxon/tensor';

import { tinyFolder } from './cases.js';

/** A copy of the tiny model's folder, to be spoilt. */
export function copyOfTinyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embeddings-'));
  cpSync(tinyFolder, folder, { recursive: true });
  return folder;
}

/** Writes the entries of a JSON file in `folder` anew. */
export function changeJson(folder: string, file: string, change: (entries: Record<string, unknown>) => Record<string, unknown>): void {
  const path = join(folder, file);
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>)));
}

/** Writes the weights in `folder` anew, by their names there. */
export function changeWeights(folder: string, change: (weights: Record<string, Tensor>) => Record<string, Tensor>): void {
  const path = join(folder, 'model.safetensors');
  const weights = fromSafetensors(readFileSync(path), { separator: '' }) as Record<string, Tensor>;
  writeFileSync(path, toSafetensors(change({ ...weights })));
}
