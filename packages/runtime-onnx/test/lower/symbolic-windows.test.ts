import { add, avgPool, convTranspose, grad, irfft, maxPool, minPool, mul, reduceWindow, relu, rfft, round, sum, type Tensor, vmap } from '@flaxon/tensor';
import { describe, it } from 'vitest';
import { expectOneGraph } from '../one-graph.js';
import { arbitrary } from '../values.js';

const halved = { windowShape: [2, 2], strides: [2, 2] };
const wide = { windowShape: [3, 2], strides: [2, 1], padding: 'SAME' } as const;
const batch = [['batch', 6, 4, 3]] as const;
const sizes = [(n: number) => [n, 6, 4, 3]];

const cubes = (y: Tensor): Tensor => sum(mul(y, mul(y, y)));

describe.each(['float32', 'float64'] as const)('any number of examples in %s', (dtype) => {
  const tolerance = dtype === 'float32' ? 2e-5 : 1e-12;
  const expectAnyBatch = (f: (x: Tensor) => Tensor | readonly Tensor[], allowed = tolerance): Promise<number> => expectOneGraph(f, batch, sizes, [1, 4], dtype, allowed);
  it('pools', () => expectAnyBatch((x) => [maxPool(x, halved), maxPool(relu(x), wide), minPool(x, wide), avgPool(x, halved), avgPool(x, { ...wide, countIncludePad: false })]));
  it('derivatives of pools', () => expectAnyBatch((x) => [halved, wide].flatMap((options) => [maxPool, avgPool].map((pool) => grad((t: Tensor) => cubes(pool(relu(t), options)))(x)))));
  it('pools of single examples in vmap', () => expectAnyBatch((x) => vmap((image: Tensor) => maxPool(relu(image), halved))(x)));
  it('sums and products of windows', () => expectAnyBatch((x) => [reduceWindow(x, 0, 'sum', { windowDimensions: [1, 3, 3, 1], baseDilation: [1, 2, 1, 1] }), reduceWindow(x, 1, 'prod', { windowDimensions: [1, 2, 2, 1], padding: 'SAME' })]));
  it('transposed convolutions', () => {
    // Small whole numbers, all of whose sums are exact: with others the terms of the derivative, which are in the thousands, may cancel, and what
    // is left tells the order in which they were added.
    const kernel = round(arbitrary([3, 3, 3, 2], dtype));
    return expectAnyBatch((x) => {
      const whole = round(x);
      return [convTranspose(whole, kernel, { strides: [2, 2], padding: 'SAME' }), grad((t: Tensor) => cubes(convTranspose(t, kernel, { strides: [2, 2], padding: 'VALID' })))(whole)];
    }, 0);
  });
  it('Fourier transforms', () => expectAnyBatch((x) => { const { real, imag } = rfft(x, { axis: 1 }); return [add(real, imag), irfft({ real, imag }, { axis: 1, n: 128 })]; }));
});

describe('images of any size', () => {
  it('have windows that move by 1', () =>
    expectOneGraph((x) => [maxPool(x, { windowShape: [2, 3] }), avgPool(x, { windowShape: [3, 3], padding: 'SAME' }), reduceWindow(x, 0, (a, b) => add(a, b), { windowDimensions: [1, 2, 1, 1], padding: 'SAME' })], [['batch', 'height', 'width', 2]], [(n) => [n, n + 3, n + 4, 2]]));
});
