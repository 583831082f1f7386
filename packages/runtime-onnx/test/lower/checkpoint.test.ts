import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkpoint, checkpointName, checkpointPolicies, mul, optimizationBarrier, scalar, scan, sin, spec, sum, tanh, type Tensor, vjp } from '@flaxon/tensor';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import { exportOnnx } from '../../src/export/export.js';
import { decodeModel } from '../../src/format/reader.js';
import type { OnnxGraph } from '../../src/format/types.js';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';

const block = (x: Tensor): Tensor => sin(checkpointName(tanh(sin(x)), 'middle'));
const chain = (f: (x: Tensor) => Tensor) => (x: Tensor): Tensor => f(f(f(x)));

/** The summed value, and its gradient along a cotangent. */
const withGradient = (f: (x: Tensor) => Tensor) => (x: Tensor, ct: Tensor): Tensor[] => {
  const [value, back] = vjp((t: Tensor) => sum(f(t)), x);
  return [value, ...(back(ct) as Tensor[])];
};
const operands = [arbitrary([5]), scalar(1.5, 'float32')] as const;

const countOf = (graph: OnnxGraph | undefined, op: string): number => (graph?.node ?? []).filter(({ opType }) => opType === op).length;

/** How many nodes of an operator are left after ONNX Runtime has rewritten the graph. */
async function countAfterRuntime(f: (...args: Tensor[]) => Tensor[], op: string): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'flaxon-'));
  try {
    const optimizedModelFilePath = path.join(folder, 'optimized.onnx');
    const session = await ort.InferenceSession.create(compile(f).lower(...operands).toBytes(), { graphOptimizationLevel: 'extended', optimizedModelFilePath });
    await session.release();
    return countOf(decodeModel(await readFile(optimizedModelFilePath)).graph, op);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('checkpoint in a graph', () => {
  it('has the values and gradients of the eager executor', async () => {
    await expectAgreement(withGradient(chain(checkpoint(block))), operands);
    await expectAgreement(withGradient(chain(checkpoint(block, { policy: checkpointPolicies.saveOnlyTheseNames('middle') }))), operands);
    await expectAgreement((x: Tensor, ct: Tensor) => withGradient((t) => scan((c: Tensor, row: Tensor) => [checkpoint(block)(mul(c, row)), null] as const, scalar(0.5, 'float32'), t)[0])(x, ct), operands);
  });
  it('computes anew what the forward pass has computed', () => {
    const tanhs = (f: (x: Tensor) => Tensor): number => countOf(compile(withGradient(chain(f))).lower(...operands).data.graph, 'Tanh');
    expect(tanhs(block)).toBe(3);
    expect(tanhs(checkpoint(block))).toBe(6);
    expect(tanhs(checkpoint(block, { preventCse: false }))).toBe(3);
    expect(tanhs(checkpoint(block, { policy: checkpointPolicies.saveOnlyTheseNames('middle') }))).toBe(3);
  });
  it('still does when ONNX Runtime has rewritten the graph', async () => {
    expect(await countAfterRuntime(withGradient(chain(checkpoint(block))), 'Tanh')).toBe(6);
    expect(await countAfterRuntime(withGradient(chain(checkpoint(block, { preventCse: false }))), 'Tanh')).toBe(3);
  });
});

describe('optimizationBarrier', () => {
  it('passes values of every kind on', () =>
    expectAgreement((...args) => optimizationBarrier([...args]) as Tensor[], [arbitrary([2, 3]), arbitrary([2], 'int32'), arbitrary([3], 'bool'), arbitrary([], 'float64'), arbitrary([2], 'float16'), arbitrary([0, 2])]));
  it('passes nothing on where a symbolic size is 0', async () => {
    const session = await exportOnnx((x: Tensor) => sin(optimizationBarrier(x)), [spec('float32', ['batch', 2])]).createSession();
    try {
      for (const rows of [0, 2]) expect((await session.run({ input: arbitrary([rows, 2]) }))['output']!.shape).toEqual([rows, 2]);
    } finally {
      await session.release();
    }
  });
});
