/** Nodes in an order in which those that belong together stand together. */
import type { Node, Value } from '../graph.js';
import { valuesReadBy } from './reads.js';

/** Nodes that stand together, of one group or of none. */
export interface Run {
  readonly group: string | undefined;
  readonly nodes: Node[];
}

/** For each node, the numbers of those in the list that it waits for. */
function dependenciesOf(nodes: readonly Node[]): ReadonlySet<number>[] {
  const makers = new Map<Value, number>();
  nodes.forEach((node, i) => node.outputs.forEach((output) => makers.set(output, i)));
  return nodes.map((node) => {
    const waitsFor = new Set<number>();
    for (const value of valuesReadBy(node)) {
      const maker = makers.get(value);
      if (maker !== undefined) waitsFor.add(maker);
    }
    return waitsFor;
  });
}

/**
 * The nodes, in an order that is topological too, as runs of one group: a group goes on as long as one of its nodes is ready, nodes of
 * none come as early as they can, and ties go by the old order. What a module does at once is so one run, even where nodes of others
 * stood in between.
 */
export function scheduleRuns(nodes: readonly Node[], groupOf: (node: Node) => string | undefined): Run[] {
  const waiting = dependenciesOf(nodes).map((set) => new Set(set));
  const readers: number[][] = nodes.map(() => []);
  waiting.forEach((set, reader) => set.forEach((maker) => readers[maker]!.push(reader)));
  const groups = nodes.map(groupOf);

  /** Those that wait for nothing, by group. */
  const ready = new Map<string | undefined, Set<number>>();
  const makeReady = (i: number): void => void ready.set(groups[i], (ready.get(groups[i]) ?? new Set<number>()).add(i));
  const firstOf = (group: string | undefined): number | undefined => {
    const found = ready.get(group);
    return found === undefined || found.size === 0 ? undefined : Math.min(...found);
  };
  waiting.forEach((set, i) => set.size === 0 && makeReady(i));

  const runs: Run[] = [];
  for (let left = nodes.length; left > 0; left--) {
    const current = runs.at(-1);
    const next = (current?.group === undefined ? undefined : firstOf(current.group)) ?? firstOf(undefined) ?? Math.min(...[...ready.keys()].flatMap((group) => firstOf(group) ?? []));
    ready.get(groups[next])!.delete(next);
    for (const reader of readers[next]!) {
      waiting[reader]!.delete(next);
      if (waiting[reader]!.size === 0) makeReady(reader);
    }
    if (current !== undefined && current.group === groups[next]) current.nodes.push(nodes[next]!);
    else runs.push({ group: groups[next], nodes: [nodes[next]!] });
  }
  return runs;
}
