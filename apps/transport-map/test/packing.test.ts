import { arange, grad, mul, reshape, sum, tensor, tree, zeros } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

import { createPacking } from '../src/packing.js';

const ramp = (start: number, ...shape: number[]): Tensor =>
  reshape(arange(start, start + shape.reduce((a, b) => a * b, 1), 1, { dtype: 'float32' }), shape);
const example = { kernel: ramp(0, 3, 4), bias: ramp(100, 4), out: ramp(200, 6), scale: ramp(300, 1), point: ramp(400) };
const { shape, pack, unpack } = createPacking(example, 4);

describe('a packing', () => {
  it('gives back what was packed', () => {
    expect(tree.map((leaf: Tensor) => leaf.toArray(), unpack(pack(example)))).toEqual(tree.map((leaf: Tensor) => leaf.toArray(), example));
  });

  it('puts each leaf in whole rows, in the order of the tree, and fills up with zeros', () => {
    expect(shape).toEqual([8, 4]);
    expect(pack(example).toArray()).toEqual([
      [100, 101, 102, 103],
      [0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11],
      [200, 201, 202, 203], [204, 205, 0, 0],
      [400, 0, 0, 0],
      [300, 0, 0, 0],
    ]);
  });

  it('the gradient of a packed function is the packed gradient', () => {
    const weights = pack({ ...example, out: ramp(7, 6) });
    const f = (leaves: typeof example): Tensor => sum(mul(mul(leaves.kernel, leaves.bias), sum(leaves.out)));
    const direct = pack(grad(f)(unpack(weights)));
    const through = grad((matrix: Tensor) => f(unpack(matrix)))(weights);
    expect(through.toArray()).toEqual(direct.toArray());
  });

  it('a single leaf is packed as well', () => {
    const single = createPacking({ only: zeros([2, 3]) }, 4);
    expect(single.unpack(tensor([[1, 2, 3, 4], [5, 6, 0, 0]], { dtype: 'float32' })).only.toArray()).toEqual([[1, 2, 3], [4, 5, 6]]);
  });
});
