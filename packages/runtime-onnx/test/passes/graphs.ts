/** Small graphs for tests of passes: before and after, run and compared on ONNX Runtime. */
import { type Dtype, type Tensor } from '@flaxon/tensor';
import { expect } from 'vitest';
import { encodeModel } from '../../src/format/writer.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import { forEachGraph, type Graph, type Value } from '../../src/graph/graph.js';
import { serializeGraph } from '../../src/graph/serialize.js';
import { defaultOpset } from '../../src/export/opset.js';
import type { Pass } from '../../src/passes/pass.js';
import { removeDeadNodes } from '../../src/passes/remove-dead-nodes.js';
import { createSession } from '../../src/session/session.js';
import { expectClose } from '../agreement.js';
import { arbitrary } from '../values.js';

export interface Operand {
  readonly shape: readonly number[];
  readonly dtype?: Dtype;
}

type Build = (b: GraphBuilder, ...inputs: Value[]) => Value | readonly Value[];

/** A graph whose inputs have the given shapes. */
export function graphOf(operands: readonly Operand[], build: Build): Graph {
  const b = new GraphBuilder('g', defaultOpset);
  const inputs = operands.map(({ shape, dtype = 'float32' }, i) => b.input(`x${i}`, { shape, dtype }));
  const results = build(b, ...inputs);
  (Array.isArray(results) ? (results as readonly Value[]) : [results as Value]).forEach((value, i) => b.output(`y${i}`, value));
  return b.graph;
}

async function run(graph: Graph, feeds: readonly Tensor[]): Promise<Tensor[]> {
  const names = graph.outputs.map(({ name }) => name);
  const bytes = encodeModel({ irVersion: 10, opsetImport: [{ domain: '', version: defaultOpset }], graph: serializeGraph(graph) });
  const session = await createSession(bytes, { optimization: 'disabled' });
  const results = await session.run(Object.fromEntries(feeds.map((feed, i) => [`x${i}`, feed])));
  await session.release();
  return names.map((name) => results[name]!);
}

/** The operators of the graph in order, those of bodies after the ones around them. */
export function operatorsOf(graph: Graph): string[] {
  const found: string[] = [];
  forEachGraph(graph, ({ nodes }) => found.push(...nodes.map(({ op }) => op)));
  return found;
}

/** A text that changes when a node, an operand or an output does. */
function fingerprint(graph: Graph): string {
  const numbers = new Map<Value | undefined, number>();
  const numberOf = (value: Value | undefined): number => numbers.get(value) ?? (numbers.set(value, numbers.size), numbers.size - 1);
  const nodes = graph.nodes.map(({ op, inputs, outputs, attributes }) => `${op} ${Object.keys(attributes).join()} ${inputs.map(numberOf).join()} ${outputs.map(numberOf).join()}`);
  return [...nodes, graph.outputs.map(({ value }) => numberOf(value)).join()].join(';');
}

/** Checks that `pass` turns the graph into one of the given operators, and that it still computes the same. */
export async function expectRewrite(pass: Pass, operands: readonly Operand[], build: Build, operators: readonly string[]): Promise<void> {
  const feeds = operands.map(({ shape, dtype }) => arbitrary(shape, dtype));
  const expected = await run(graphOf(operands, build), feeds);
  const graph = graphOf(operands, build);
  const before = fingerprint(graph);
  const changed = pass(graph);
  expect(changed).toBe(fingerprint(graph) !== before);
  removeDeadNodes(graph);
  expect(operatorsOf(graph)).toEqual(operators);
  const found = await run(graph, feeds);
  expected.forEach((value, i) => expectClose(found[i]!, value, 1e-5));
}
