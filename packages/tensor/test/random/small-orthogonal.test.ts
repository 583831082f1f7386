import { describe, expect, it } from 'vitest';
import { evaluateProgram, random, trace, type Tensor } from '../../src/index.js';

const bits = (x: Tensor): Uint32Array => new Uint32Array((x.data() as Float32Array).buffer);

/** The matrix of a program that draws it. */
function ofProgram(key: Tensor, n: number, shape: readonly number[], m: number): Tensor {
  const { program } = trace((given) => [random.orthogonal(given, n, shape, { m })], [key]);
  return evaluateProgram(program, [key])[0]!;
}

describe('a small orthogonal matrix in float32', () => {
  it.each([[1, 1], [2, 2], [3, 3], [4, 4], [4, 2], [2, 4], [3, 1]] as const)('%i x %i has the same bits in a program as eagerly', (n, m) => {
    for (const seed of [0, 1, 2, 3, 4, 5, 6, 7]) {
      expect(bits(ofProgram(random.key(seed), n, [], m))).toEqual(bits(random.orthogonal(random.key(seed), n, [], { m })));
    }
  });

  it('has them in a batch too', () => {
    expect(bits(ofProgram(random.key(9), 3, [2, 2], 3))).toEqual(bits(random.orthogonal(random.key(9), 3, [2, 2], { m: 3 })));
  });
});
