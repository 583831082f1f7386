/** A model as text for people. */
import { formatSpec, isFloating, programCost, type Program, symbolsOf } from '@flaxon/tensor';
import { dtypeOfDataType } from '../format/data-type.js';
import type { OnnxFunction, OnnxNode, OnnxTensor } from '../format/types.js';
import { moduleDomain } from '../graph/graph.js';
import { explainPlacement, formatPlacement, type PlacementDevice } from '../placement/explain.js';
import type { OnnxModel } from './model.js';

export interface SummaryOptions {
  /** Whose kernels are looked up; the CPU's by default. */
  readonly device?: PlacementDevice;
  /** The sizes of symbolic dimensions, for the number of operations; 1 where one is not given. */
  readonly sizes?: { readonly [symbol: string]: number };
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A number with the largest of the units, each a thousand of the one before, in which it is at least 1. */
function scaled(count: number, units: readonly string[]): string {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

const formatBytes = (count: number): string => scaled(count, ['B', 'kB', 'MB', 'GB']);

interface Counts {
  readonly operators: Map<string, number>;
  /** Calls of modules that are functions. */
  readonly modules: Map<string, number>;
}

const increment = (counts: Map<string, number>, name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);

/** Modules that are functions count as what is in them, and by themselves. */
function countNodes(nodes: readonly OnnxNode[], functions: readonly OnnxFunction[], counts: Counts): void {
  for (const { opType = '', domain = '', attribute = [] } of nodes) {
    const called = domain === moduleDomain ? functions.find((one) => one.domain === domain && one.name === opType) : undefined;
    if (called) {
      increment(counts.modules, opType);
      countNodes((called.node ?? []).filter((node) => node.opType !== 'Constant'), functions, counts);
    } else increment(counts.operators, domain === '' ? opType : `${domain}.${opType}`);
    for (const { g } of attribute) if (g) countNodes(g.node ?? [], functions, counts);
  }
}

const counted = (counts: ReadonlyMap<string, number>): string[] =>
  [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name, count]) => `  ${String(count).padStart(5)} ${name}`);

/** The floating-point operations of one run, and with which sizes. */
function operations(program: Program, sizes: { readonly [symbol: string]: number }): string {
  const symbols = [...new Set(program.inputs.flatMap(({ shape }) => shape.flatMap(symbolsOf)))];
  const assumed = Object.fromEntries(symbols.map((name) => [name, sizes[name] ?? 1]));
  const { flops } = programCost(program, { sizes: { ...sizes, ...assumed } });
  const at = symbols.length === 0 ? '' : ` with ${symbols.map((name) => `${name} = ${assumed[name]}`).join(', ')}`;
  return `${scaled(flops, ['FLOPs', 'kFLOPs', 'MFLOPs', 'GFLOPs', 'TFLOPs'])}${at}`;
}

const tensorLine = ({ name = '', dtype, dims }: { name?: string; dtype: string; dims: readonly unknown[] }): string => `  ${name}: ${dtype}[${dims.join(',')}]`;

const sizeOf = ({ dims = [] }: OnnxTensor): number => dims.reduce<number>((size, dim) => size * Number(dim), 1);

/** What has a name of its own, and other arrays of fractions, such as weights that were folded. Scalars, axes and shapes are not worth a line. */
function isParameter(tensor: OnnxTensor): boolean {
  const dtype = dtypeOfDataType(tensor.dataType);
  return !(tensor.name ?? '').startsWith('constants/') || (dtype !== undefined && isFloating(dtype) && sizeOf(tensor) > 1);
}

export function summarize(model: OnnxModel, { device = 'cpu', sizes = {} }: SummaryOptions = {}): string {
  const { data, graph, program } = model;
  const counts: Counts = { operators: new Map(), modules: new Map() };
  countNodes(graph.node ?? [], data.functions ?? [], counts);
  const parameters = (graph.initializer ?? []).filter(isParameter);
  const opset = data.opsetImport?.find(({ domain = '' }) => domain === '')?.version ?? '?';
  const facts = [
    `ONNX opset ${opset}`,
    `IR version ${data.irVersion ?? '?'}`,
    plural(model.nodeCount, 'node'),
    plural(parameters.reduce((sum, tensor) => sum + sizeOf(tensor), 0), 'parameter'),
    `${formatBytes(model.parameterBytes)} of constants`,
    ...(program === undefined ? [] : [operations(program, sizes)]),
  ];
  return [
    `${graph.name ?? 'model'}: ${facts.join(', ')}`,
    'inputs',
    ...model.inputs.map((input) => `  ${input.name}: ${formatSpec(input)}`),
    'outputs',
    ...model.outputs.map((output) => `  ${output.name}: ${formatSpec(output)}`),
    'operators',
    ...counted(counts.operators),
    ...(counts.modules.size === 0 ? [] : ['modules', ...counted(counts.modules)]),
    'execution providers',
    formatPlacement(explainPlacement(data, device)),
    ...(parameters.length === 0 ? [] : ['initialisers', ...parameters.map(({ name = '', dataType, dims = [] }) => tensorLine({ name, dtype: dtypeOfDataType(dataType) ?? '?', dims }))]),
  ].join('\n');
}
