import { compile } from '@flaxon/runtime-onnx';
import { random, tree } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

import { createNeuralDual } from '../src/dual.js';

const dual = createNeuralDual({ dimension: 3, hidden: [64, 64, 64], decaySteps: 100, box: { low: -2.5, high: 2.5 } });
const state = dual.init(random.key(0));
const points = (seed: number): Tensor => random.uniform(random.key(seed), [128, 3], { minval: -2, maxval: 2 });

const largestDeviation = (found: Tensor, expected: Tensor): number => {
  const other = expected.data();
  return Array.from(found.data(), Number).reduce((largest, value, at) => Math.max(largest, Math.abs(value - Number(other[at]))), 0);
};

describe('one training step', () => {
  const compiled = compile(dual.step);

  it('is one graph, whose results are those of the eager executor', async () => {
    const [x, y] = [points(1), points(2)];
    const [found, foundLosses] = await compiled(state, x, y);
    const [expected, expectedLosses] = dual.step(state, x, y);
    expect(largestDeviation(foundLosses.lossF, expectedLosses.lossF)).toBeLessThan(1e-5);
    expect(largestDeviation(foundLosses.lossG, expectedLosses.lossG)).toBeLessThan(1e-5);
    // Adam's first step is about the learning rate in every parameter, whatever the size of the gradient: where that is next to
    // nothing, rounding may turn its sign. So compare what the optimiser has gathered.
    tree.map((leaf: Tensor, other: Tensor) => expect(largestDeviation(leaf, other)).toBeLessThan(1e-5), found.optimizer, expected.optimizer);
    expect(compiled.sessionCount()).toBe(1);
  });

  it('takes few nodes for all that is in it', () => {
    // 8 conjugate steps, two losses, their gradients, two optimiser updates. A graph written by hand has about 400.
    expect(compiled.lower(state, points(1), points(2)).nodeCount).toBeLessThan(700);
  });
});
