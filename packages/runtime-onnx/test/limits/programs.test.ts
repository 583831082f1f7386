import { add, cos, customJvp, exp, expandDims, grad, leakyRelu, less, mean, mul, random, relu, scan, sin, squeeze, square, sub, sum, switchCase, tanh, tensor, type Tensor, valueAndGrad, vmap, whileLoop, zeros, matmul } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/export/export.js';
import { beyond, elements, run } from './limits.js';

const points = (...values: number[]): Tensor => tensor(values, { dtype: 'float64' });
const at = (index: number): Tensor => tensor(index, { dtype: 'int32' });
const branches = [sin, (x: Tensor): Tensor => mul(x, 2), (x: Tensor): Tensor => sub(x, 1), cos, (x: Tensor): Tensor => square(x)];

describe('control flow (jax2onnx: two branches, forwards, no gradient)', () => {
  beyond([
    ...[0, 1, 2, 3, 4, 9].map((index) => ({
      limit: `switch with more than two branches, of ${branches.length} number ${index}`,
      f: (i: Tensor | undefined, x: Tensor | undefined) => switchCase(i!, branches, x!),
      inputs: [at(index), points(0.5, -2)],
      laws: ([y]: readonly Tensor[]) => [[y!, [0.5, -2].map((value) => [Math.sin(value), value * 2, value - 1, Math.cos(value), value * value][Math.min(index, 4)]!)]] as const,
    })),
    {
      limit: 'scan from the last step to the first',
      f: (xs) => scan((carry: Tensor, x: Tensor) => { const next = add(mul(carry, 2), x); return [next, next] as const; }, zeros([], 'float64'), xs!, { reverse: true }),
      inputs: [points(1, 2, 3)],
      laws: ([last, all]) => [[last!, [17]], [all!, [17, 8, 3]]],
    },
    {
      limit: 'the gradient of a scan',
      f: (xs) => grad((all: Tensor) => sum(square(scan((carry: Tensor, x: Tensor) => { const next = add(carry, x); return [next, next] as const; }, zeros([], 'float64'), all)[1])))(xs!),
      inputs: [points(1, 2, 3)],
      // Sums 1, 3, 6: the derivative of their squares by element i is twice the sum of those from i on.
      laws: ([g]) => [[g!, [20, 18, 12]]],
    },
    {
      limit: 'while with a tree of carries',
      f: (x) => { const last = whileLoop(({ value }: { value: Tensor; count: Tensor }) => less(sum(value), 100), ({ value, count }) => ({ value: mul(value, 2), count: add(count, 1) }), { value: x!, count: at(0) }); return [last.value, last.count]; },
      inputs: [points(1, 2)],
      laws: ([value, count]) => [[value!, [64, 128]], [count!, [6]]],
    },
  ]);
});

/** An activation that was picked up before anything could be patched. */
const captured = { activation: leakyRelu };

describe('programs as people write them', () => {
  beyond([
    { limit: 'activations that were captured earlier', f: (x) => captured.activation(x!), inputs: [tensor([-1, 2], { dtype: 'float32' })], laws: ([y]) => [[y!, [-0.01, 2]]], tolerance: 1e-7 },
    {
      limit: 'single points, and the same mapped over a batch',
      f: (x, w) => { const value = (point: Tensor): Tensor => squeeze(tanh(matmul(expandDims(point, 0), w!)), 0); return [value(points(1, 2)), vmap(value)(x!)]; },
      inputs: [tensor([[1, 2], [3, 4]], { dtype: 'float64' }), tensor([[0.1], [0.2]], { dtype: 'float64' })],
      shapes: [['batch', 2], [2, 1]],
      laws: ([one, all]) => [[one!, [Math.tanh(0.5)]], [all!, [Math.tanh(0.5), Math.tanh(1.1)]]],
    },
    {
      limit: 'derivatives of the user, in float64',
      f: (x) => { const doubled = customJvp((t: Tensor) => exp(t), ([t], [move]) => [exp(t!), mul(move as Tensor, 3)]); return grad((t: Tensor) => sum(doubled(t)))(x!); },
      inputs: [points(0, 1)],
      laws: ([g]) => [[g!, [3, 3]]],
    },
    {
      limit: 'steps of training in a loop (jax2onnx: no training)',
      f: (w, xs) => scan((weights: Tensor, x: Tensor) => { const [loss, slope] = valueAndGrad((v: Tensor) => mean(square(sub(mul(v, x), 6))))(weights); return [sub(weights, mul(slope, 0.1)), loss] as const; }, w!, xs!),
      inputs: [points(0), tensor([[2], [2], [2]], { dtype: 'float64' })],
      shapes: [[1], ['steps', 1]],
      // w' = w - 0.1 * 2 * 2 (2 w - 6).
      laws: ([w, losses]) => [[w!, [3 * (1 - 0.2 ** 3)]], [losses!, [36, 36 * 0.04, 36 * 0.04 ** 2]]],
    },
  ]);

  it('captured activations are one operator', () =>
    expect(exportOnnx((x: Tensor) => captured.activation(x), [{ dtype: 'float32', shape: [3] }]).graph.node!.map(({ opType }) => opType)).toEqual(['LeakyRelu']));
  it('an activation by another name is the same operator', () => {
    const { activation } = { activation: relu };
    expect(exportOnnx((x: Tensor) => activation(x), [{ dtype: 'float32', shape: [3] }]).graph.node!.map(({ opType }) => opType)).toEqual(['Relu']);
  });
});

describe('random numbers with a key (jax2onnx: the key is ignored)', () => {
  const sample = (key: Tensor | undefined): readonly Tensor[] => [random.uniform(key!, [500]), random.categorical(key!, zeros([500, 3])), random.permutation(key!, 20)];

  it('are those of the key, in any session', async () => {
    const [first, again, other] = [await run(sample, [random.key(3)]), await run(sample, [random.key(3)]), await run(sample, [random.key(4)])];
    first.forEach((value, i) => {
      expect(elements(again[i]!)).toEqual(elements(value));
      expect(elements(other[i]!)).not.toEqual(elements(value));
    });
  });

  it('have the distribution that they name', async () => {
    const [uniform, choices, permutation] = await run(sample, [random.key(5)]);
    const average = (x: Tensor): number => elements(x).reduce((a, b) => a + b) / 500;
    expect(Math.abs(average(uniform!) - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(average(choices!) - 1)).toBeLessThan(0.12);
    expect(elements(permutation!).toSorted((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });
});
