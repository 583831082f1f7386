import { add, matmul, mul, random, relu, spec, tanh, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { exportOnnx, type ExportOptions } from '../../src/export/export.js';
import type { OnnxModelData } from '../../src/format/types.js';
import { encodeModel } from '../../src/format/writer.js';
import { diff } from '../../src/read/diff.js';
import { loadOnnx } from '../../src/read/load.js';

const kernel = random.normal(random.key(0), [4, 3]);
const bias = tensor([1, 2, 3], { dtype: 'float32' });
const layer = (activation: (x: Tensor) => Tensor, w = kernel) => (x: Tensor) => ({ y: activation(add(matmul(x, w), bias)) });
const exported = (f: (x: Tensor) => unknown, options: ExportOptions = {}): OnnxModelData => exportOnnx(f as never, [spec('float32', ['batch', 4])], { argumentNames: ['x'], name: 'net', ...options }).data;

/** A graph written down by hand: names given to nodes and values. */
const chain = (names: readonly [string, string], values: readonly [string, string], operators: readonly [string, string] = ['Exp', 'Neg']): OnnxModelData => ({
  graph: {
    input: [{ name: 'x' }],
    output: [{ name: values[1] }],
    node: [{ name: names[0], opType: operators[0], input: ['x'], output: [values[0]] }, { name: names[1], opType: operators[1], input: [values[0]], output: [values[1]] }],
  },
});

describe('the difference of two models', () => {
  it('is none for a model and itself, read back from its bytes', () => {
    const model = exported(layer(tanh));
    const found = diff(model, loadOnnx(encodeModel(model)));
    expect([found.isEqual, String(found)]).toEqual([true, 'no difference']);
  });

  it('has the initialisers that differ, with the largest difference', () => {
    const changed = add(kernel, tensor([[0, 0, 0], [0, 0.5, 0], [0, 0, 0], [0, 0, -0.25]], { dtype: 'float32' }));
    const { graph, isEqual } = diff(exported(layer(tanh)), exported(layer(tanh, changed)));
    expect([isEqual, graph.initializers.changed.length, graph.nodes.changed]).toEqual([false, 1, []]);
    const [only] = graph.initializers.changed;
    expect(only!.largestDifference).toBeCloseTo(0.5, 6);
    expect(only!.changes[0]).toMatch(/^2 of 12 elements differ/);
  });

  it('says where initialisers have another shape or type', () => {
    const constant = (dims: readonly number[], dataType: number): OnnxModelData => ({ graph: { initializer: [{ name: 'w', dims, dataType, rawData: new Uint8Array(16) }] } });
    expect(diff(constant([4], 1), constant([2, 2], 1)).graph.initializers.changed).toEqual([{ name: 'w', changes: ['type: float32[4] became float32[2,2]'], largestDifference: undefined }]);
    expect(diff(constant([4], 1), constant([4], 6)).graph.initializers.changed[0]!.changes).toEqual(['type: float32[4] became int32[4]']);
  });

  it('has nodes that came, went and changed', () => {
    const { graph } = diff(chain(['a', 'b'], ['u', 'v']), { graph: { ...chain(['a', 'c'], ['u', 'v'], ['Log', 'Abs']).graph } });
    expect(graph.nodes).toEqual({ added: ['c'], removed: ['b'], renamed: [], changed: [{ name: 'a', changes: ['operator: Exp became Log'] }] });
  });

  it('knows nodes of one structure under another name', () => {
    const { graph, isEqual } = diff(chain(['a', 'b'], ['u', 'v']), chain(['p', 'q'], ['r', 'v']));
    expect(graph.nodes).toEqual({ added: [], removed: [], changed: [], renamed: [{ from: 'a', to: 'p' }, { from: 'b', to: 'q' }] });
    expect(isEqual).toBe(false);
  });

  it('takes values of another name and the same structure for the same', () => {
    expect(diff(chain(['a', 'b'], ['u', 'v']), chain(['a', 'b'], ['renamed', 'v'])).isEqual).toBe(true);
  });

  it('has attributes and operands that changed', () => {
    const concat = (axis: number, input: readonly string[]): OnnxModelData => ({ graph: { input: [{ name: 'x' }, { name: 'y' }], output: [{ name: 'z' }], node: [{ name: 'join', opType: 'Concat', input, output: ['z'], attribute: [{ name: 'axis', type: 2, i: axis }] }] } });
    expect(diff(concat(0, ['x', 'y']), concat(1, ['y', 'y'])).graph.nodes.changed).toEqual([{ name: 'join', changes: ['attribute axis: 0 became 1', 'operand 0: x became y'] }]);
  });

  it('looks into bodies', () => {
    const branch = (operator: string): OnnxModelData => ({ graph: { input: [{ name: 'x' }], output: [{ name: 'z' }], node: [{ name: 'if', opType: 'If', input: ['x'], output: ['z'], attribute: [{ name: 'then_branch', type: 5, g: { name: 'g', node: [{ opType: operator, input: ['x'], output: ['t'] }], output: [{ name: 't' }] } }] }] } });
    expect(diff(branch('Exp'), branch('Exp')).isEqual).toBe(true);
    expect(diff(branch('Exp'), branch('Log')).graph.nodes.changed.map(({ name }) => name)).toEqual(['if']);
  });

  it('has inputs, outputs, metadata, opsets and functions', () => {
    const before: OnnxModelData = { opsetImport: [{ version: 18 }], metadataProps: [{ key: 'a', value: '1' }, { key: 'b', value: '2' }], graph: { input: [{ name: 'x', type: { tensorType: { elemType: 1 } } }], output: [{ name: 'x' }] }, functions: [{ name: 'F', domain: 'd', input: ['p'], output: ['q'], node: [{ name: 'n', opType: 'Exp', input: ['p'], output: ['q'] }] }] };
    const after: OnnxModelData = { opsetImport: [{ version: 23 }], metadataProps: [{ key: 'a', value: '3' }, { key: 'c', value: '2' }], graph: { input: [{ name: 'x', type: { tensorType: { elemType: 11 } } }], output: [] }, functions: [{ name: 'F', domain: 'd', input: ['p'], output: ['q'], node: [{ name: 'n', opType: 'Log', input: ['p'], output: ['q'] }] }] };
    expect(String(diff(before, after))).toBe(`~ opset : value: 18 became 23
- metadata b
+ metadata c
~ metadata a: value: 1 became 3
~ input x: type: float32[...] became float64[...]
- output x
~ function d.F: ~ node n: operator: Exp became Log`);
  });

  it('shows what an option changed in an exported graph', () => {
    const text = String(diff(exported(layer(relu)), exported(layer((x) => mul(relu(x), 2)))));
    expect(text).toMatch(/^\+ node .*Mul/m);
  });
});
