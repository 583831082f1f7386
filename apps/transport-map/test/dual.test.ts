import { readFileSync } from 'node:fs';

import { grad, random, slice, stack, sum, tensor, tree, zeros } from '@flaxon/tensor';
import type { NestedArray, Tensor } from '@flaxon/tensor';
import { conjugateDefaults, conjugatePoint } from '@flaxon/transport';
import { describe, expect, it } from 'vitest';

import { createNeuralDual } from '../src/dual.js';
import type { DualState, Potentials } from '../src/dual.js';
import { createPacking } from '../src/packing.js';

type Numbers = { readonly [name: string]: { readonly kernel: number[][]; readonly bias: number[] } };

/** Three steps by JAX and Optax in float64; the file says with which sizes. */
const reference = JSON.parse(readFileSync(new URL('cases/neural-dual.json', import.meta.url), 'utf8')) as {
  readonly start: { readonly f: Numbers; readonly g: Numbers };
  readonly end: { readonly f: Numbers; readonly g: Numbers };
  readonly sources: number[][][];
  readonly targets: number[][][];
  readonly conjugate: number[][];
  readonly losses: [number, number][];
  readonly mapped: number[][];
};

const float = (data: NestedArray): Tensor => tensor(data, { dtype: 'float32' });
const tensors = (numbers: Numbers) => Object.fromEntries(Object.entries(numbers).map(([name, { kernel, bias }]) => [name, { kernel: float(kernel), bias: float(bias) }]));
const box = { low: -2.5, high: 2.5 };
const dual = createNeuralDual({ dimension: 3, hidden: [8, 8, 8], decaySteps: 10, box });
const start: Potentials = { f: tensors(reference.start.f), g: tensors(reference.start.g) };
const source = (step: number): Tensor => float(reference.sources[step]!);
const target = (step: number): Tensor => float(reference.targets[step]!);

/** A fresh optimiser on given parameters. */
function stateFrom(potentials: Potentials): DualState {
  return { ...dual.init(random.key(0)), parameters: createPacking<Potentials>(potentials, 8).pack(potentials) };
}

function threeSteps() {
  let state = stateFrom(start);
  const lossesF: Tensor[] = [];
  const lossesG: Tensor[] = [];
  for (let step = 0; step < 3; step++) {
    const [next, { lossF, lossG }] = dual.step(state, source(step), target(step));
    state = next;
    lossesF.push(lossF);
    lossesG.push(lossG);
  }
  return { state, losses: [stack(lossesF), stack(lossesG)] as const };
}

function expectClose(found: Tensor, expected: NestedArray, tolerance: number): void {
  const numbers = Array.from(float(expected).data(), Number);
  expect(found.size).toBe(numbers.length);
  const deviation = Array.from(found.data(), Number).reduce((largest, value, index) => Math.max(largest, Math.abs(value - numbers[index]!)), 0);
  expect(deviation).toBeLessThan(tolerance);
}

describe('three steps against JAX', () => {
  const { state: end, losses } = threeSteps();

  it('the losses agree', () => {
    expectClose(losses[0], reference.losses.map(([lossF]) => lossF), 1e-5);
    expectClose(losses[1], reference.losses.map(([, lossG]) => lossG), 1e-5);
  });

  it('the parameters of both potentials agree', () => {
    const { f, g } = dual.potentials(end);
    for (const [found, expected] of [[f, reference.end.f], [g, reference.end.g]] as const) {
      tree.map((leaf: Tensor, other: Tensor) => expectClose(leaf, other.toArray(), 2e-5), found, tensors(expected));
    }
  });

  it('the map agrees', () => {
    expectClose(dual.map(dual.potentials(end).f, source(0)), reference.mapped, 1e-5);
  });

  it('the conjugate points of the first batch agree', () => {
    const guess = dual.map(start.g, target(0));
    expectClose(conjugatePoint((x) => dual.map(start.f, x), target(0), guess, { ...conjugateDefaults, box }), reference.conjugate, 1e-5);
  });
});

describe('the neural dual', () => {
  it('the map is the gradient of the potential, row by row', () => {
    const x = source(0);
    const row = slice(x, [2, 0], [3, 3]);
    const alone = grad((point: Tensor) => sum(dual.value(start.f, point)))(row);
    expectClose(slice(dual.map(start.f, x), [2, 0], [3, 3]), alone.toArray(), 1e-6);
  });

  it('without hidden weights the map is the identity', () => {
    const nothing = tree.map((leaf: Tensor) => zeros(leaf.shape), start.f) as Potentials['f'];
    expectClose(dual.map(nothing, source(0)), reference.sources[0]!, 1e-7);
  });

  it('the same key gives the same parameters, another key others', () => {
    const first = dual.init(random.key(3)).parameters.toArray();
    expect(dual.init(random.key(3)).parameters.toArray()).toEqual(first);
    expect(dual.init(random.key(4)).parameters.toArray()).not.toEqual(first);
  });

  it('the two potentials start apart', () => {
    const { f, g } = dual.potentials(dual.init(random.key(3)));
    expect((f['Dense_0'] as { kernel: Tensor }).kernel.toArray()).not.toEqual((g['Dense_0'] as { kernel: Tensor }).kernel.toArray());
  });
});
