import { add, foriLoop, mul, random, spec, sum, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../src/errors/model-format-error.js';
import { FeedError } from '../../src/errors/session-errors.js';
import { NodeEvaluationError, UnknownOperatorError } from '../../src/evaluate/errors.js';
import { evaluatedOperators, evaluateOnnx } from '../../src/evaluate/evaluate.js';
import { exportOnnx } from '../../src/export/export.js';
import { encodeTensor } from '../../src/format/tensors.js';
import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModelData, OnnxNode, OnnxValueInfo } from '../../src/format/types.js';

const floats = (...elements: number[]): Tensor => tensor(elements, { dtype: 'float32', shape: [elements.length] });
const value = (name: string, elemType = 1, dims: readonly number[] = []): OnnxValueInfo => ({ name, type: { tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } } });
const open = (name: string, elemType = 1): OnnxValueInfo => ({ name, type: { tensorType: { elemType } } });
const node = (opType: string, input: readonly string[], output: readonly string[], attribute: readonly OnnxAttribute[] = []): OnnxNode => ({ name: `the_${opType}`, opType, input, output, attribute });
const constant = (name: string, ...elements: number[]) => encodeTensor(name, { dtype: 'float32', shape: [elements.length], data: Float32Array.from(elements) });
const model = (graph: OnnxGraph, functions: readonly OnnxFunction[] = [], version = 21): OnnxModelData => ({ opsetImport: [{ version }, { domain: 'mine', version: 1 }], graph, functions });
const only = (nodes: readonly OnnxNode[], rest: Partial<OnnxGraph> = {}): OnnxModelData => model({ input: [open('x')], output: [open('y')], node: nodes, ...rest });
const numbers = (found: Readonly<Record<string, Tensor>>, name = 'y'): number[] => Array.from(found[name]!.data(), Number);

describe('evaluating a graph', () => {
  it('takes initialisers, and those with the name of an input as defaults', () => {
    const graph = only([node('Add', ['x', 'w'], ['y'])], { input: [open('x'), open('w')], initializer: [constant('w', 10, 20)] });
    expect(numbers(evaluateOnnx(graph, { x: floats(1, 2) }))).toEqual([11, 22]);
    expect(numbers(evaluateOnnx(graph, { x: floats(1, 2), w: floats(5, 5) }))).toEqual([6, 7]);
  });

  it('reads initialisers from other files', () => {
    const far = { name: 'w', dims: [2], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: 'w.bin' }, { key: 'offset', value: '4' }] };
    const graph = only([node('Add', ['x', 'w'], ['y'])], { initializer: [far] });
    const file = new Uint8Array(Float32Array.of(0, 3, 4).buffer);
    expect(numbers(evaluateOnnx(graph, { x: floats(1, 2) }, { readExternal: () => file }))).toEqual([4, 6]);
    expect(() => evaluateOnnx(graph, { x: floats(1, 2) })).toThrow(ModelFormatError);
  });

  it('lets bodies read the values around them, and keeps what they make inside', () => {
    const branch = (name: string, operator: string): OnnxAttribute => ({ name, type: 5, g: { node: [node(operator, ['x', 'z'], ['made'])], output: [open('made')] } });
    const graph = only([node('Add', ['x', 'x'], ['z']), node('If', ['go'], ['y'], [branch('then_branch', 'Mul'), branch('else_branch', 'Sub')])], { input: [open('x'), open('go', 9)] });
    const go = (taken: boolean) => tensor(taken, { dtype: 'bool' });
    expect([numbers(evaluateOnnx(graph, { x: floats(3), go: go(true) })), numbers(evaluateOnnx(graph, { x: floats(3), go: go(false) }))]).toEqual([[18], [-3]]);
    const leaking = only([...graph.graph!.node!, node('Neg', ['made'], ['w'])], { input: [open('x'), open('go', 9)] });
    expect(() => evaluateOnnx(leaking, { x: floats(3), go: go(true) })).toThrow(/reads `made`, which nothing before it gives/);
  });

  it('calls functions with their attributes, defaults and opset', () => {
    const leaky: OnnxFunction = { name: 'Leaky', domain: 'mine', input: ['p'], output: ['q'], attribute: ['slope'], attributeProto: [{ name: 'steep', type: 1, f: 3 }], opsetImport: [{ version: 21 }], node: [node('LeakyRelu', ['p'], ['r'], [{ name: 'alpha', refAttrName: 'slope', type: 1 }]), node('LeakyRelu', ['r'], ['q'], [{ name: 'alpha', refAttrName: 'steep', type: 1 }])] };
    const call = (attribute: readonly OnnxAttribute[]) => model({ input: [open('x')], output: [open('y')], node: [{ ...node('Leaky', ['x'], ['y'], attribute), domain: 'mine' }] }, [leaky]);
    expect(numbers(evaluateOnnx(call([{ name: 'slope', type: 1, f: 0.5 }]), { x: floats(-2, 1) }))).toEqual([-3, 1]);
    expect(numbers(evaluateOnnx(call([{ name: 'slope', type: 1, f: 0.5 }, { name: 'steep', type: 1, f: 1 }]), { x: floats(-2, 1) }))).toEqual([-1, 1]);
    // Without it the operator has its own default, 0.01.
    expect(numbers(evaluateOnnx(call([]), { x: floats(-1) }))[0]).toBeCloseTo(-0.03, 6);
  });

  it('gives a loop without steps its start, and rows that there are none of', () => {
    const body: OnnxGraph = { input: [open('i', 7), open('c', 9), open('carry')], node: [node('Identity', ['c'], ['go']), node('Add', ['carry', 'carry'], ['next'])], output: [value('go', 9), value('next', 1, [2]), value('next', 1, [2])] };
    const graph = only([node('Loop', ['count', '', 'x'], ['y', 'rows'], [{ name: 'body', type: 5, g: body }])], { input: [open('x'), open('count', 7)], output: [open('y'), open('rows')] });
    const run = (count: bigint) => evaluateOnnx(graph, { x: floats(1, 2), count: tensor(count, { dtype: 'int64' }) });
    expect([numbers(run(0n)), run(0n)['rows']!.shape]).toEqual([[1, 2], [0, 2]]);
    expect([numbers(run(3n)), run(3n)['rows']!.toArray()]).toEqual([[8, 16], [[2, 4], [4, 8], [8, 16]]]);
  });

  it('scans along any axis, in both directions', () => {
    const body: OnnxGraph = { input: [open('sum'), open('one')], node: [node('Add', ['sum', 'one'], ['next']), node('Identity', ['next'], ['row'])], output: [open('next'), open('row')] };
    const scan = (inward: number, outward: number) => only([node('Scan', ['start', 'x'], ['end', 'y'], [
      { name: 'body', type: 5, g: body }, { name: 'num_scan_inputs', type: 2, i: 1 }, { name: 'scan_input_axes', type: 7, ints: [1] }, { name: 'scan_output_axes', type: 7, ints: [-1] },
      { name: 'scan_input_directions', type: 7, ints: [inward] }, { name: 'scan_output_directions', type: 7, ints: [outward] },
    ])], { input: [open('x'), open('start')] });
    const x = tensor([[1, 2, 3], [10, 20, 30]], { dtype: 'float32' });
    const run = (inward: number, outward: number) => evaluateOnnx(scan(inward, outward), { x, start: floats(0, 0) })['y']!.toArray();
    expect(run(0, 0)).toEqual([[1, 3, 6], [10, 30, 60]]);
    expect(run(1, 0)).toEqual([[3, 5, 6], [30, 50, 60]]);
    expect(run(0, 1)).toEqual([[6, 3, 1], [60, 30, 10]]);
  });

  it('gives for one of our own what the function gives', () => {
    const f = (x: Tensor, key: Tensor): Tensor => foriLoop(0, 4, (i: Tensor, c: Tensor) => add(mul(c, 0.5), sum(random.normal(random.foldIn(key, i), [3]))), x);
    const [x, key] = [floats(1, -2, 3), random.key(7)];
    const exported = exportOnnx(f, [spec('float32', ['n']), spec('uint32', [2])], { argumentNames: ['x', 'key'] });
    const found = evaluateOnnx(exported.data, { x, key });
    expect(numbers(found, 'output')).toEqual(Array.from(f(x, key).data(), Number));
  });
});

describe('what cannot be evaluated', () => {
  it('is named: an operator without a rule', () => {
    expect(() => evaluateOnnx(only([node('Resize', ['x'], ['y'])]), { x: floats(1) })).toThrow(UnknownOperatorError);
    try {
      evaluateOnnx(only([{ ...node('Fused', ['x'], ['y']), domain: 'com.microsoft' }]), { x: floats(1) });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ operator: 'Fused', domain: 'com.microsoft', node: 'the_Fused', message: expect.stringContaining('`com.microsoft.Fused`') });
    }
  });

  it('is named: a node without an operand, an attribute, or with one of another form', () => {
    expect(() => evaluateOnnx(only([node('Add', ['x'], ['y'])]), { x: floats(1) })).toThrow(/node `the_Add` \(Add\): expected an operand at place 1/);
    expect(() => evaluateOnnx(only([node('Concat', ['x'], ['y'])]), { x: floats(1) })).toThrow(/attribute `axis`/);
    expect(() => evaluateOnnx(only([node('Concat', ['x'], ['y'], [{ name: 'axis', type: 2, i: 4 }])]), { x: floats(1) })).toThrow(NodeEvaluationError);
    expect(() => evaluateOnnx(only([node('Gather', ['x', 'i'], ['y'])], { initializer: [encodeTensor('i', { dtype: 'int64', shape: [], data: BigInt64Array.of(3n) })] }), { x: floats(1, 2) })).toThrow(/indices from -2 to 1, found 3/);
  });

  it('is named: an operator of a version in which it meant something else', () => {
    const graph = { input: [open('x')], output: [open('y')], node: [node('Softmax', ['x'], ['y'])] };
    expect(() => evaluateOnnx(model(graph, [], 12), { x: floats(1) })).toThrow(/opset 13 or newer, found 12/);
  });

  it('is a function that calls itself, and a name given twice', () => {
    const endless: OnnxFunction = { name: 'Again', domain: 'mine', input: ['p'], output: ['q'], opsetImport: [{ version: 21 }], node: [{ ...node('Again', ['p'], ['q']), domain: 'mine' }] };
    expect(() => evaluateOnnx(model({ input: [open('x')], output: [open('y')], node: [{ ...node('Again', ['x'], ['y']), domain: 'mine' }] }, [endless]), { x: floats(1) })).toThrow(/calls itself/);
    expect(() => evaluateOnnx(only([node('Neg', ['x'], ['y']), node('Abs', ['x'], ['y'])]), { x: floats(1) })).toThrow(ModelFormatError);
  });

  it('is a feed that is missing, unknown, or of another dtype or shape', () => {
    const graph = only([node('Neg', ['x'], ['y'])], { input: [value('x', 1, [2])] });
    for (const feeds of [{}, { x: floats(1, 2), z: floats(1) }, { x: floats(1) }, { x: tensor([1, 2], { dtype: 'float64' }) }]) expect(() => evaluateOnnx(graph, feeds)).toThrow(FeedError);
  });

  it('are not the operators that are listed', () => {
    expect(evaluatedOperators).toContain('Attention');
    expect(evaluatedOperators).toEqual([...evaluatedOperators].sort());
  });
});
