import {
  add, clip, concatenate, div, grad, matmul, maximum, mean, mul, reshape, slice, softplus, square, stopGradient, sub, sum, tensor, transpose, valueAndGrad,
} from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { expect, it } from 'vitest';
import { neuralDualGraph, potentialRows } from '../src/handwritten/neural-dual.js';
import { float32 } from '../src/peers/handwritten.js';
import { Numbers } from '../src/work/data.js';
import { expectClose, runGraph } from './graphs.js';

/** The yardstick computes what it claims: compared with the eager executor, from the definition of the losses. */
const sizes = { batch: 4, dimension: 2, width: 3, conjugateSteps: 3, trainSteps: 10 };
const { batch, dimension, width } = sizes;
const rows = potentialRows(sizes);
const box = { low: -1.5, high: 1.5 };

const numbers = new Numbers(3);
const packed = numbers.uniform(2 * rows * width, 1);
const points = [numbers.uniform(batch * dimension, 2), numbers.uniform(batch * dimension, 2)] as const;
const parameters = tensor(packed, { shape: [2 * rows, width] });
const [x, y] = points.map((values) => tensor(values, { shape: [batch, dimension] })) as [Tensor, Tensor];

/** A potential's value at each point, (points), from its rows of the packed matrix. */
function potential(net: Tensor, at: Tensor): Tensor {
  const part = (start: number, count: number): Tensor => slice(net, [start, 0], [start + count, width]);
  let value = at;
  let row = 0;
  for (const inputs of [dimension, width, width]) {
    value = softplus(add(matmul(value, part(row, inputs)), part(row + inputs, 1)));
    row += inputs + 1;
  }
  return add(reshape(matmul(value, transpose(part(row, 1))), [at.shape[0]!]), mul(sum(square(at), { axis: -1 }), 0.5));
}

const map = (net: Tensor, at: Tensor): Tensor => grad((all: Tensor) => sum(potential(net, all)))(at);
const inner = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), { axis: -1, keepdims: true });

function conjugate(net: Tensor, start: Tensor): Tensor {
  let [at, slope] = [start, sub(map(net, start), y)];
  let step: Tensor | number = 0.3;
  for (let index = 1; ; index++) {
    const next = clip(sub(at, mul(step, slope)), { min: box.low, max: box.high });
    if (index === sizes.conjugateSteps) return next;
    const nextSlope = sub(map(net, next), y);
    const moved = sub(next, at);
    step = clip(div(inner(moved, moved), maximum(inner(moved, sub(nextSlope, slope)), 1e-12)), { min: 0.05, max: 2 });
    [at, slope] = [next, nextSlope];
  }
}

function loss(matrix: Tensor): readonly [Tensor, readonly [Tensor, Tensor]] {
  const f = slice(matrix, [0, 0], [rows, width]);
  const guess = map(slice(matrix, [rows, 0], [2 * rows, width]), y);
  const solution = stopGradient(conjugate(stopGradient(f), stopGradient(guess)));
  const values = potential(f, concatenate([x, solution]));
  const lossF = add(sub(mean(slice(values, [0], [batch])), mean(slice(values, [batch], [2 * batch]))), mean(inner(solution, y)));
  const lossG = mean(sum(square(sub(guess, solution)), { axis: -1 }));
  return [add(lossF, lossG), [lossF, lossG]];
}

it('one step gives both losses, Adam with the gradients of both potentials, and the next count', async () => {
  const matrix = [2 * rows, width];
  const zeros = float32(new Float32Array(packed.length), matrix);
  const outputs = await runGraph(neuralDualGraph(sizes, { softplus: 'sigmoid' }), {
    parameters: float32(packed, matrix), firstMoment: zeros, secondMoment: zeros, count: float32(new Float32Array(1), []),
    x: float32(points[0], [batch, dimension]), y: float32(points[1], [batch, dimension]),
    low: float32(Float32Array.of(box.low), []), high: float32(Float32Array.of(box.high), []),
  });
  const [[, losses], gradient] = valueAndGrad(loss, { hasAux: true })(parameters);
  const slopes = Array.from(gradient.data() as Float32Array);
  expectClose([...outputs['lossF']!, ...outputs['lossG']!], losses.map((value) => Number(value.item())));
  expectClose(outputs['nextFirstMoment'], slopes.map((slope) => 0.5 * slope));
  expectClose(outputs['nextSecondMoment'], slopes.map((slope) => 0.1 * slope * slope));
  // After bias correction the first update of Adam is the rate times the sign, up to epsilon.
  expectClose(outputs['nextParameters'], slopes.map((slope, index) => packed[index]! - (1e-3 * slope) / (Math.abs(slope) + 1e-8)));
  expect(outputs['nextCount']).toEqual([1]);
});
