import { exp, matmul, spec, swapaxes, transpose, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import { exportOnnx } from '../../src/export/export.js';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';

const operators = (f: (...args: Tensor[]) => Tensor, ...args: Tensor[]): (string | undefined)[] => compile(f).lower(...args).graph.node?.map(({ opType }) => opType) ?? [];

describe.each([['float32', 1e-5], ['float64', 1e-13]] as const)('protectVectors in %s', (dtype, tolerance) => {
  const [matrix, stacked, vector] = [arbitrary([7, 4], dtype), arbitrary([3, 7, 4], dtype), arbitrary([7], dtype)];

  it('keeps a transposed matrix times a vector right, without the transposition', async () => {
    const f = (x: Tensor, v: Tensor): Tensor => matmul(transpose(x), v);
    await expectAgreement(f, [matrix, vector], { tolerance });
    expect(operators(f, matrix, vector)).toEqual(['MatMul']);
  });

  it('keeps transposed matrices times a vector right', async () => {
    const f = (x: Tensor, v: Tensor): Tensor => matmul(swapaxes(x, 1, 2), v);
    await expectAgreement(f, [stacked, vector], { tolerance });
    expect(operators(f, stacked, vector)).toEqual(['Transpose', 'Unsqueeze', 'MatMul', 'Squeeze']);
  });

  it('keeps what is computed of a transposed matrix right', async () => {
    await expectAgreement((x: Tensor, v: Tensor): Tensor => matmul(exp(transpose(x)), v), [matrix, vector], { tolerance });
  });

  it('leaves a plain product with a vector as it is', () => {
    expect(operators((x, v) => matmul(x, v), arbitrary([4, 7], dtype), vector)).toEqual(['MatMul']);
  });

  it('agrees for a symbolic batch', async () => {
    const session = await exportOnnx((x: Tensor, v: Tensor) => matmul(swapaxes(x, 1, 2), v), [spec(dtype, ['batch', 'n', 4]), spec(dtype, ['n'])], { argumentNames: ['x', 'v'] }).createSession();
    const found = Array.from((await session.run({ x: stacked, v: vector }))['output']!.data(), Number);
    Array.from(matmul(swapaxes(stacked, 1, 2), vector).data(), Number).forEach((value, i) => expect(Math.abs(found[i]! - value)).toBeLessThan(tolerance * Math.max(1, Math.abs(value))));
    await session.release();
  });
});
