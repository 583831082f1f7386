import { abs, astype, type Dim, type Dtype, erfInv, foriLoop, mul, random, spec, type Tensor, vmap, zeros } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { flattenSpecs } from '../../src/export/export.js';
import { stageFunction } from '../../src/export/stage.js';
import { constantData, forEachGraph, type Graph, type Value } from '../../src/graph/graph.js';
import { buildGraph } from '../../src/lower/build-graph.js';
import { expectAgreement, type TensorFunction } from '../agreement.js';
import { arbitrary } from '../values.js';

type Shapes = readonly (readonly (Dim | string)[])[];

function graphOf(f: TensorFunction, shapes: Shapes, dtypes: readonly Dtype[]): Graph {
  const specs = shapes.map((shape, i) => spec(dtypes[i]!, shape));
  const { program } = stageFunction('test', f as (...args: readonly unknown[]) => unknown, flattenSpecs('test', specs, []));
  return buildGraph(program, { name: 'test', opset: 23, device: 'cpu', inputNames: specs.map((_, i) => `x${i}`), outputNames: program.outputs.map((_, i) => `y${i}`) }).graph;
}

/** How often each local function is called in the graph of `f`. */
function callsOf(f: TensorFunction, shapes: Shapes, dtypes: readonly Dtype[]): Record<string, number> {
  const counts: Record<string, number> = {};
  forEachGraph(graphOf(f, shapes, dtypes), ({ nodes }) => {
    for (const { op, domain } of nodes) if (domain !== '') counts[op] = (counts[op] ?? 0) + 1;
  });
  return counts;
}

/** Checks how often functions are called, and that the eager executor gives the same, bit for bit. */
async function expectCalls(f: TensorFunction, args: readonly Tensor[], counts: Readonly<Record<string, number>>): Promise<void> {
  expect(callsOf(f, args.map(({ shape }) => shape), args.map(({ dtype }) => dtype))).toEqual(counts);
  await expectAgreement(f, args, { tolerance: 0 });
}

const key = random.key(7);
const folded = (k: Tensor, count: number): Tensor[] => Array.from({ length: count }, (_, i) => random.foldIn(k, i + 1));

describe('calls of a local function', () => {
  it('that do not depend on each other are one call', () =>
    expectCalls((k) => folded(k, 3).map((own, i) => random.normal(own, [[3, 4], [5], []][i]!)), [key], { Threefry2x32: 2, ErfInv_float32: 1 }));

  it('that depend on each other stay apart', () => expectCalls((k) => random.foldIn(random.foldIn(random.foldIn(k, 1), 2), 3), [key], { Threefry2x32: 3 }));

  it('on arrays that are not small stay as they are', () => expectCalls((k) => folded(k, 2).map((own) => random.bits(own, [5000])), [key], { Threefry2x32: 3 }));

  it('become several where they are many together', () => expectCalls((k) => folded(k, 5).map((own) => random.bits(own, [4000])), [key], { Threefry2x32: 3 }));

  it('take operands that are broadcast along some axes', () =>
    expectCalls((k, other) => [k, other].map((keys) => vmap((one: Tensor) => random.bits(one, [2, 5]))(keys)), [random.split(key, 3), random.split(random.key(8), 3)], { Threefry2x32: 1 }));

  it('are one though calls of another function lie between them crosswise', () =>
    expectCalls(
      (k, x) => {
        const first = random.uniform(k, [4]);
        const inner = erfInv(first);
        const outer = erfInv(x);
        const words = astype(mul(abs(outer), 1e6), 'uint32');
        return [inner, outer, random.uniform(words, [4])];
      },
      [key, mul(arbitrary([2]), 0.4)],
      { Threefry2x32: 1, ErfInv_float32: 2 },
    ));

  it('in the body of a loop are one with each other, and not with those around it', () =>
    expectCalls(
      (k) => {
        const [first] = folded(k, 1);
        const draws = foriLoop(0, 3, (i, sums) => folded(random.foldIn(first!, i), 3).reduce((sum, own) => mul(sum, random.uniform(own, [4])), sums), zeros([4]));
        return [draws, random.bits(first!, [2])];
      },
      [key],
      { Threefry2x32: 5 },
    ));

  it('on arrays of any size stay as they are', () => {
    const f = (x: Tensor, y: Tensor): Tensor[] => [erfInv(x), erfInv(y)];
    expect(callsOf(f, [['n'], ['m']], ['float32', 'float32'])).toEqual({ ErfInv_float32: 2 });
    expect(callsOf(f, [[3], [4, 2]], ['float32', 'float32'])).toEqual({ ErfInv_float32: 1 });
  });
});

it('operands that are constants of all calls are joined when the graph is made', () => {
  const graph = graphOf((a, b) => [random.bits(a, [3]), random.bits(b, [2, 2])], [[2], [2]], ['uint32', 'uint32']);
  const isConstant = (value: Value | undefined): boolean => value?.source.kind === 'constant';
  expect(graph.nodes.filter(({ inputs }) => inputs.every(isConstant))).toEqual([]);
  const call = graph.nodes.find(({ op }) => op === 'Threefry2x32');
  expect(constantData(call?.inputs[3])?.data).toEqual(Uint32Array.of(0, 1, 2, 0, 1, 2, 3));
});
