import * as fx from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { describe, it } from 'vitest';
import { exportOnnx } from '../../src/export/export.js';
import { expectAgreement, expectClose, generator, type TensorFunction } from '../agreement.js';

function random(shape: readonly number[], seed = 1): Tensor {
  const next = generator(seed);
  return fx.tensor(Float64Array.from({ length: fx.sizeOf(shape) }, () => 2 * next() - 1), { shape });
}

const regular = (shape: readonly number[], seed = 1): Tensor => fx.add(random(shape, seed), fx.mul(fx.eye(shape.at(-1)!, shape.at(-1)!, 0, 'float64'), 2));
const definite = (shape: readonly number[]): Tensor => fx.matmul(regular(shape), fx.swapaxes(regular(shape), -1, -2));

const cases: readonly (readonly [string, TensorFunction, readonly Tensor[]])[] = [
  ['cholesky', (x) => fx.cholesky(x), [definite([2, 5, 5])]],
  ['lu', (x) => fx.lu(x), [random([2, 5, 4])]],
  ['luFactor', (x) => fx.luFactor(x), [random([5, 5])]],
  ['solve', (a, b) => fx.solve(a, b), [regular([3, 1, 4, 4]), random([2, 4, 2])]],
  ['solveTriangular', (a, b) => fx.solveTriangular(a, b, { trans: 1 }), [regular([4, 4]), random([4])]],
  ['inv', (x) => fx.inv(x), [regular([2, 5, 5])]],
  ['det', (x) => fx.det(x), [random([2, 5, 5])]],
  ['qr', (x) => fx.qr(x), [random([2, 5, 3])]],
  ['complete qr', (x) => fx.qr(x, { mode: 'complete' }), [random([3, 5])]],
  ['eigh', (x) => fx.eigh(x), [random([2, 5, 5])]],
  ['eigvalsh', (x) => fx.eigvalsh(x), [random([4, 4])]],
  ['svd', (x) => fx.svd(x, { fullMatrices: false }), [random([2, 5, 3])]],
  ['singular values of wide matrices', (x) => fx.svdvals(x), [random([3, 6])]],
  ['pinv', (x) => fx.pinv(x), [random([2, 3, 4])]],
  ['lstsq', (a, b) => fx.lstsq(a, b), [random([5, 3]), random([5, 2])]],
  ['norms by singular values', (x) => [fx.norm(x, { ord: 2 }), fx.norm(x, { ord: 'nuc' })], [random([4, 3])]],
  ['expm', (x) => fx.expm(x), [fx.mul(random([2, 4, 4]), 4)]],
  ['products', (x, y) => [fx.cross(x, y), fx.kron(x, y), fx.vecdot(x, y), fx.multiDot([x, fx.swapaxes(y, 0, 1), x])], [random([2, 3]), random([2, 3], 2)]],
  ['matrixPower', (x) => fx.matrixPower(x, -3), [regular([3, 3])]],
  ['slogdet', (x) => fx.slogdet(x), [random([2, 5, 5])]],
];

/** The gradient of the sum of the outputs' sines. */
const slope = (f: TensorFunction, ...args: readonly Tensor[]): readonly Tensor[] => {
  const total = (...points: Tensor[]): Tensor =>
    [f(...points)].flat().filter((x): x is Tensor => fx.isFloating((x as Tensor).dtype)).map((x) => fx.sum(fx.sin(x))).reduce((a, b) => fx.add(a, b));
  return fx.grad(total, { argnums: args.map((_, i) => i) })(...args) as readonly Tensor[];
};

describe('linear algebra in graphs is what the eager kernels give', () => {
  it.each(cases)('%s', async (label, f, args) => {
    await expectAgreement(f, args, { label, tolerance: 1e-11 });
    await expectAgreement(f, args.map((x) => fx.astype(x, 'float32')), { label, tolerance: 1e-4 });
  });

  it.each(cases)('the gradient of %s', async (label, f, args) => {
    await expectAgreement((...points) => slope(f, ...points), args, { label, tolerance: 1e-10 });
  });

  it('one graph serves batches of every size', async () => {
    const model = exportOnnx((a: Tensor, b: Tensor) => fx.solve(a, b), [fx.spec('float64', ['batch', 4, 4]), fx.spec('float64', [4])]);
    const session = await model.createSession();
    try {
      for (const size of [1, 3]) {
        const a = regular([size, 4, 4]);
        expectClose((await session.run({ input_0: a, input_1: random([4]) })).output!, fx.solve(a, random([4])), 1e-12);
      }
    } finally {
      await session.release();
    }
  });
});
