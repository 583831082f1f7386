/** The table of kernels against the runtime that is installed. `tools/kernel-costs/probe-kernels.mjs` checks all of it; here a sample. */
import { all, any, gelu, type Tensor, tensor } from '@flaxon/tensor';
import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { dtypes, probes, runs } from '../../../../tools/kernel-costs/probes.mjs';
import { encodeModel } from '../../src/format/writer.js';
import { hasKernel, kernelSupport, type KernelName } from '../../src/lower/kernel-support.js';
import { expectAgreement, generator } from '../agreement.js';

const dtypesOf: Readonly<Record<string, { readonly among: readonly string[] }>> = probes;
const names = Object.keys(kernelSupport) as KernelName[];

describe('the table of kernels', () => {
  it('has the operators that are probed', () => expect(names).toEqual(Object.keys(probes)));

  it('says what the installed runtime says, in a sample of operators, dtypes and opsets', async () => {
    const random = generator(7);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const wrong: string[] = [];
    for (let i = 0; i < 60; i++) {
      const [name, dtype, opset] = [pick(names), pick(dtypes) as 'float32', 20 + Math.floor(random() * 7)];
      if (!dtypesOf[name]!.among.includes(dtype) || name === 'Swish') continue;
      const found = await runs(ort, encodeModel, name, dtype, opset);
      if (found !== hasKernel(name, dtype, opset)) wrong.push(`${name} ${dtype} at opset ${opset}: ${String(found)}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['ConvTranspose', 'float32', true], ['ConvTranspose', 'float64', false], ['MaxPool', 'float64', true], ['MaxPool', 'int32', false],
    ['AveragePool', 'float32', true], ['AveragePool', 'float64', false], ['DFT', 'float16', true], ['DFT', 'float64', true],
  ] as const)('was right of %s in %s', async (name, dtype, expected) => {
    expect([hasKernel(name, dtype), await runs(ort, encodeModel, name, dtype, 23)]).toEqual([expected, expected]);
  });

  it('knows of kernels that came with an opset', () => {
    expect([hasKernel('ReduceMax', 'bool', 19), hasKernel('ReduceMax', 'bool', 20), hasKernel('ReduceMax', 'bool')]).toEqual([false, true, false]);
    expect([hasKernel('CumProd', 'float32', 25), hasKernel('CumProd', 'float32', 26)]).toEqual([false, true]);
  });
});

describe('lowerings', () => {
  it('of bools load at opsets that have no kernel of bools', () =>
    expectAgreement((x: Tensor) => [any(x, { axis: 1 }), all(x, { axis: 0 })], [tensor([[true, false], [false, false]])], { opset: 18 }));
  it('of composites load at opsets without their operators', () => expectAgreement((x: Tensor) => gelu(x, { approximate: false }), [tensor([[-1, 0.5, 4]], { dtype: 'float32' })], { opset: 18 }));
});
