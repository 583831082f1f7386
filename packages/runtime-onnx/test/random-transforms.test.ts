import { evaluateProgram, simplify, trace, type Tensor } from '@flaxon/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile/compile.js';
import { type Choice, nameOf, smoothFunction, transformations, transformed } from './random-transforms.js';
import { arbitrary } from './values.js';

const inputs: readonly Tensor[] = [arbitrary([2, 3], 'float64'), arbitrary([3], 'float64'), arbitrary([], 'float64')];

const number = fc.nat(1 << 16);
const choices = (least: number, most: number): fc.Arbitrary<Choice[]> => fc.array(fc.record({ kind: number, first: number, second: number }), { minLength: least, maxLength: most, size: 'max' });
const programs = fc.record({ steps: choices(1, 6), stack: choices(1, 3) });

/** The largest difference, against the largest number. */
function distance(found: Tensor, expected: Tensor): number {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [found.data() as Float64Array, expected.data() as Float64Array];
  const scale = b.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!) / scale), 0);
}

// A fixed seed, so that a run can be repeated; FLAXON_SEED chooses another. A failure prints its seed and path.
const seed = Number(process.env.FLAXON_SEED ?? 20261122);

describe('random functions under random stacks of transformations', () => {
  it('give as one program, eagerly and on ONNX Runtime, what they give step by step', async () => {
    const used = new Set<string>();
    await fc.assert(
      fc.asyncProperty(programs, async ({ steps, stack }) => {
        for (const choice of stack) used.add(nameOf(choice));
        const f = transformed(smoothFunction(steps), stack);
        const expected = f(...inputs);
        const { program } = trace((...args) => [f(...args)], inputs);
        expect(distance(evaluateProgram(simplify(program), inputs)[0]!, expected)).toBeLessThan(1e-10);
        const compiled = compile(f, { cacheSize: 1 });
        try {
          expect(distance(await compiled(...inputs), expected)).toBeLessThan(1e-8);
        } finally {
          await compiled.release();
        }
      }),
      { numRuns: 100, seed },
    );
    expect([...used].sort()).toEqual(Object.keys(transformations).sort());
  }, 120_000);
});
