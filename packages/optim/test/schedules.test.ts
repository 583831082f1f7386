import { ArgumentError, mul, scalar, tensor, trace } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import {
  constantSchedule, cosineDecaySchedule, cosineOnecycleSchedule, exponentialDecay, joinSchedules, linearOnecycleSchedule, linearSchedule, piecewiseConstantSchedule, polynomialSchedule,
  sgdrSchedule, warmupConstantSchedule, warmupCosineDecaySchedule, warmupExponentialDecaySchedule, type Schedule,
} from '../src/index.js';
import { expectClose, optax } from './cases/optax.js';

/** By the names in cases/make.py. */
const schedules: Readonly<Record<string, Schedule>> = {
  constant: constantSchedule(0.3),
  cosine: cosineDecaySchedule({ initValue: 0.2, decaySteps: 20 }),
  'cosine to alpha': cosineDecaySchedule({ initValue: 1e-3, decaySteps: 30, alpha: 0.01 }),
  'cosine with exponent': cosineDecaySchedule({ initValue: 0.2, decaySteps: 20, alpha: 0.1, exponent: 1.5 }),
  linear: linearSchedule({ initValue: 0.1, endValue: 0.01, transitionSteps: 10, transitionBegin: 3 }),
  'linear upwards': linearSchedule({ initValue: 0, endValue: 0.5, transitionSteps: 8 }),
  polynomial: polynomialSchedule({ initValue: 1, endValue: 0.1, power: 2, transitionSteps: 12, transitionBegin: 2 }),
  'polynomial with a fractional power': polynomialSchedule({ initValue: 1, endValue: 0, power: 0.5, transitionSteps: 12 }),
  exponential: exponentialDecay({ initValue: 0.2, transitionSteps: 6, decayRate: 0.5 }),
  'exponential staircase': exponentialDecay({ initValue: 0.2, transitionSteps: 6, decayRate: 0.5, transitionBegin: 3, staircase: true, endValue: 0.06 }),
  'exponential growth': exponentialDecay({ initValue: 0.01, transitionSteps: 4, decayRate: 2, endValue: 0.2 }),
  piecewise: piecewiseConstantSchedule({ initValue: 1, boundariesAndScales: { 13: 0.1, 5: 0.5 } }),
  'warmup constant': warmupConstantSchedule({ initValue: 1e-3, peakValue: 3e-2, warmupSteps: 6 }),
  'warmup cosine': warmupCosineDecaySchedule({ initValue: 1e-3, peakValue: 3e-2, warmupSteps: 4, decaySteps: 18, endValue: 5e-4 }),
  'linear one cycle': linearOnecycleSchedule({ transitionSteps: 20, peakValue: 0.3 }),
  'cosine one cycle': cosineOnecycleSchedule({ transitionSteps: 20, peakValue: 0.3, pctStart: 0.25, divFactor: 10, finalDivFactor: 100 }),
  'warmup exponential': warmupExponentialDecaySchedule({ initValue: 0, peakValue: 0.2, warmupSteps: 4, transitionSteps: 6, decayRate: 0.5, endValue: 0.03 }),
  sgdr: sgdrSchedule([
    { initValue: 0, peakValue: 0.2, warmupSteps: 2, decaySteps: 8, endValue: 0.01 },
    { initValue: 0.01, peakValue: 0.1, warmupSteps: 3, decaySteps: 10 },
  ]),
  joined: joinSchedules(
    [constantSchedule(0.5), linearSchedule({ initValue: 0.5, endValue: 0.1, transitionSteps: 4 }), exponentialDecay({ initValue: 0.1, transitionSteps: 3, decayRate: 0.5 })],
    [3, 8],
  ),
};

const counts = tensor([...optax.counts], { dtype: 'int32' });

describe.each(['float32', 'float64'] as const)('in %s', (dtype) => {
  // Optax computes some schedules in float32 also where everything else is float64.
  it.each(Object.keys(optax[dtype].schedules))('%s has the values of Optax', (name) => {
    expectClose(schedules[name]!(counts, dtype), optax[dtype].schedules[name]!, { relative: 2e-6, absolute: 1e-8 });
  });

  it.each(Object.keys(schedules))('%s is of the dtype that was asked for', (name) => {
    expect(schedules[name]!(scalar(3, 'int32'), dtype).dtype).toBe(dtype);
  });
});

it.each(['cosine', 'piecewise', 'constant'])('%s is computed in float64 where that is asked for, as in Optax', (name) => {
  expectClose(schedules[name]!(counts, 'float64'), optax.float64.schedules[name]!, { relative: 1e-14, absolute: 1e-16 });
});

describe.each(Object.entries(schedules))('%s', (name, schedule) => {
  it('takes a number for a count', () => {
    expect(schedule(3).toArray()).toBe(schedule(scalar(3, 'int32')).toArray());
  });

  it('traces, and its program has no more than 24 equations (sgdr: for each of its cycles)', () => {
    const { program } = trace((count) => [mul(schedule(count), 2)], [{ shape: [], dtype: 'int32' }]);
    expect(program.equations.length).toBeLessThanOrEqual(name === 'sgdr' ? 48 : 24);
    expect(program.outputs[0]).toMatchObject({ shape: [], dtype: 'float32' });
  });
});

it('a cosine decay is seven scalar operations', () => {
  const schedule = cosineDecaySchedule({ initValue: 1e-3, decaySteps: 2000, alpha: 0.01 });
  const { program } = trace((count) => [schedule(count)], [{ shape: [], dtype: 'int32' }]);
  expect(program.equations.map(({ primitive }) => primitive)).toEqual(['convert', 'min', 'mul', 'cos', 'add', 'mul', 'add']);
});

describe('edges', () => {
  it('a decay over no steps stays at the first value', () => {
    expect(linearSchedule({ initValue: 0.5, endValue: 0, transitionSteps: 0 })(7).item()).toBe(0.5);
    expect(exponentialDecay({ initValue: 0.5, transitionSteps: 0, decayRate: 0.1 })(7).item()).toBe(0.5);
  });

  it('a decay rate of 0 means no decay, as in Optax', () => {
    expect(exponentialDecay({ initValue: 0.5, transitionSteps: 3, decayRate: 0 })(7).item()).toBe(0.5);
  });

  it('a transition that begins before the first update begins with it', () => {
    const at = (transitionBegin: number): unknown => linearSchedule({ initValue: 1, endValue: 0, transitionSteps: 4, transitionBegin })(1).item();
    expect(at(-5)).toBe(at(0));
  });

  it('a cosine decay over no steps is refused', () => {
    expect(() => cosineDecaySchedule({ initValue: 1, decaySteps: 0 })).toThrow(ArgumentError);
    expect(() => warmupCosineDecaySchedule({ initValue: 0, peakValue: 1, warmupSteps: 9, decaySteps: 9 })).toThrow(/decaySteps/);
  });

  it('a negative factor is refused', () => {
    expect(() => piecewiseConstantSchedule({ initValue: 1, boundariesAndScales: { 4: -1 } })).toThrow(/not negative, found -1 at 4/);
  });

  it('as many boundaries as schedules are refused', () => {
    expect(() => joinSchedules([constantSchedule(1)], [3])).toThrow(/one fewer than the 1 schedules, found 1/);
  });

  it('an option that a schedule does not know is refused by name', () => {
    const options = { initValue: 1, decaySteps: 9, endValue: 0.1 };
    expect(() => cosineDecaySchedule(options)).toThrow(/`endValue` is not an option; those are initValue, decaySteps, alpha, exponent/);
  });
});
