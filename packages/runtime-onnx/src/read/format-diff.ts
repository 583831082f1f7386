/** Differences as lines: `+` what came, `-` what went, `~` what changed, `>` what has another name. */
import type { Difference, GraphDiff, ModelDiff } from './diff.js';

function lines(noun: string, { added, removed, changed }: Difference): string[] {
  return [
    ...removed.map((name) => `- ${noun} ${name}`),
    ...added.map((name) => `+ ${noun} ${name}`),
    ...changed.flatMap(({ name, changes }) => (changes.length === 1 && !changes[0]!.includes('\n') ? [`~ ${noun} ${name}: ${changes[0]}`] : [`~ ${noun} ${name}`, ...changes.map((one) => `    ${one}`)])),
  ];
}

export function formatDiff({ graph, functions, metadata, opsets }: { readonly graph: GraphDiff } & Partial<Pick<ModelDiff, 'functions' | 'metadata' | 'opsets'>>): string[] {
  return [
    ...(opsets ? lines('opset', opsets) : []),
    ...(metadata ? lines('metadata', metadata) : []),
    ...lines('input', graph.inputs),
    ...lines('output', graph.outputs),
    ...lines('node', graph.nodes),
    ...graph.nodes.renamed.map(({ from, to }) => `> node ${from}: now ${to}`),
    ...lines('initializer', graph.initializers),
    ...(functions ? lines('function', functions) : []),
  ];
}
