import { InvalidAttributeError } from '@flaxon/core';
import { ArgumentError, hessian, index, initializers, matmul, mean, ones, reshape, ShapeError, softplus, spec, sub, sum, swapaxes, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { ICNN, PosDefPotentials, PositiveDense } from '../../src/index.js';
import { differences, elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

const x = sample(3, [5, 2]);

describe('PositiveDense', () => {
  it('has no negative entry in what it multiplies by', () => {
    const layer = new PositiveDense({ dimHidden: 4, useBias: false, kernelInit: initializers.normal({ stddev: 1 }) });
    const variables = layer.init(key, [ones([1, 3])]);
    const columns = layer.apply(variables, [tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1]])]);
    expect(elements(columns)).toEqual(elementsAt(variables, 'params/kernel').map((weight) => Math.max(0, weight)));
    expect(elements(columns).some((weight) => weight === 0)).toBe(true);
  });

  it('rectifies by another function', () => {
    const layer = new PositiveDense({ dimHidden: 2, rectifierFn: softplus, kernelInit: initializers.zeros });
    expectClose(layer.apply(layer.init(key, [ones([1, 3])]), [ones([1, 3])]), [3 * Math.LN2, 3 * Math.LN2], 1e-6);
  });

  it('refuses an input of another width than its kernel', () => {
    const layer = new PositiveDense({ dimHidden: 2 });
    expect(() => layer.apply(layer.init(key, [ones([1, 3])]), [ones([1, 4])])).toThrow(/kernel/);
  });
});

describe('PosDefPotentials', () => {
  const layer = new PosDefPotentials({ numPotentials: 3, rank: 2, biasInit: initializers.normal({ stddev: 1 }), kernelDiagInit: initializers.normal({ stddev: 1 }), paramDtype: 'float64' });
  const variables = layer.init(key, [x]);

  it('has parameters of the diagonals, the factors, the linear parts and the offsets', () => {
    expect(specsOf(variables)).toEqual({ 'params/bias': 'float64[3]', 'params/diag_kernel': 'float64[2,3]', 'params/lin_kernel': 'float64[2,3]', 'params/quad_kernel': 'float64[3,2,2]' });
  });

  it('is the quadratic functions of its formula', () => {
    const at = (path: string): number[] => elementsAt(variables, `params/${path}`);
    const [d, a, b, c] = [at('diag_kernel'), at('quad_kernel'), at('lin_kernel'), at('bias')];
    const value = (point: readonly number[], i: number): number => {
      const diagonal = point.reduce((total, coordinate, axis) => total + coordinate ** 2 * Math.max(0, d[axis * 3 + i]!), 0);
      const lowRank = [0, 1].reduce((total, r) => total + point.reduce((dot, coordinate, axis) => dot + coordinate * a[i * 4 + axis * 2 + r]!, 0) ** 2, 0);
      return diagonal / 2 + lowRank / 2 + point.reduce((total, coordinate, axis) => total + coordinate * b[axis * 3 + i]!, 0) + c[i]!;
    };
    const points = [0, 1, 2, 3, 4].map((i) => elements(x).slice(2 * i, 2 * i + 2));
    expectClose(layer.apply(variables, [x]), points.flatMap((point) => [0, 1, 2].map((i) => value(point, i))), 1e-12);
  });

  it('takes all axes but the last as one', () => {
    const result = layer.apply(variables, [reshape(x, [1, 5, 2])]);
    expect(result.shape).toEqual([5, 3]);
    expect(layer.apply(variables, [ones([2], 'float64')]).shape).toEqual([1, 3]);
  });

  it('has no factors with rank 0, and no linear part or offset where they are left out', () => {
    expect(specsOf(new PosDefPotentials({ numPotentials: 1, useLinear: false, useBias: false }).init(key, [x]))).toEqual({ 'params/diag_kernel': 'float32[2,1]' });
  });
});

describe('PosDefPotentials.fromSamples', () => {
  const source = sample(1, [40, 2]);
  // An affine image of the source by a symmetric positive definite matrix: the map between the Gaussians is that matrix itself.
  const linear = tensor([[2, 0.5], [0.5, 1]], { dtype: 'float64' });
  const target = sub(matmul(source, linear), tensor([3, -1], { dtype: 'float64' }));
  const layer = PosDefPotentials.fromSamples(source, target, { kernelDiagInit: initializers.zeros, paramDtype: 'float64' });

  it('carries the source onto a target that is its affine image', () => {
    const variables = layer.init(key, [source]);
    const value = (points: Float64Array<ArrayBuffer>): number => sum(layer.apply(variables, [tensor(points, { shape: [40, 2] })])).item() as number;
    expectClose(tensor(differences(value, source), { dtype: 'float64' }), elements(target), 1e-6);
  });

  it('has a symmetric factor', () => {
    const [a, b, c, d] = elementsAt(layer.init(key, [source]), 'params/quad_kernel');
    expect(b).toBeCloseTo(c!, 12);
    // Squared, it is the matrix.
    expect(a! * a! + b! * c!).toBeCloseTo(2, 8);
    expect(c! * b! + d! * d!).toBeCloseTo(1, 8);
  });

  it('refuses points of different dimensions', () => {
    expect(() => PosDefPotentials.fromSamples(source, ones([40, 3]))).toThrow(ArgumentError);
  });

  it('refuses too few points for a covariance with an inverse', () => {
    expect(() => PosDefPotentials.fromSamples(ones([2, 2]), target)).toThrow(/more points than they have dimensions/);
  });
});

describe('ICNN', () => {
  const model = new ICNN({ dimData: 2, dimHidden: [6, 4], posWeights: true, actFn: softplus, paramDtype: 'float64' });
  const variables = model.init(key, [x]);

  it('has layers between its layers, quadratic functions of the points into each, and one more in the end', () => {
    const shapes = specsOf(variables);
    expect(Object.keys(shapes).filter((path) => path.startsWith('params/w_zs'))).toEqual(['params/w_zs_0/kernel', 'params/w_zs_1/kernel']);
    expect(shapes['params/w_xs_2/quad_kernel']).toBe('float64[1,2,1]');
    expect(shapes['params/pos_def_potentials/quad_kernel']).toBe('float64[1,2,1]');
  });

  it('is convex: its value between two points is not above the line between their values', () => {
    const [from, to] = [sample(7, [20, 2]), sample(8, [20, 2])];
    const value = (points: Tensor): number[] => elements(model.apply(variables, [points]));
    const [start, end, middle] = [value(from), value(to), value(mean(tensor([from.toArray(), to.toArray()] as number[][][], { dtype: 'float64' }), { axis: 0 }))];
    expect(middle.every((between, i) => between <= (start[i]! + end[i]!) / 2 + 1e-12)).toBe(true);
  });

  it('has positive definite second derivatives', () => {
    const second = hessian((point: Tensor) => model.apply(variables, [point]))(tensor([0.3, -0.4], { dtype: 'float64' }));
    const [a, b, c, d] = elements(second as Tensor);
    expect(b).toBeCloseTo(c!, 10);
    expect(a! > 0 && a! * d! - b! * c! > 0).toBe(true);
  });

  it('has the gradient of its value, by central differences', () => {
    const value = (points: Float64Array<ArrayBuffer>): number => sum(model.apply(variables, [tensor(points, { shape: [5, 2] })])).item() as number;
    expectClose(model.apply(variables, [x], { method: 'potentialGradient' }), differences(value, x), 1e-8);
  });

  it('gives a scalar for one point, with a batch axis or without', () => {
    expect(model.apply(variables, [index(x, [0])]).shape).toEqual([]);
    expect(model.apply(variables, [ones([1, 2], 'float64')]).shape).toEqual([]);
    expect(model.apply(variables, [x]).shape).toEqual([5]);
  });

  it('starts as the map between the Gaussians of its samples', () => {
    const source = sample(1, [40, 2]);
    const target = matmul(source, tensor([[2, 0.5], [0.5, 1]], { dtype: 'float64' }));
    const started = new ICNN({ dimData: 2, dimHidden: [4], initFn: initializers.zeros, gaussianMapSamples: [source, target], paramDtype: 'float64' });
    // With weights of zero the network adds a quadratic function of its diagonals alone, behind `relu`: what is left of the gradient is symmetric in them.
    const potential = started.init(key, [x]).params as { pos_def_potentials: { quad_kernel: Tensor } };
    const factor = reshape(potential.pos_def_potentials.quad_kernel, [2, 2]);
    expectClose(matmul(factor, swapaxes(factor, 0, 1)), [2, 0.5, 0.5, 1], 1e-6);
  });

  it('takes ranks for each layer', () => {
    const shapes = specsOf(new ICNN({ dimData: 2, dimHidden: [3], ranks: [1, 2, 0] }).init(key, [x]));
    expect([shapes['params/w_xs_0/quad_kernel'], shapes['params/w_xs_1/quad_kernel'], shapes['params/pos_def_potentials/quad_kernel']]).toEqual(['float32[3,2,1]', 'float32[1,2,2]', undefined]);
  });

  it('refuses ranks that are not two more than its widths', () => {
    expect(() => new ICNN({ dimData: 2, dimHidden: [3], ranks: [1, 2] }).init(key, [x])).toThrow(/must be one number, or 3/);
  });

  it('refuses points of another dimension', () => {
    expect(() => model.apply(variables, [ones([5, 3])])).toThrow(ShapeError);
  });

  it('refuses the gradient of a single point', () => {
    expect(() => model.apply(variables, [index(x, [0])], { method: 'potentialGradient' })).toThrow(/give a single point as \(1, d\)/);
  });

  it('refuses no widths', () => {
    expect(() => new ICNN({ dimData: 2, dimHidden: [] })).toThrow(InvalidAttributeError);
  });

  it('traces with a symbolic number of points', () => {
    const primitives = primitivesOf((points) => model.apply(variables, [points]), [spec('float64', ['n', 2])]);
    expect(primitives.filter((name) => name === 'dot').length).toBe(2 + 3 * 4);
  });
});
