/** The functions of a step where they run: one or several batches a call. */
import type { StepKeys, Variables } from '@flaxon/core';
import { reshape, slice, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { stacked, type Batch } from '../data/batch.js';
import type { Runnable, Runner } from './runner.js';
import type { TrainerState } from './state.js';
import type { Measured, Step, StepInput, StepResult } from './step.js';

/** What a call gave, and the seconds that it took if something was compiled in it. */
export interface Called<Result> {
  readonly result: Result;
  readonly compileSeconds: number | null;
}

export interface CompiledStep {
  /** Steps on batches of one shape, in one call. */
  advance(state: TrainerState, batches: readonly Batch<unknown>[], keys: StepKeys): Promise<Called<{ readonly state: TrainerState; readonly results: readonly StepResult[] }>>;
  measure(variables: Variables, batch: Batch<unknown>): Promise<Called<Measured>>;
  release(): Promise<void>;
}

const inputOf = ({ data, weights }: Batch<unknown>): StepInput => ({ data: data as StepInput['data'], weights });

export function compiledStep(step: Step, runner: Runner, stepsPerCall: number): CompiledStep {
  const single = runner(step.step, { argumentNames: ['state', 'batch', 'rngs'] });
  // One graph for any number of steps, so that the last call of an epoch may have fewer.
  const several = runner(step.steps, { argumentNames: ['state', 'batches', 'rngs'], symbolic: (path, shape) => (path.startsWith('batches/') ? ['steps', ...shape.slice(1)] : shape) });
  const measure = runner(step.measure, { argumentNames: ['variables', 'batch'] });
  return {
    async advance(state, batches, keys) {
      if (stepsPerCall === 1) {
        const { result, compileSeconds } = await timed(single, state, inputOf(batches[0]!), keys);
        return { result: { state: result[0], results: [result[1]] }, compileSeconds };
      }
      const { result, compileSeconds } = await timed(several, state, stacked(batches), keys);
      return { result: { state: result[0], results: batches.map((_, i) => tree.map((leaf: Tensor) => elementOf(leaf, i), result[1]) as StepResult) }, compileSeconds };
    },
    measure: (variables, batch) => timed(measure, variables, inputOf(batch)),
    release: async () => void (await Promise.all([single.release(), several.release(), measure.release()])),
  };
}

async function timed<Args extends readonly Tree<Tensor>[], Result>(f: Runnable<Args, Result>, ...args: Args): Promise<Called<Result>> {
  const before = f.compiledCount();
  const start = performance.now();
  const result = await f(...args);
  return { result, compileSeconds: f.compiledCount() > before ? (performance.now() - start) / 1000 : null };
}

/** Element `i` along the first axis. */
const elementOf = (leaf: Tensor, i: number): Tensor => {
  const inner = leaf.staticShape('Trainer').slice(1);
  return reshape(slice(leaf, [i, ...inner.map(() => 0)], [i + 1, ...inner]), inner);
};
