/** What the sweep over dtypes, shapes and opsets has found, one rule a test. */
import { add, bind, isnan, tensor, type Tensor, zeros } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';

describe('arrays without elements', () => {
  it('may be of 64-bit integers, in any shape', async () => {
    for (const dtype of ['int64', 'uint64'] as const) await expectAgreement((x, y) => [add(x, y), add(x, 1)], [zeros([2, 0, 3], dtype), arbitrary([3], dtype)]);
  });
});

describe('windows', () => {
  const params = { dimensions: [3], strides: [1], padding: [[2, 0]], baseDilation: [2], windowDilation: [1] } as const;

  it('move over dilated arrays of 16-bit integers', async () => {
    for (const dtype of ['int16', 'uint16'] as const) {
      await expectAgreement((x) => bind('windowSum', [x], params), [arbitrary([7], dtype)]);
      await expectAgreement((x, kernel) => bind('conv', [x, kernel], { strides: [1], padding: [[2, 1]], lhsDilation: [2], rhsDilation: [1], featureGroupCount: 1, batchGroupCount: 1 }), [arbitrary([2, 3, 7], dtype), arbitrary([4, 3, 3], dtype)]);
    }
  });

  it('whose padding is as small as their elements, and lies before them, find the padding', async () => {
    for (const x of [tensor([false, false, true], { dtype: 'bool' }), tensor([0, 0, 3], { dtype: 'uint8' }), tensor([-128, 5, -128], { dtype: 'int8' })]) {
      const f = (a: Tensor): readonly Tensor[] => bind('windowSelect', [a], { ...params, dimensions: [2], padding: [[1, 0]], baseDilation: [1], largest: true });
      expect(f(x)[1]!.toArray()).toContain(-1);
      await expectAgreement(f, [x]);
    }
  });
});

describe('isNan', () => {
  it('takes bfloat16 at every opset, though its operator does from 20 on', async () => {
    const x = tensor([1, NaN, -0, Infinity], { dtype: 'bfloat16' });
    for (const opset of [18, 19, 20]) await expectAgreement((a) => isnan(a), [x], { opset });
  });
});
