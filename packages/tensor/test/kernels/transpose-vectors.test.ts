import { describe, expect, it } from 'vitest';
import { transposeVectors } from '../../src/kernels/transpose-vectors.js';

/** Source and target between other numbers, each line `gap` after the last. */
function matrices(length: number, lines: number, gap: number) {
  const source = Int32Array.from({ length: 3 + lines * (length + gap) }, (_, i) => i * 2_654_435_761);
  const target = new Int32Array(5 + length * (lines + gap)).fill(-1);
  return { source: { data: source, start: 3, stride: length + gap }, target: { data: target, start: 5, stride: lines + gap } };
}

describe('transposition with vectors', () => {
  const sizes = [[16, 1024], [1024, 16], [64, 64], [100, 50], [51, 97], [333, 1023], [5, 400], [17_001, 8], [8, 17_001], [300, 700]] as const;
  it.each(sizes.flatMap(([length, lines]) => [0, 3].map((gap) => [length, lines, gap] as const)))('of lines of %i elements, %i of them, %i apart, moves every element and writes no other', (length, lines, gap) => {
    const { source, target } = matrices(length, lines, gap);
    const wanted = target.data.slice();
    const done = transposeVectors(length, lines, source, target);
    if (done) for (let j = 0; j < lines; j++) for (let i = 0; i < length; i++) wanted[target.start + i * target.stride + j] = source.data[source.start + j * source.stride + i]!;
    expect(target.data.findIndex((value, i) => value !== wanted[i])).toBe(-1);
  });

  it.each([[16, 1024], [1024, 16], [64, 64], [333, 1023], [300, 700], [8, 17_001]])('is done of lines of %i elements, %i of them', (length, lines) => {
    const { source, target } = matrices(length, lines, 0);
    expect(transposeVectors(length, lines, source, target)).toBe(lines % 4 === 0 || lines >= 48);
  });

  it('leaves short lines that lie apart to the copy by elements', () => {
    const { source, target } = matrices(16, 1024, 1);
    expect(transposeVectors(16, 1024, source, target)).toBe(false);
  });
});
