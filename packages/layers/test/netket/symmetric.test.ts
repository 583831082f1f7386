import { ArgumentError, initializers, ones, reshape, ShapeError, spec, take, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { DenseEquivariant, DenseSymm, productTable, SymmModuleInvalidInputShape } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';
import { creationOrder } from './creation-order.js';

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** Of a chain: the translations, and these with the reflections, in the order in which NetKet's lattices have them. */
const translations = (sites: number): number[][] => range(sites).map((by) => range(sites).map((site) => (site - by + sites) % sites));
/** Of a lattice of two rows of three sites. */
const twoByThree = range(6).map((by) => range(6).map((site) => 3 * ((Math.floor(site / 3) + Math.floor(by / 3)) % 2) + ((site + 6 - by) % 3)));
const dihedral = (sites: number): number[][] => translations(sites).flatMap((shift) => [shift, shift.map((site) => (sites - site) % sites)]);

const group = dihedral(4);
const [inputs, sites, features] = [2, 4, 3];
const biasInit = initializers.normal({ stddev: 1 });

const permuted = (x: Tensor, places: readonly number[]): Tensor => take(x, tensor([...places], { dtype: 'int32' }), { axis: -1 });

describe('productTable', () => {
  it('has the index of g^-1 h in row g and column h', () => {
    const inverseOf = (g: readonly number[]): number[] => range(sites).map((site) => g.indexOf(site));
    const isProduct = productTable(group).map((row, g) => row.map((index, h) => {
      const inverse = inverseOf(group[g]!);
      return group[index]!.every((site, at) => site === group[h]![inverse[at]!]);
    }));
    expect(isProduct.flat().every(Boolean)).toBe(true);
  });

  it('tells apart symmetries that are one permutation', () => {
    const twice = [[0, 1], [1, 0], [0, 1], [1, 0]];
    expect(productTable(twice).map((row) => row.toSorted((a, b) => a - b))).toEqual(range(4).map(() => range(4)));
  });

  it('refuses what is no group, and what is no permutation', () => {
    expect(() => productTable([[0, 1, 2], [1, 2, 0]])).toThrow(/must be a group/);
    expect(() => productTable([[0, 0]])).toThrow(/must each name every site once/);
  });
});

describe('DenseSymm', () => {
  const model = new DenseSymm({ symmetries: group, features, biasInit });
  const x = sample(1, [2, inputs, sites]);
  const variables = model.init(key, [x]);

  it('is the sum over sites, each with the weight of the site that a symmetry takes it to', () => {
    const [data, kernel, bias] = [elements(x), elementsAt(variables, 'params/kernel'), elementsAt(variables, 'params/bias')];
    const wanted = range(2).flatMap((b) => range(features).flatMap((f) => group.map((g) =>
      range(inputs * sites).reduce((sum, at) => {
        const [i, r] = [Math.floor(at / sites), at % sites];
        return sum + data[b * inputs * sites + at]! * kernel[(f * inputs + i) * sites + g[r]!]!;
      }, bias[f]!))));
    const y = model.apply(variables, [x]);
    expect(y.shape).toEqual([2, features, group.length]);
    expectClose(y, wanted, 1e-13);
  });

  it('of a permuted input is its result with the symmetries permuted', () => {
    const y = elements(model.apply(variables, [x])).toSorted((a, b) => a - b);
    for (const symmetry of group) expectClose(tensor(elements(model.apply(variables, [permuted(x, symmetry)])).toSorted((a, b) => a - b), { dtype: 'float64' }), y, 1e-13);
  });

  it('has parameters of float64, of which the bias is made first', () => {
    expect(specsOf(variables)).toEqual({ 'params/kernel': 'float64[3,2,4]', 'params/bias': 'float64[3]' });
    expect(creationOrder((attributes) => model.clone(attributes).init(key, [x]))).toEqual(['bias', 'kernel']);
  });

  it('has weights only where the mask is not 0, and zeros elsewhere', () => {
    const masked = model.clone({ mask: [1, 0, true, false] });
    const few = masked.init(key, [x]);
    expect(specsOf(few)['params/kernel']).toBe('float64[3,2,2]');
    const kernel = elementsAt(few, 'params/kernel');
    const full = range(features * inputs).flatMap((at) => [kernel[2 * at]!, 0, kernel[2 * at + 1]!, 0]);
    const whole = model.apply({ params: { ...few.params, kernel: tensor(full, { dtype: 'float64', shape: [features, inputs, sites] }) } }, [x]);
    expectClose(masked.apply(few, [x]), elements(whole), 1e-15);
  });

  it.each([[translations(6), [6]], [dihedral(6), [6]], [twoByThree, [2, 3]]])('gives the same numbers with mode fft (%#)', (symmetries, shape) => {
    const input = sample(2, [1, 2, 6]);
    const matrix = new DenseSymm({ symmetries, features });
    const made = matrix.init(key, [input]);
    expectClose(matrix.clone({ mode: 'fft', shape }).apply(made, [input]), elements(matrix.apply(made, [input])), 1e-14);
  });

  it('takes any batch axes', () => {
    const many = sample(3, [2, 1, 3, inputs, sites]);
    const y = model.apply(variables, [many]);
    expect(y.shape).toEqual([2, 1, 3, features, group.length]);
    expect(elements(y)).toEqual(elements(model.apply(variables, [reshape(many, [6, inputs, sites])])));
  });

  it('traces to one product of the input, with a symbolic batch too', () => {
    const primitives = primitivesOf((input) => model.apply(variables, [input]), [spec('float64', ['batch', inputs, sites])]);
    expect(primitives).toEqual(['reshape', 'dot', 'add', 'reshape']);
  });

  it('refuses inputs without features or batch', () => {
    expect(() => model.init(key, [ones([2, sites])])).toThrow(SymmModuleInvalidInputShape);
  });

  it.each([
    ['sites that are not those of the symmetries', {}, [1, 2, 5], ShapeError],
    ['a mask of another length', { mask: [1, 0] }, [1, 2, 4], ArgumentError],
    ['rows of different lengths', { symmetries: [[0, 1, 2, 3], [0, 1]] }, [1, 2, 4], ArgumentError],
    ['sites that do not exist', { symmetries: [[0, 1, 2, 4]] }, [1, 2, 4], ArgumentError],
    ['mode fft without the shape of the lattice', { mode: 'fft' as const }, [1, 2, 4], ArgumentError],
    ['a lattice that does not divide the group', { mode: 'fft' as const, shape: [3] }, [1, 2, 4], ArgumentError],
  ])('refuses %s', (_, attributes, shape, error) => {
    expect(() => model.clone(attributes).init(key, [ones(shape)])).toThrow(error);
  });
});

describe('DenseEquivariant', () => {
  const table = productTable(group);
  const count = group.length;
  const model = new DenseEquivariant({ symmetries: table, features, biasInit });
  const x = sample(1, [2, inputs, count]);
  const variables = model.init(key, [x]);

  it('is the convolution over the group', () => {
    const [data, kernel, bias] = [elements(x), elementsAt(variables, 'params/kernel'), elementsAt(variables, 'params/bias')];
    const wanted = range(2).flatMap((b) => range(features).flatMap((f) => range(count).map((h) =>
      range(inputs * count).reduce((sum, at) => {
        const [i, g] = [Math.floor(at / count), at % count];
        return sum + data[b * inputs * count + at]! * kernel[(f * inputs + i) * count + table[g]![h]!]!;
      }, bias[f]!))));
    expectClose(model.apply(variables, [x]), wanted, 1e-13);
  });

  it('after a DenseSymm moves with the symmetries: the mean over them does not change', () => {
    const first = new DenseSymm({ symmetries: group, features: inputs });
    const input = sample(2, [1, 1, sites]);
    const made = first.init(key, [input]);
    const output = (of: Tensor): number[] => elements(model.apply(variables, [first.apply(made, [of])])).toSorted((a, b) => a - b);
    for (const symmetry of group) expectClose(tensor(output(permuted(input, symmetry)), { dtype: 'float64' }), output(input), 1e-13);
  });

  it.each(['fft', 'irreps', 'matrix'] as const)('gives the same numbers with mode %s', (mode) => {
    expectClose(model.clone({ mode, shape: [4] }).apply(variables, [x]), elements(model.apply(variables, [x])), 1e-14);
  });

  it.each([['auto', ['bias', 'kernel']], ['fft', ['bias', 'kernel']], ['matrix', ['kernel', 'bias']]] as const)('makes its parameters with mode %s in the order %j, as NetKet does', (mode, order) => {
    expect(creationOrder((attributes) => model.clone({ mode, shape: [4], ...attributes }).init(key, [x]))).toEqual(order);
  });

  it('refuses inputs without features, and a table that is not square', () => {
    expect(() => model.init(key, [ones([count])])).toThrow(ShapeError);
    expect(() => model.clone({ symmetries: [[0, 1]] }).init(key, [x])).toThrow(ArgumentError);
  });
});
