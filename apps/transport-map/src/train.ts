import type { Collection } from '@flaxon/core';
import type { CompileOptions } from '@flaxon/runtime-onnx';
import { random, scan } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { squaredWasserstein } from '@flaxon/transport';

import { createNeuralDual } from './dual.js';
import type { DualLosses, DualState, NeuralDual } from './dual.js';
import type { TrainListener } from './events.js';
import { colourRange } from './image.js';
import type { Points } from './image.js';
import { samplePalette, sampleSize } from './palette.js';
import type { Palette } from './palette.js';
import { Recorder } from './record.js';
import type { TrainRecord } from './record.js';
import { keyPair, streamKey } from './streams.js';

export interface TrainTask {
  readonly source: Palette;
  readonly target: Palette;
  readonly steps: number;
  /** Points of each palette in a step. */
  readonly batch: number;
  readonly seed: number;
}

/** Makes a function run somewhere: as a graph on ONNX Runtime (`compile`), or by the eager executor. */
export type Executor = <Args extends readonly unknown[], Result>(
  f: (...args: Args) => Result,
  options?: Pick<CompileOptions, 'argumentNames' | 'symbolic'>,
) => (...args: Args) => Promise<Result>;

export interface TrainContext {
  readonly executor: Executor;
  readonly listen: TrainListener;
  /** When it aborts, the training ends after the run that goes on, and gives the best map so far. */
  readonly signal: AbortSignal;
}

/** What a training comes to. */
export interface TrainedMap extends TrainRecord {
  readonly dual: NeuralDual;
  readonly stepsDone: number;
  readonly seconds: number;
  readonly stopped: boolean;
}

/** Steps in one run of the graph: enough that a run's overhead does not matter, few enough that Ctrl-C is heard soon. */
const stepsPerRun = 50;
/** Steps between two measurements of the distance. */
const stepsPerMeasurement = 100;
/** Points of each palette in a measurement: few, for the assignment takes time with the third power of their number. */
const measuredPoints = 500;
/** Widths of the hidden layers of f and g. */
const hidden = [64, 64, 64];
/** How far outside the colour cube the conjugate points may lie. */
const margin = 0.5;

/** Trains the potentials on the two palettes, and gives the best map that it came by. */
export async function train(task: TrainTask, { executor, listen, signal }: TrainContext): Promise<TrainedMap> {
  const { steps, seed } = task;
  const dual = createNeuralDual({ dimension: 3, hidden, decaySteps: steps, box: { low: colourRange.low - margin, high: colourRange.high + margin } });
  const advance = createAdvance(dual, task, executor);
  const distanceOf = createMeasure(dual, task, executor);
  const recorder = new Recorder(listen);
  const batchKey = streamKey(seed, 'batches');
  let state = dual.init(streamKey(seed, 'parameters'));
  let stepsDone = 0;
  let measuredAt = 0;
  const measure = async (): Promise<void> => {
    const { f } = dual.potentials(state);
    measuredAt = stepsDone;
    recorder.measured({ step: stepsDone, distance: await distanceOf(f) }, f);
  };

  const compiling = performance.now();
  // The first call makes the graph. Its step is done again below, as the first of many.
  await advance(state, batchKey, 1);
  listen({ kind: 'compiled', seconds: secondsSince(compiling), stepsPerRun });

  const start = performance.now();
  await measure();
  while (stepsDone < steps && !signal.aborted) {
    const count = Math.min(stepsPerRun, steps - stepsDone);
    const [next, losses] = await advance(state, random.foldIn(batchKey, stepsDone), count);
    state = next;
    stepsDone += count;
    await turnOfEventLoop();
    if (stepsDone % stepsPerMeasurement === 0) await measure();
    recorder.trained({ step: stepsDone, lossF: meanOf(losses.lossF), lossG: meanOf(losses.lossG) }, stepsDone / secondsSince(start));
  }
  if (stepsDone > measuredAt) await measure();
  const ending = { seconds: secondsSince(start), stopped: stepsDone < steps };
  listen({ kind: 'ended', step: stepsDone, ...ending });
  return { dual, ...recorder.result(), stepsDone, ...ending };
}

type Advance = (state: DualState, key: Tensor, count: number) => Promise<[DualState, DualLosses]>;

/** Does `count` training steps in one run. Each draws its batches inside the graph, by keys of its own that come from `key`. */
function createAdvance(dual: NeuralDual, { source, target, batch }: TrainTask, executor: Executor): Advance {
  const steps = (state: DualState, keys: readonly [Tensor, Tensor], from: Palette, to: Palette): [DualState, DualLosses] =>
    scan((carry, [sourceKey, targetKey]) => dual.step(carry, samplePalette(from, sourceKey, batch), samplePalette(to, targetKey, batch)), state, keys);
  const run = executor(steps, {
    argumentNames: ['state', 'keys', 'source', 'target'],
    // One graph for any number of steps.
    symbolic: (path, shape) => (path.startsWith('keys/') ? ['steps', ...shape.slice(1)] : shape),
  });
  return (state, key, count) => {
    const keys = keyPair(key);
    return run(state, [random.split(keys.source, count), random.split(keys.target, count)], source, target);
  };
}

/** Measures maps: the squared distance between a sample of the source, mapped, and one of the target, the same each time. */
function createMeasure(dual: NeuralDual, task: TrainTask, executor: Executor): (parameters: Collection) => Promise<number> {
  const keys = keyPair(streamKey(task.seed, 'monitor'));
  const count = sampleSize(task, measuredPoints);
  const run = executor(dual.map);
  const from = samplePalette(task.source, keys.source, count);
  const to = samplePalette(task.target, keys.target, count).data() as Points;
  return async (parameters) => squaredWasserstein((await run(parameters, from)).data() as Points, to, 3);
}

function meanOf(values: Tensor): number {
  const numbers = values.data() as Float32Array;
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** Lets signals and timers in: a run of the graph holds the thread. */
function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
