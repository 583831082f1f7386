import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

const schema = z.object({
  maxLength: z.int(),
  cases: z.array(z.object({ sentence: z.string(), ids: z.array(z.int()), embedding: z.base64().transform(floats) })),
});

function floats(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}

/** The path of a file or folder in `cases`. */
export const casePath = (name: string): string => fileURLToPath(new URL(`cases/${name}`, import.meta.url));

/** Sentences with what the originals make of them; see cases/README.md. */
export const readCases = (name: string): z.infer<typeof schema> => schema.parse(JSON.parse(readFileSync(casePath(name), 'utf8')));

/** A random BERT, small enough to be part of the tests. */
export const tinyFolder = casePath('tiny-bert');

/** The folder of the real model, where one is given. */
export const miniLmFolder = process.env['FLAXON_MINILM'];

export const largestDifference = (x: Float32Array, y: Float32Array): number => {
  if (x.length !== y.length) return Infinity;
  // A NaN stays.
  return x.reduce((largest, value, at) => Math.max(largest, Math.abs(value - y[at]!)), 0);
};
