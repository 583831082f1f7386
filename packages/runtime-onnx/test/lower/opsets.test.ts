/** Opsets that lack a kernel or an operator. */
import { all, any, gelu, type Tensor, tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { hasKernel } from '../../src/lower/kernel-support.js';
import { expectAgreement } from '../agreement.js';

describe('at opset 18', () => {
  it('there is no reduction of bools, which go through a carrier', async () => {
    expect([hasKernel('ReduceMax', 'bool', 18), hasKernel('ReduceMax', 'bool', 20), hasKernel('ReduceMax', 'bool')]).toEqual([false, true, false]);
    await expectAgreement((x: Tensor) => [any(x, { axis: 1 }), all(x, { axis: 0 })], [tensor([[true, false], [false, false]])], { opset: 18 });
  });
  it('there is no Gelu, which is decomposed', async () => {
    expect([hasKernel('GeluExact', 'float32', 18), hasKernel('GeluExact', 'float32', 23)]).toEqual([false, true]);
    await expectAgreement((x: Tensor) => gelu(x, { approximate: false }), [tensor([[-1, 0.5, 4]], { dtype: 'float32' })], { opset: 18 });
  });
});
