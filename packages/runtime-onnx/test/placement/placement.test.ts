import { add, argmax, ArgumentError, matmul, mean, mul, nameScope, relu, reshape, scan, sigmoid, sin, spec, sub, sum, switchCase, tanh, type Tensor, where, whileLoop, less } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { exportOnnx, type ArgumentSpec, type ExportOptions } from '../../src/export/export.js';
import { explainPlacement, formatPlacement, type Placement, type PlacementDevice } from '../../src/placement/explain.js';
import { sinceVersion } from '../../src/placement/kernels/since-versions.js';
import { fitsVersion } from '../../src/placement/kernels/table.js';
import { walkModel } from '../../src/placement/walk.js';
import { arbitrary } from '../values.js';

const w = arbitrary([4, 4]);
const b = arbitrary([4]);
const net = (x: Tensor): Tensor => add(matmul(relu(add(matmul(x, w), b)), w), 0.5);

function placed(f: (...args: Tensor[]) => Tensor | readonly Tensor[], specs: readonly ArgumentSpec[], device: PlacementDevice, options: ExportOptions = {}): Placement {
  return explainPlacement(exportOnnx(f, specs, options).data, device);
}
const batch = [spec('float32', ['batch', 4])];

describe('placement', () => {
  it('gives every node of a network to the device, without copies', () => {
    for (const [device, provider] of [['cpu', 'CPUExecutionProvider'], ['wasm', 'CPUExecutionProvider'], ['cuda', 'CUDAExecutionProvider'], ['webgpu', 'WebGpuExecutionProvider']] as const) {
      const { counts, fallbacks, copies } = placed(net, batch, device);
      expect([[...counts], fallbacks, copies]).toEqual([[[provider, 3]], [], 0]);
    }
  });

  it('names the opset that has the kernel where a device was not renewed with the operator, and counts the way there and back', () => {
    const f = (x: Tensor): Tensor => tanh(sin(tanh(x)));
    const { fallbacks, copies } = placed(f, batch, 'cuda', { opset: 23 });
    expect(fallbacks.map(({ op, provider, reason }) => [op, provider, reason])).toEqual([
      ['Sin', 'CPUExecutionProvider', 'the CUDA provider has no kernel of Sin as it is since opset 22; with opset 21 it has one'],
    ]);
    expect(copies).toBe(2);
    expect(placed(f, batch, 'cuda', { opset: 21 }).fallbacks).toEqual([]);
  });

  it('names the dtype that a device has no kernel for', () => {
    const { fallbacks, counts } = placed((x) => add(x, x), [spec('float64', [4])], 'webgpu');
    expect(fallbacks.map(({ reason }) => reason)).toEqual(['the WebGPU provider has no kernel of Add for float64']);
    expect([...counts]).toEqual([['CPUExecutionProvider', 1]]);
    expect(placed((x) => add(x, x), [spec('float64', [4])], 'cuda').fallbacks).toEqual([]);
  });

  it('chooses the kernel of Where by what is chosen', () => {
    const f = (x: Tensor): Tensor => where(less(x, 0), x, sub(x, 1));
    const nodes = placed(f, batch, 'cuda').nodes.map(({ op, dtype, provider }) => [op, dtype, provider]);
    expect(nodes).toContainEqual(['Where', 'float32', 'CUDAExecutionProvider']);
    expect(nodes).toContainEqual(['Less', 'float32', 'CUDAExecutionProvider']);
  });

  it('leaves arithmetic on shapes on the CPU, which is no fallback and takes no copy', () => {
    const { nodes, fallbacks, copies } = placed((x) => reshape(x, [mean(x).shape.length + 1, -1, x.shape[0]!]), [spec('float32', ['n', 'm', 6])], 'cuda');
    expect(nodes.filter(({ reason }) => reason === 'arithmetic on shapes').length).toBeGreaterThan(0);
    expect([fallbacks, copies]).toEqual([[], 0]);
  });

  it('looks into loops and branches, once each, and finds what they read from outside', () => {
    const loop = (x: Tensor): Tensor => scan((carry: Tensor, row: Tensor) => [sin(add(carry, row)), null] as const, mean(x, { axis: 0 }), x)[0];
    const providers = (opset: number): unknown[] => placed(loop, [spec('float32', [5, 4])], 'cuda', { opset }).nodes.filter(({ op }) => op === 'Sin' || op === 'Scan').map(({ op, provider }) => [op, provider]);
    expect(providers(19)).toEqual([['Scan', 'CUDAExecutionProvider'], ['Sin', 'CUDAExecutionProvider']]);
    expect(providers(23)).toEqual([['Scan', 'CPUExecutionProvider'], ['Sin', 'CPUExecutionProvider']]);
    const branches = (i: Tensor, x: Tensor): Tensor => { const outer = tanh(x); return switchCase(i, [() => outer, () => sigmoid(outer)]) as Tensor; };
    expect(placed(branches, [spec('int32', []), spec('float32', [4])], 'cpu').nodes.map(({ op }) => op)).toContain('Sigmoid');
  });

  it('inlines functions: modules as functions are placed as the flat graph is', () => {
    const f = (x: Tensor): Tensor => nameScope('First_0', () => sin(nameScope('First_0/Inner_0', () => net(x))));
    const names = (functions: 'modules' | 'operators'): string[] => placed(f, batch, 'cuda', { functions }).nodes.map(({ op, provider, dtype }) => `${op} ${provider} ${dtype}`).toSorted();
    expect(names('modules')).toEqual(names('operators'));
    const { fallbacks, copies } = placed(f, batch, 'cuda', { functions: 'modules' });
    expect([fallbacks[0]!.name, copies]).toEqual(['First_0/Sin', 1]);
  });

  it('knows the dtype of every value that an exported graph computes', () => {
    const f = (x: Tensor, n: Tensor): readonly Tensor[] => [
      argmax(x, { axis: 1 }), mul(x, n), sum(x), whileLoop((i: Tensor) => less(i, 5), (i: Tensor) => add(i, 1), n),
    ];
    for (const dtype of ['float32', 'float64', 'bfloat16', 'float16'] as const) {
      const model = exportOnnx(f, [spec(dtype, ['batch', 4]), spec('int32', [])]);
      const unknown = walkModel(model.data).nodes.filter(({ node, dtype: found }) => found === undefined && node.opType !== 'Loop');
      expect(unknown.map(({ name }) => name)).toEqual([]);
    }
  });

  it('is told as text: counts, copies, and why', () => {
    expect(formatPlacement(placed((x) => tanh(sin(tanh(x))), batch, 'cuda'))).toBe(
      '  cuda: 2 CUDAExecutionProvider, 1 CPUExecutionProvider, 2 copies\n    1 on the CPU: the CUDA provider has no kernel of Sin as it is since opset 22; with opset 21 it has one (Sin)',
    );
  });

  it('says of operators that nobody has a kernel for that they are nowhere', () => {
    const model = exportOnnx(net, batch).data;
    const foreign = { ...model, graph: { ...model.graph, node: [{ opType: 'Gemm', input: ['a', 'a'], output: ['c'], name: 'g' }], input: [{ name: 'a', type: { tensorType: { elemType: 6 } } }] } };
    expect(explainPlacement(foreign, 'cpu').nodes[0]).toMatchObject({ provider: undefined, reason: 'the CPU provider has no kernel of Gemm for int32' });
  });

  it('refuses devices that it has no table for', () => {
    expect(() => explainPlacement({}, 'tpu' as never)).toThrow(ArgumentError);
  });
});

describe('versions of kernels', () => {
  it('fit from the first to the last one, or just the first where there is no last', () => {
    expect([12, 13, 18, 19].map((version) => fitsVersion({ versions: [13, 18], dtypes: undefined }, version))).toEqual([false, true, true, false]);
    expect([13, 19].map((version) => fitsVersion({ versions: [13], dtypes: undefined }, version))).toEqual([true, false]);
  });
  it('are those of the operator as the opset has it', () => {
    expect([sinceVersion('Sin', 21), sinceVersion('Sin', 22), sinceVersion('Add', 26), sinceVersion('CumProd', 25), sinceVersion('Nothing', 23)]).toEqual([7, 22, 14, undefined, undefined]);
  });
});
