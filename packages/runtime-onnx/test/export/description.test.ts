/** What a model says of itself: names, docstrings, metadata, costs. */
import { add, ArgumentError, matmul, mul, nameScope, programCost, relu, scan, spec, sum, tanh, type Tensor, tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { evaluateOnnx } from '../../src/evaluate/evaluate.js';
import { exportOnnx } from '../../src/export/export.js';
import { OnnxModel } from '../../src/export/model.js';
import type { ExportableModule } from '../../src/export/module-target.js';
import { decodeModel } from '../../src/format/reader.js';
import { tensorData } from '../../src/graph/constants.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import { serializeGraph } from '../../src/graph/serialize.js';
import { unary } from '../../src/emit/arithmetic.js';
import { reshape } from '../../src/emit/layout.js';
import { version } from '../../src/version.js';
import { arbitrary } from '../values.js';

const variables = { params: { Dense_0: { kernel: arbitrary([3, 4]), bias: arbitrary([4]) } }, batch_stats: { mean: arbitrary([4]) } };
const dense = (x: Tensor, { kernel, bias }: (typeof variables)['params']['Dense_0']): Tensor => nameScope('Dense_0', () => add(matmul(x, kernel), bias), 'Dense');
const apply = (all: Tree<Tensor>, x: Tensor): Tensor =>
  nameScope('', () => relu(add(dense(x, (all as typeof variables).params.Dense_0), (all as typeof variables).batch_stats.mean)), 'Net');
const bound: ExportableModule = { exportable: () => ({ apply, variables, config: { name: 'Net', features: 4 } }) };
const specs = [spec('float32', ['batch', 3])];
const entriesOf = (model: OnnxModel): Record<string, string> => Object.fromEntries(model.data.metadataProps!.map(({ key, value }) => [key!, value!]));

describe('metadata', () => {
  it('tells the version of the library, the opset and the options of the export', () => {
    const entries = entriesOf(exportOnnx(bound, specs, { opset: 21, device: 'cuda', functions: 'modules', argumentNames: ['x'] }));
    expect([entries['flaxon.version'], entries['flaxon.opset']]).toEqual([version, '21']);
    expect(JSON.parse(entries['flaxon.options']!)).toEqual({ name: 'Net', opset: 21, device: 'cuda', functions: 'modules', argumentNames: ['x'] });
  });
  it('tells the attributes of the module, and each variable with its collection, shape and dtype', () => {
    const entries = entriesOf(exportOnnx(bound, specs));
    expect(JSON.parse(entries['flaxon.module']!)).toEqual({ name: 'Net', features: 4 });
    expect(JSON.parse(entries['flaxon.variables']!)).toEqual({
      'batch_stats/mean': { dtype: 'float32', shape: [4] },
      'params/Dense_0/bias': { dtype: 'float32', shape: [4] },
      'params/Dense_0/kernel': { dtype: 'float32', shape: [3, 4] },
    });
  });
  it('takes the entries of the caller, who may overrule', () => {
    expect(entriesOf(exportOnnx(bound, specs, { metadata: { author: 'somebody', 'flaxon.module': 'mine' } }))).toMatchObject({ author: 'somebody', 'flaxon.module': 'mine' });
  });
  it('is in the file', () => {
    const model = exportOnnx(bound, specs);
    expect(decodeModel(model.toBytes()).metadataProps).toEqual(model.data.metadataProps);
  });
});

describe('docstrings', () => {
  it('of the graph say what it is, by the class of the module', () => {
    const { name, docString } = exportOnnx(bound, specs).graph;
    expect([name, docString]).toEqual(['Net', `Net, exported by flaxon ${version} for cpu`]);
  });
  it('of nodes say the class of the module that made them', () => {
    const nodes = exportOnnx(bound, specs, { functions: 'modules' }).graph.node!;
    expect(nodes.find(({ opType }) => opType === 'Relu')!.docString).toBe('Net');
    expect(nodes.find(({ opType }) => opType === 'Dense')!.docString).toBe('Dense at Dense_0');
  });
  it('of functions say which module they are', () => {
    expect(exportOnnx(bound, specs, { functions: 'modules' }).data.functions!.map(({ name, domain, docString }) => [name, domain, docString])).toEqual([['Dense', 'flaxon.modules', 'Dense, as at Dense_0']]);
  });
});

describe('names', () => {
  it('of symbolic axes are kept in inputs and outputs', () => {
    const { input, output } = exportOnnx((x: Tensor) => tanh(x), [spec('float32', ['rows', 'columns'])]).graph;
    for (const [port] of [input!, output!]) expect(port!.type!.tensorType!.shape!.dim).toEqual([{ dimParam: 'rows' }, { dimParam: 'columns' }]);
  });
  it('of parameters stay with arrays that got another shape', () => {
    const b = new GraphBuilder('g', 23);
    const data = tensorData('float32', [1, 4], [1, 2, 3, 4]);
    b.output('y', unary(b, 'Exp', reshape(b, b.constant(data, 'params/bias'), [4])));
    expect(serializeGraph(b.graph, { constantNames: new Map([[data.data, 'params/bias']]) }).initializer!.map(({ name }) => name)).toEqual(['params/bias']);
  });
});

describe('costs', () => {
  const f = (x: Tensor): Tensor => sum(mul(matmul(x, variables.params.Dense_0.kernel), 2));
  it('are those of the program, for the sizes that are given', () => {
    const model = exportOnnx(f, specs);
    expect(model.cost({ sizes: { batch: 5 } })).toEqual(programCost(model.program!, { sizes: { batch: 5 } }));
    // Products and sums of 5 x 3 x 4, a product and a sum for each of 5 x 4.
    expect(model.cost({ sizes: { batch: 5 } }).flops).toBe(2 * 5 * 3 * 4 + 20 + 19);
    expect(model.summary({ sizes: { batch: 5 } })).toContain('FLOPs with batch = 5');
  });
  it('of a file that was read are not known', () => {
    const model = exportOnnx(f, specs);
    expect(() => new OnnxModel(model.data, model.inputs, model.outputs).cost()).toThrow(ArgumentError);
    expect(new OnnxModel(model.data, model.inputs, model.outputs).summary()).not.toContain('FLOPs');
  });
});

describe('modules as functions', () => {
  const block = (path: string, x: Tensor, w: Tensor): Tensor => nameScope(path, () => nameScope(`${path}/Inner_0`, () => tanh(matmul(x, w)), 'Inner'), 'Block');
  const weights = [arbitrary([4, 4]), arbitrary([4, 4])];
  const two = (x: Tensor): Tensor => block('b', block('a', x, weights[0]!), weights[1]!);

  it('count as the nodes that are in them, and by themselves in the summary', () => {
    const [flat, modules] = (['operators', 'modules'] as const).map((functions) => exportOnnx(two, [spec('float32', ['n', 4])], { functions }));
    expect([modules!.nodeCount, modules!.graph.node!.length]).toEqual([flat!.nodeCount, 2]);
    expect(modules!.summary()).toContain('modules\n      2 Block\n      2 Inner\n');
  });
  it('are named after the module where its class is not known', () => {
    const model = exportOnnx((x: Tensor) => nameScope('my-layer_3', () => tanh(x)), [spec('float32', [2])], { functions: 'modules' });
    expect(model.data.functions!.map(({ name }) => name)).toEqual(['my_layer']);
  });
  it('share no function where a number inside differs', () => {
    const f = (x: Tensor): Tensor => nameScope('S_1', () => mul(x, 3), 'S');
    const g = (x: Tensor): Tensor => nameScope('S_0', () => mul(x, 2), 'S');
    expect(exportOnnx((x: Tensor) => tanh(f(tanh(g(x)))), [spec('float32', [2])], { functions: 'modules' }).data.functions!.map(({ name }) => name)).toEqual(['S', 'S_1']);
  });
  it('are called several times where others must come between, and give the same numbers', async () => {
    const inA = (x: Tensor): Tensor => nameScope('A_0', () => tanh(x), 'A');
    const inB = (x: Tensor): Tensor => nameScope('B_0', () => mul(x, 2), 'B');
    const model = exportOnnx((x: Tensor) => inA(inB(inA(x))), [spec('float32', [2])], { functions: 'modules' });
    expect(model.graph.node!.map(({ opType }) => opType)).toEqual(['A', 'B', 'A']);
    const session = await model.createSession();
    const x = tensor([0.5, -1]);
    const { output } = await session.run({ input: x });
    await session.release();
    Array.from(inA(inB(inA(x))).data(), Number).forEach((value, i) => expect(Number(output!.data()[i])).toBeCloseTo(value, 6));
  });
  it('gather what one module made, even where others came between', () => {
    const model = exportOnnx((x: Tensor) => {
      const one = nameScope('A_0', () => tanh(x), 'A');
      const other = nameScope('B_0', () => mul(x, 2), 'B');
      return [nameScope('A_0', () => add(one, 1), 'A'), other];
    }, [spec('float32', [2])], { functions: 'modules' });
    expect(model.graph.node!.map(({ opType }) => opType)).toEqual(['A', 'B']);
  });
  it('lie in the bodies of loops too', async () => {
    const w = arbitrary([2, 2]);
    const loop = (x: Tensor): Tensor => scan((carry: Tensor, row: Tensor) => [nameScope('Cell_0', () => tanh(add(matmul(carry, w), row)), 'Cell'), null] as const, tensor([0.25, 0.5]), x)[0];
    const model = exportOnnx(loop, [spec('float32', [3, 2])], { functions: 'modules' });
    expect(model.data.functions!.map(({ name }) => name)).toEqual(['Cell']);
    const session = await model.createSession();
    const x = arbitrary([3, 2]);
    const { output } = await session.run({ input: x });
    await session.release();
    Array.from(loop(x).data(), Number).forEach((value, i) => expect(Number(output!.data()[i])).toBeCloseTo(value, 6));
  });
  it('are run by the evaluator, which knows nothing of modules', () => {
    const model = exportOnnx(two, [spec('float32', ['n', 4])], { functions: 'modules' });
    const x = arbitrary([3, 4]);
    const { output } = evaluateOnnx(decodeModel(model.toBytes()), { input: x });
    Array.from(two(x).data(), Number).forEach((value, i) => expect(Number(output!.data()[i])).toBeCloseTo(value, 6));
  });
  it('refuse other words', () => {
    expect(() => exportOnnx(two, [spec('float32', ['n', 4])], { functions: 'layers' as never })).toThrow(ArgumentError);
  });
});
