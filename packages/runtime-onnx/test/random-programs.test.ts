import { trace, type Tensor } from '@flaxon/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/compile/compile.js';
import { expectClose } from './agreement.js';
import { type Known, operations, runSteps, type Step } from './random-program.js';
import { evaluateModel } from './third-executor.js';
import { arbitrary } from './values.js';

/** What every program begins with: matrices that multiply, vectors, scalars, an empty array; floats of both widths, integers, bools. */
const inputs: readonly Tensor[] = [
  arbitrary([3, 4], 'float32'), arbitrary([4, 3], 'float32'), arbitrary([4], 'float32'), arbitrary([], 'float32'), arbitrary([2, 3, 4], 'float32'),
  arbitrary([3, 4], 'float64'), arbitrary([4, 2], 'float64'), arbitrary([4], 'float64'), arbitrary([1, 4], 'float64'),
  arbitrary([3, 4], 'int32'), arbitrary([4], 'int32'), arbitrary([], 'int32'), arbitrary([3, 1], 'bool'), arbitrary([4], 'bool'), arbitrary([0, 4], 'float32'),
];

const number = fc.nat(1 << 20);
const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({ operation: fc.nat(operations.length - 1), first: number, second: number, third: number }), { minLength: 1, maxLength: 30, size: 'max' });

const valuesOf = (known: readonly Known[]): Tensor[] => known.map(({ value }) => value);

async function agree(program: readonly Step[]): Promise<void> {
  const scales: (number | undefined)[] = [];
  const expected = runSteps(program, inputs, scales);
  const compiled = compile((...args: Tensor[]) => valuesOf(runSteps(program, args, scales)), { cacheSize: 1 });
  try {
    const found = await compiled(...inputs);
    expected.forEach(({ value, slack }, i) => expectClose(found[i]!, value, slack, `result ${i}`));
    const evaluated = evaluateModel(compiled.lower(...inputs), inputs);
    expected.forEach(({ value, slack }, i) => expectClose(evaluated[i]!, value, slack, `result ${i} of the graph evaluated`));
  } finally {
    await compiled.release();
  }
}

// A fixed seed, so that a run can be repeated; FLAXON_SEED chooses another.
const seed = Number(process.env.FLAXON_SEED ?? 20261122);
// FLAXON_LONG=1 is what `npm run test:long` sets: a minute or two of programs instead of some seconds.
const isLong = process.env.FLAXON_LONG === '1';
const runs = isLong ? 10_000 : 1000;

describe('random programs', () => {
  it('give on ONNX Runtime, and by their graphs evaluated, what they give on the eager executor', async () => {
    let longest = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (program) => {
        await agree(program);
        longest = Math.max(longest, trace((...args) => valuesOf(runSteps(program, args, [])), inputs).program.equations.length);
      }),
      { numRuns: runs, seed },
    );
    expect(longest).toBeGreaterThanOrEqual(30);
  }, isLong ? 3_600_000 : 300_000);
});
