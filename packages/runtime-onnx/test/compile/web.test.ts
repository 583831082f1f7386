import { add, grad, matmul, random, relu, scan, softmax, sum, tanh, type Tensor } from '@flaxon/tensor';
import * as web from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { DeviceError } from '../../src/errors/session-errors.js';
import { compile } from '../../src/compile/compile.js';
import { exportOnnx } from '../../src/export/export.js';
import { expectAgreement, expectClose } from '../agreement.js';
import { arbitrary } from '../values.js';

describe('onnxruntime-web, handed in', () => {
  beforeAll(() => {
    web.env.wasm.numThreads = 1;
  });

  const options = { runtime: web, device: 'wasm' } as const;

  it('runs a network and its gradient', async () => {
    const [x, w] = [arbitrary([4, 3]), arbitrary([3, 5])];
    await expectAgreement((a, b) => [softmax(relu(matmul(a, b))), grad((t: Tensor) => sum(tanh(matmul(a, t))))(b)], [x, w], { ...options, tolerance: 1e-5 });
  });
  it('runs loops, local functions and float64', async () => {
    await expectAgreement((k) => random.normal(k, [100]), [random.key(5)], { ...options, tolerance: 0 });
    await expectAgreement((c, x) => scan((carry: Tensor, row: Tensor) => [tanh(add(carry, row)), carry] as const, c, x, { reverse: true }), [arbitrary([3], 'float64'), arbitrary([4, 3], 'float64')], options);
  });
  it('runs an exported model', async () => {
    const session = await exportOnnx((x: Tensor) => add(x, 1), [arbitrary([2])]).createSession(options);
    const x = arbitrary([2]);
    expectClose((await session.run({ input: x })).output!, add(x, 1), 0);
    await session.release();
  });
  it('says that it has no CUDA', async () => {
    await expect(compile((x: Tensor) => add(x, 1), { runtime: web, device: 'cuda' })(arbitrary([2]))).rejects.toThrow(DeviceError);
  });
});
