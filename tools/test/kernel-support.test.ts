/** The table of kernels against the runtime that is installed. `tools/kernel-costs/probe-kernels.mjs` checks all of it; here a sample. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dtypes, probes, runs } from '../kernel-costs/probes.mjs';
import { encodeModel } from '../../packages/runtime-onnx/src/format/writer.js';
import { hasKernel, kernelSupport, type KernelName } from '../../packages/runtime-onnx/src/lower/kernel-support.js';

const ort: unknown = createRequire(join(import.meta.dirname, '../../packages/runtime-onnx/package.json'))('onnxruntime-node');

const dtypesOf: Readonly<Record<string, { readonly among: readonly string[] }>> = probes;
const names = Object.keys(kernelSupport) as KernelName[];

describe('the table of kernels', () => {
  it('has the operators that are probed', () => expect(names).toEqual(Object.keys(probes)));

  it('says what the installed runtime says, in a sample of operators, dtypes and opsets', async () => {
    // The numbers of a linear congruential generator, so that every run checks the same sample.
    let state = 7;
    const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
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
