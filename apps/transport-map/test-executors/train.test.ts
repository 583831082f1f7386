import { compile } from '@flaxon/runtime-onnx';
import { tree } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { beforeAll, describe, expect, inject, it } from 'vitest';

import type { TrainEvent } from '../src/events.js';
import { paletteOf } from '../src/palette.js';
import { train } from '../src/train.js';
import type { Executor, TrainedMap, TrainTask } from '../src/train.js';

const eager: Executor = (f) => (...args) => Promise.resolve(f(...args));
const executor: Executor = inject('executor') === 'onnx' ? (f, options) => compile(f, options) : eager;

/** A palette of many shades around one colour. */
const shades = (red: number, green: number, blue: number) =>
  paletteOf({ pixels: Uint8Array.from({ length: 600 }, (_, at) => [red, green, blue][at % 3]! + (((at * 7919) % 61) - 30)) });

const task: TrainTask = { source: shades(60, 90, 150), target: shades(200, 120, 60), steps: 60, batch: 8, seed: 0 };

async function trainWith(changes: Partial<TrainTask> = {}, stopAt?: TrainEvent['kind']): Promise<{ trained: TrainedMap; events: TrainEvent[] }> {
  const events: TrainEvent[] = [];
  const controller = new AbortController();
  const listen = (event: TrainEvent): void => {
    events.push(event);
    if (event.kind === stopAt) controller.abort();
  };
  return { trained: await train({ ...task, ...changes }, { executor, listen, signal: controller.signal }), events };
}

const numbersOf = ({ parameters }: TrainedMap): number[] => tree.leaves<Tensor>(parameters).flatMap((leaf) => Array.from(leaf.data(), Number));

describe('train', () => {
  let trained: TrainedMap;
  let events: TrainEvent[];
  beforeAll(async () => {
    ({ trained, events } = await trainWith());
  }, 60_000);

  it('brings the source near to the target', () => {
    const [before, after] = [trained.distances[0]!.distance, Math.min(...trained.distances.map(({ distance }) => distance))];
    expect(after).toBeLessThan(before / 3);
  });

  it('does all the steps, also where they are no multiple of those in a run', () => {
    expect(events.flatMap((event) => (event.kind === 'trained' ? [event.step] : []))).toEqual([50, 60]);
    expect(trained).toMatchObject({ stepsDone: 60, stopped: false });
  });

  it('measures at the start and at the end, and says when it is over', () => {
    expect(trained.distances.map(({ step }) => step)).toEqual([0, 60]);
    expect(events.map(({ kind }) => kind)).toEqual(['compiled', 'measured', 'trained', 'trained', 'measured', 'ended']);
  });

  it('gives the parameters of the smallest distance', () => {
    const smallest = trained.distances.reduce((best, each) => (each.distance < best.distance ? each : best));
    expect(trained.step).toBe(smallest.step);
  });

  it('the same seed gives the same map, another seed another', async () => {
    const first = numbersOf((await trainWith({ steps: 5 })).trained);
    expect(numbersOf((await trainWith({ steps: 5 })).trained)).toEqual(first);
    expect(numbersOf((await trainWith({ steps: 5, seed: 1 })).trained)).not.toEqual(first);
  });

  it('an abort ends it after the run that goes on, with a measurement of what there is', async () => {
    const { trained: stopped } = await trainWith({ steps: 500 }, 'trained');
    expect(stopped).toMatchObject({ stepsDone: 50, stopped: true });
    expect(stopped.distances.map(({ step }) => step)).toEqual([0, 50]);
  });

  it('an abort before the first step leaves the untrained map', async () => {
    const { trained: untrained, events: few } = await trainWith({}, 'compiled');
    expect(untrained).toMatchObject({ stepsDone: 0, stopped: true, step: 0 });
    expect(few.some(({ kind }) => kind === 'trained')).toBe(false);
  });
});
