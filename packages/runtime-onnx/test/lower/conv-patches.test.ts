import { add, convGeneralDilated, spec, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/export/export.js';
import { expectClose } from '../agreement.js';
import { arbitrary } from '../values.js';

const channelsLast = ['NWC', 'WIO', 'NWC'] as const;

describe('a float64 convolution', () => {
  it('with channels last is one product, with its bias, and moves no axis', () => {
    const [kernel, bias] = [arbitrary([3, 4, 8], 'float64'), arbitrary([8], 'float64')];
    const f = (x: Tensor): Tensor => add(convGeneralDilated(x, kernel, { padding: [[2, 0]], dimensionNumbers: channelsLast }), bias);
    expect(exportOnnx(f, [spec('float64', ['batch', 10, 4])]).graph.node!.map(({ opType }) => opType)).toEqual(['Pad', 'Gather', 'Reshape', 'Gemm', 'Reshape']);
  });

  it('takes strides, dilations and groups along a symbolic axis', async () => {
    const kernel = arbitrary([2, 2, 6], 'float64');
    const f = (x: Tensor): Tensor => convGeneralDilated(x, kernel, { padding: [[1, 2]], windowStrides: [1], rhsDilation: [2], featureGroupCount: 2, dimensionNumbers: channelsLast });
    const session = await exportOnnx(f, [spec('float64', ['batch', 'steps', 4])]).createSession();
    for (const shape of [[2, 7, 4], [1, 5, 4]]) {
      const x = arbitrary(shape, 'float64');
      expectClose((await session.run({ input: x })).output!, f(x), 1e-14);
    }
    await session.release();
  });
});
