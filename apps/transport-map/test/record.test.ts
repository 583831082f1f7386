import { zeros } from '@flaxon/tensor';
import { expect, it } from 'vitest';

import type { TrainEvent } from '../src/events.js';
import { Recorder } from '../src/record.js';

const parameters = (name: string) => ({ [name]: zeros([1]) });

it('the map with the smallest distance is kept, with its step', () => {
  const recorder = new Recorder(() => {});
  recorder.measured({ step: 0, distance: 3 }, parameters('first'));
  recorder.measured({ step: 100, distance: 1 }, parameters('best'));
  recorder.measured({ step: 200, distance: 2 }, parameters('last'));
  const { step, parameters: best } = recorder.result();
  expect(step).toBe(100);
  expect(Object.keys(best)).toEqual(['best']);
});

it('a distance that is not a number is never the best', () => {
  const recorder = new Recorder(() => {});
  recorder.measured({ step: 0, distance: 3 }, parameters('first'));
  recorder.measured({ step: 100, distance: NaN }, parameters('diverged'));
  expect(recorder.result().step).toBe(0);
});

it('all losses and distances are kept in their order', () => {
  const recorder = new Recorder(() => {});
  recorder.measured({ step: 0, distance: 3 }, parameters('a'));
  recorder.trained({ step: 50, lossF: 1, lossG: 2 }, 10);
  recorder.trained({ step: 100, lossF: 3, lossG: 4 }, 10);
  recorder.measured({ step: 100, distance: 5 }, parameters('b'));
  const { losses, distances } = recorder.result();
  expect(losses).toEqual([{ step: 50, lossF: 1, lossG: 2 }, { step: 100, lossF: 3, lossG: 4 }]);
  expect(distances).toEqual([{ step: 0, distance: 3 }, { step: 100, distance: 5 }]);
});

it('the listener hears each entry, and which measurement is the best so far', () => {
  const events: TrainEvent[] = [];
  const recorder = new Recorder((event) => events.push(event));
  recorder.measured({ step: 0, distance: 3 }, parameters('a'));
  recorder.trained({ step: 50, lossF: 1, lossG: 2 }, 10);
  recorder.measured({ step: 50, distance: 4 }, parameters('b'));
  expect(events).toEqual([
    { kind: 'measured', step: 0, distance: 3, best: true },
    { kind: 'trained', step: 50, lossF: 1, lossG: 2, stepsPerSecond: 10 },
    { kind: 'measured', step: 50, distance: 4, best: false },
  ]);
});

it('a record without a measurement is an error', () => {
  expect(() => new Recorder(() => {}).result()).toThrow(/one measurement at least/);
});
