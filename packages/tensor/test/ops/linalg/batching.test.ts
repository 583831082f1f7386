import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';
import type { CallParams, Tensor } from '../../../src/index.js';
import { definite, expectEqual, numbers, randomTensor, regular } from './matrices.js';

const rows = (x: Tensor): Tensor[] => [...x];
const calls = (f: (...args: Tensor[]) => Tensor, args: readonly Tensor[]): string[] =>
  fx.trace((...inputs) => [f(...inputs)], args).program.equations.flatMap(({ primitive, params }) => (primitive === 'call' ? [(params as CallParams).name] : []));

describe('batched linear algebra', () => {
  const matrix = regular([4, 4]);
  const sides = randomTensor([5, 4, 2], 2);

  it.each([
    ['solve', (a: Tensor, b: Tensor) => fx.solve(a, b)],
    ['solveTriangular', (a: Tensor, b: Tensor) => fx.solveTriangular(a, b, { lower: true })],
  ])('%s of examples that share the matrix, or the right side, is that of one after the other', (_, f) => {
    expectEqual(fx.vmap(f, { inAxes: [null, 0] })(matrix, sides), fx.stack(rows(sides).map((b) => f(matrix, b))));
    const matrices = regular([5, 4, 4], 3);
    expectEqual(fx.vmap(f, { inAxes: [0, null] })(matrices, sides), fx.stack(rows(matrices).map((a) => f(a, sides))));
  });

  it('examples of two axes, of which each operand has one, do not mix', () => {
    const matrices = regular([3, 4, 4], 3);
    const nested = fx.vmap((b: Tensor) => fx.vmap((a: Tensor) => fx.solve(a, b))(matrices))(sides);
    expectEqual(nested, fx.stack(rows(sides).map((b) => fx.stack(rows(matrices).map((a) => fx.solve(a, b))))));
  });

  it('an operand that examples share gets the sum of their gradients', () => {
    const total = (a: Tensor, b: Tensor): Tensor => fx.sum(fx.sin(fx.solve(a, b)));
    const [byMatrix, bySide] = fx.grad((a: Tensor, b: Tensor) => fx.sum(fx.vmap((one: Tensor) => total(a, one))(b)), { argnums: [0, 1] })(matrix, sides) as [Tensor, Tensor];
    const each = rows(sides).map((b) => fx.grad(total, { argnums: [0, 1] })(matrix, b) as [Tensor, Tensor]);
    expectEqual(byMatrix, each.map(([a]) => a).reduce((a, b) => fx.add(a, b)), 1e-12);
    expectEqual(bySide, fx.stack(each.map(([, b]) => b)), 1e-12);
  });

  it('stays one operation, which the eager executor runs by its kernel', () => {
    const found = calls((x) => fx.vmap((one: Tensor) => fx.cholesky(one))(x), [definite([6, 3, 3])]);
    expect(found).toEqual(['linalg.cholesky']);
    expect(calls((x) => fx.vmap(fx.vmap((one: Tensor) => fx.det(one)))(x), [regular([2, 3, 4, 4])])).toEqual(['linalg.det']);
  });

  it('factors made before the batch are made once', () => {
    const found = calls((b) => fx.vmap((one: Tensor) => fx.solve(matrix, one))(b), [sides]);
    expect(found).toEqual(['linalg.solve']);
  });

  it('axes of size zero give nothing', () => {
    expect(fx.vmap((one: Tensor) => fx.inv(one))(fx.zeros([0, 3, 3])).shape).toEqual([0, 3, 3]);
    expect(numbers(fx.solve(fx.zeros([0, 3, 3]), fx.zeros([3, 1])))).toEqual([]);
  });
});

describe('shapes and dtypes', () => {
  const functions: readonly (readonly [string, (x: Tensor) => readonly Tensor[]])[] = [
    ['cholesky', (x) => [fx.cholesky(x)]],
    ['inv', (x) => [fx.inv(x)]],
    ['det', (x) => [fx.det(x)]],
    ['slogdet', (x) => fx.slogdet(x)],
    ['lu', (x) => fx.lu(x)],
    ['qr', (x) => fx.qr(x)],
    ['eigh', (x) => fx.eigh(x)],
    ['svd', (x) => fx.svd(x)],
    ['pinv', (x) => [fx.pinv(x)]],
    ['expm', (x) => [fx.expm(x)]],
  ];

  it.each(functions)('%s takes symbolic leading axes, and matrices of known size alone', (name, f) => {
    const { program } = fx.trace(f, [fx.spec('float32', ['batch', 3, 4, 4])]);
    for (const { shape } of program.outputs) expect(shape.slice(0, 2).map(String)).toEqual(['batch', '3']);
    expect(() => fx.trace(f, [fx.spec('float32', [3, 'size', 'size'])])).toThrow(`${name}: the size of the matrices must be known numbers`);
    expect(() => fx.trace(f, [fx.spec('float32', [3])])).toThrow(`${name}: needs`);
  });

  it.each(functions)('%s computes float16 as float32 and rounds, and takes integers as float32', (_, f) => {
    const x = fx.astype(definite([3, 3]), 'float16');
    const wide = f(fx.astype(x, 'float32'));
    f(x).forEach((found, i) => expectEqual(found, fx.isFloating(wide[i]!.dtype) ? fx.astype(wide[i]!, 'float16') : wide[i]!, 0));
    const whole = fx.tensor([[4, 1], [1, 3]]);
    f(whole).forEach((found, i) => expectEqual(found, f(fx.astype(whole, 'float32'))[i]!, 0));
  });
});
