/** A model as text for people. */
import { formatSpec } from '@flaxon/tensor';
import { dtypeOfDataType } from '../format/data-type.js';
import type { OnnxNode, OnnxTensor } from '../format/types.js';
import type { OnnxModel } from './model.js';

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function formatBytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

function countOperators(nodes: readonly OnnxNode[], counts: Map<string, number>): void {
  for (const { opType = '', domain = '', attribute = [] } of nodes) {
    const name = domain === '' ? opType : `${domain}.${opType}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const { g } of attribute) if (g) countOperators(g.node ?? [], counts);
  }
}

const tensorLine = ({ name = '', dtype, dims }: { name?: string; dtype: string; dims: readonly unknown[] }): string => `  ${name}: ${dtype}[${dims.join(',')}]`;

/** Scalars and shapes are not worth a line. */
const isParameter = ({ name = '' }: OnnxTensor): boolean => !name.startsWith('constants/');

export function summarize(model: OnnxModel): string {
  const { data, graph } = model;
  const counts = new Map<string, number>();
  countOperators(graph.node ?? [], counts);
  const operators = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const initializers = graph.initializer ?? [];
  const parameters = initializers.filter(isParameter);
  const opset = data.opsetImport?.find(({ domain = '' }) => domain === '')?.version ?? '?';
  return [
    `${graph.name ?? 'model'}: ONNX opset ${opset}, IR version ${data.irVersion ?? '?'}, ${plural(model.nodeCount, 'node')}, ${formatBytes(model.parameterBytes)} of constants`,
    'inputs',
    ...model.inputs.map((input) => `  ${input.name}: ${formatSpec(input)}`),
    'outputs',
    ...model.outputs.map((output) => `  ${output.name}: ${formatSpec(output)}`),
    'operators',
    ...operators.map(([name, count]) => `  ${String(count).padStart(5)} ${name}`),
    ...(parameters.length === 0 ? [] : ['initialisers', ...parameters.map(({ name = '', dataType, dims = [] }) => tensorLine({ name, dtype: dtypeOfDataType(dataType) ?? '?', dims }))]),
  ].join('\n');
}
