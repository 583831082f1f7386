import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha1 } from '../../src/rng/sha1.js';

const hex = (digest: Uint32Array): string => [...digest].map((word) => word.toString(16).padStart(8, '0')).join('');
const reference = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');

it('agrees with an independent implementation at every length around the block boundaries', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
    expect(hex(sha1(bytes))).toBe(reference(bytes));
  }
});

it('agrees with an independent implementation on arbitrary bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => hex(sha1(bytes)) === reference(bytes)), { numRuns: 200 });
});
