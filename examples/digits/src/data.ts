import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

import { tensor } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';

/** Pixels along an edge, and how many kinds of digits there are. */
export const edge = 8;
export const classes = 10;

const pixels = edge * edge;
const brightest = 16;

export interface Digits {
  /** float32 (count, 8, 8, 1), from 0 to 1. */
  readonly images: Tensor;
  /** int32 (count). */
  readonly labels: Tensor;
}

/** How many there are. */
export const countOf = ({ labels }: Digits): number => labels.shape[0] as number;

export interface Split {
  readonly train: Digits;
  /** What no step of the training sees. */
  readonly held: Digits;
}

/** Every fifth digit is held back: the rows stand in the order in which people wrote them, so both parts have all writers. */
const heldEvery = 5;

/** Reads `data/digits.csv.gz`: 1437 digits to train on and 360 held back. */
export async function loadDigits(): Promise<Split> {
  const file = new URL('../data/digits.csv.gz', import.meta.url);
  const rows = gunzipSync(await readFile(file)).toString().trim().split('\n').map((line) => line.split(',').map(Number));
  return {
    train: toTensors(rows.filter((_, i) => i % heldEvery !== 0)),
    held: toTensors(rows.filter((_, i) => i % heldEvery === 0)),
  };
}

function toTensors(rows: readonly (readonly number[])[]): Digits {
  const brightness = Float32Array.from(rows.flatMap((row) => row.slice(0, pixels)), (pixel) => pixel / brightest);
  const digits = Int32Array.from(rows, (row) => row[pixels]!);
  return { images: tensor(brightness, { shape: [rows.length, edge, edge, 1] }), labels: tensor(digits) };
}
