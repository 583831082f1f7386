import { describe, it } from 'vitest';
import * as fx from '../../../src/index.js';
import type { Tensor } from '../../../src/index.js';
import { checkDerivatives, type TensorFunction } from '../../transforms/differences.js';
import { definite, randomTensor, regular } from './matrices.js';

const first = (f: (x: Tensor) => readonly Tensor[]): TensorFunction => (x) => f(x)[0]!;
const last = (f: (x: Tensor) => readonly Tensor[]): TensorFunction => (x) => f(x).at(-1)!;

const cases: readonly (readonly [string, TensorFunction, readonly Tensor[]])[] = [
  ['cholesky', (x) => fx.cholesky(x), [definite([2, 3, 3])]],
  ['solveTriangular, lower', (a, b) => fx.solveTriangular(a, b, { lower: true }), [regular([2, 3, 3]), randomTensor([2, 3, 2])]],
  ['solveTriangular of a transpose with ones', (a, b) => fx.solveTriangular(a, b, { trans: 1, unitDiagonal: true }), [regular([3, 3]), randomTensor([3])]],
  ['choSolve', (a, b) => fx.choSolve([a, true], b), [regular([3, 3]), randomTensor([3, 2])]],
  ['solve', (a, b) => fx.solve(a, b), [regular([3, 3]), randomTensor([3, 2])]],
  ['solve with leading axes that broadcast', (a, b) => fx.solve(a, b), [regular([2, 1, 3, 3]), randomTensor([2, 3, 1])]],
  ['luSolve', (a, b) => fx.luSolve([a, fx.tensor([1, 1, 2])], b), [regular([3, 3]), randomTensor([3])]],
  ['inv', (x) => fx.inv(x), [regular([2, 3, 3])]],
  ['det of 3', (x) => fx.det(x), [regular([2, 3, 3])]],
  ['det of 4', (x) => fx.det(x), [regular([2, 4, 4])]],
  ['slogdet of 2', last(fx.slogdet), [regular([3, 2, 2])]],
  ['slogdet of 4', last(fx.slogdet), [regular([4, 4])]],
  ['L of lu', (x) => fx.lu(x)[1]!, [regular([2, 3, 3])]],
  ['U of lu', last(fx.lu), [regular([3, 3])]],
  ['lu of more rows than columns', (x) => fx.lu(x, { permuteL: true })[0]!, [randomTensor([4, 2])]],
  ['lu of more columns than rows', last(fx.lu), [randomTensor([2, 4])]],
  ['Q', (x) => fx.qr(x)[0], [regular([2, 3, 3])]],
  ['R of tall matrices', (x) => fx.qr(x, { mode: 'r' }), [randomTensor([2, 4, 3])]],
  ['Q of wide matrices', (x) => fx.qr(x)[0], [randomTensor([2, 4])]],
  ['R of wide matrices', (x) => fx.qr(x)[1], [randomTensor([2, 4])]],
  ['eigenvalues', (x) => fx.eigvalsh(x), [randomTensor([2, 3, 3])]],
  ['eigenvectors', last(fx.eigh), [regular([3, 3])]],
  ['singular values', (x) => fx.svdvals(x), [randomTensor([2, 4, 3])]],
  ['left singular vectors of tall matrices', (x) => fx.svd(x, { fullMatrices: false })[0], [randomTensor([4, 2])]],
  ['right singular vectors of wide matrices', (x) => fx.svd(x, { fullMatrices: false })[2], [randomTensor([2, 3])]],
  ['right singular vectors of square matrices', (x) => fx.svd(x)[2], [regular([3, 3])]],
  ['pinv of tall matrices', (x) => fx.pinv(x), [randomTensor([2, 4, 2])]],
  ['pinv of wide matrices', (x) => fx.pinv(x), [randomTensor([2, 3])]],
  ['lstsq', (a, b) => fx.lstsq(a, b)[0], [randomTensor([4, 2]), randomTensor([4, 2], 2)]],
  ['residuals of lstsq', (a, b) => fx.lstsq(a, b)[1], [randomTensor([4, 2]), randomTensor([4], 2)]],
  ['norm: largest singular value', (x) => fx.norm(x, { ord: 2, axis: [1, 2] }), [randomTensor([2, 3, 3])]],
  ['norm: sum of singular values', (x) => fx.norm(x, { ord: 'nuc' }), [randomTensor([3, 2])]],
  ['cross', (x, y) => fx.cross(x, y), [randomTensor([2, 3]), randomTensor([3], 2)]],
  ['kron', (x, y) => fx.kron(x, y), [randomTensor([2, 3]), randomTensor([2], 2)]],
  ['vecdot', (x, y) => fx.vecdot(x, y), [randomTensor([2, 3]), randomTensor([3], 2)]],
  ['multiDot', (...x) => fx.multiDot(x), [randomTensor([2, 3]), randomTensor([3, 2], 2), randomTensor([2], 3)]],
  ['matrixPower', (x) => fx.matrixPower(x, 5), [randomTensor([3, 3])]],
  ['matrixPower of the inverse', (x) => fx.matrixPower(x, -2), [regular([3, 3])]],
  ['expm', (x) => fx.expm(x), [fx.mul(randomTensor([2, 3, 3]), 3)]],
  ['luFactor', first(fx.luFactor), [regular([3, 3])]],
];

describe('derivatives of linear algebra agree with differences, with each other and batched, to the second order', () => {
  it.each(cases)('%s', (_, f, args) => {
    checkDerivatives(f, args);
  });
});
