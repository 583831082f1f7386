import { addDim, mulDim, spec, symbol } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { add, scalar, unary } from '../../src/emit/arithmetic.js';
import { concat, expand, reshape, transpose } from '../../src/emit/layout.js';
import { tensorData } from '../../src/graph/constants.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import { int, subgraph, type Value } from '../../src/graph/graph.js';
import { serializeGraph } from '../../src/graph/serialize.js';

const builder = (): GraphBuilder => new GraphBuilder('g', 23);
const float = (b: GraphBuilder, name: string, ...shape: (number | string)[]): Value => b.input(name, spec('float32', shape));
const operators = (b: GraphBuilder): string[] => b.graph.nodes.map(({ op }) => op);

describe('names', () => {
  it('of nodes are module path and operator, numbered where they repeat', () => {
    const b = builder();
    const x = float(b, 'x', 2);
    b.scope = 'encoder/Dense_0';
    const y = unary(b, 'Exp', unary(b, 'Exp', x));
    b.scope = '';
    b.output('y', unary(b, 'Abs', y));
    expect(serializeGraph(b.graph).node?.map(({ name, input, output }) => [name, input, output])).toEqual([
      ['encoder/Dense_0/Exp', ['x'], ['encoder/Dense_0/Exp']],
      ['encoder/Dense_0/Exp_1', ['encoder/Dense_0/Exp'], ['encoder/Dense_0/Exp_1']],
      ['Abs', ['encoder/Dense_0/Exp_1'], ['y']],
    ]);
  });

  it('of inputs, outputs and named constants win over those that are made up', () => {
    const b = builder();
    const x = float(b, 'Exp', 2);
    const w = b.constant(tensorData('float32', [2], [1, 2]), 'params/w');
    b.output('Abs', add(b, unary(b, 'Abs', unary(b, 'Exp', x)), w));
    const graph = serializeGraph(b.graph);
    expect(graph.node?.map(({ output }) => output![0])).toEqual(['Exp_1', 'Abs_1', 'Abs']);
    expect(graph.initializer?.map(({ name }) => name)).toEqual(['params/w']);
  });

  it('are unique in bodies too', () => {
    const b = builder();
    const x = float(b, 'x', 3, 2);
    const body = b.child('body');
    const carry = body.input('x', spec('float32', [2]));
    const row = body.input('row', spec('float32', [2]));
    body.output('y', unary(body, 'Exp', add(body, carry, row)));
    const start = unary(b, 'Exp', b.constant(tensorData('float32', [2], [0, 1])));
    b.output('y', b.nodes('Scan', [start, x], [spec('float32', [2])], { body: subgraph(body.graph), num_scan_inputs: int(1) })[0]!);
    const graph = serializeGraph(b.graph);
    const inner = graph.node!.find(({ opType }) => opType === 'Scan')!.attribute!.find(({ g }) => g)!.g!;
    const values = [graph, inner].flatMap((one) => [...one.input!.map(({ name }) => name), ...one.node!.flatMap(({ output }) => output!)]);
    expect(new Set(values).size).toBe(values.length);
  });
});

describe('constants', () => {
  it('that are equal are one initialiser, scalars named by their value', () => {
    const b = builder();
    b.output('y', add(b, add(b, float(b, 'x', 2), scalar(b, 'float32', 0.5)), scalar(b, 'float32', 0.5)));
    expect(serializeGraph(b.graph).initializer?.map(({ name }) => name)).toEqual(['constants/0.5']);
  });
  it('of other dtypes, shapes and signs of zero stay apart', () => {
    const b = builder();
    expect(new Set([scalar(b, 'float32', 0), scalar(b, 'float32', -0), scalar(b, 'float64', 0), b.constant(tensorData('float32', [1], [0]))]).size).toBe(4);
  });
  it('next to an axis of size 1 take its rank', () => {
    const b = builder();
    const { source } = add(b, float(b, 'x', 5, 1), scalar(b, 'float32', 2));
    expect(source.kind === 'node' && source.node.inputs[1]?.shape).toEqual([1, 1]);
  });
});

describe('symbolic dimensions', () => {
  it('are read once, from the first input that shows them', () => {
    const b = builder();
    float(b, 'x', 3, 'n');
    const n = symbol('n');
    expect(b.dim(n)).toBe(b.dim(n));
    expect(b.graph.nodes.map(({ op, inputs, attributes }) => [op, inputs.length, attributes.start, attributes.end])).toEqual([['Shape', 1, int(1), int(2)]]);
  });
  it('are computed as polynomials', () => {
    const b = builder();
    float(b, 'x', 'n', 'm');
    b.dim(addDim(mulDim(mulDim(symbol('n'), symbol('m')), 2), 3));
    expect(operators(b)).toEqual(['Shape', 'Shape', 'Mul', 'Mul', 'Add']);
  });
  it('are solved from what an input shows', () => {
    const b = builder();
    b.input('x', { dtype: 'float32', shape: [addDim(mulDim(symbol('n'), 2), 1)] });
    b.dim(symbol('n'));
    expect(operators(b)).toEqual(['Shape', 'Sub', 'Div']);
  });
  it('of bodies are read outside', () => {
    const b = builder();
    float(b, 'x', 'n');
    const body = b.child('body');
    body.dim(symbol('n'));
    expect([operators(b), operators(body)]).toEqual([['Shape'], []]);
  });
  it('make a shape that an input has by one node', () => {
    const b = builder();
    float(b, 'x', 'n', 'm');
    b.shapeVector(spec('float32', ['n', 'm']).shape);
    expect(operators(b)).toEqual(['Shape']);
  });
});

describe('layout operators', () => {
  it('add no node that does nothing', () => {
    const b = builder();
    const x = float(b, 'x', 2, 1, 3);
    expect([reshape(b, x, [2, 1, 3]), transpose(b, x, [0, 1, 2]), expand(b, x, [2, 1, 3]), concat(b, [x], 0)]).toEqual([x, x, x, x]);
    expect(operators(b)).toEqual([]);
  });
  it('reshape instead of moving axes of size 1', () => {
    const b = builder();
    transpose(b, float(b, 'x', 2, 1, 3), [1, 0, 2]);
    expect(operators(b)).toEqual(['Reshape']);
  });
  it('reshape the source of a reshape', () => {
    const b = builder();
    const x = float(b, 'x', 2, 3);
    expect(reshape(b, reshape(b, x, [6]), [2, 3])).toBe(x);
  });
  it('leave one unknown size to the runtime, and copy those that stay', () => {
    const b = builder();
    const x = float(b, 'x', 'n', 2, 3);
    const made = reshape(b, x, spec('float32', ['n', 6]).shape);
    const target = made.source.kind === 'node' ? made.source.node.inputs[1] : undefined;
    expect(target?.source.kind === 'constant' && Array.from(target.source.data.data, Number)).toEqual([0, 6]);
    expect(operators(b)).toEqual(['Reshape']);
  });
});
