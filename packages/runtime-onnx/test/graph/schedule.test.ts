import { describe, expect, it } from 'vitest';
import { add, unary } from '../../src/emit/arithmetic.js';
import { GraphBuilder } from '../../src/graph/builder.js';
import type { Node, Value } from '../../src/graph/graph.js';
import { scheduleRuns } from '../../src/graph/outline/schedule.js';

const group = ({ scope }: Node): string | undefined => (scope === '' ? undefined : scope);
const shown = (b: GraphBuilder): string[] => scheduleRuns(b.graph.nodes, group).map((run) => `${run.group ?? '-'}: ${run.nodes.map(({ op }) => op).join(' ')}`);

/** `op` made by the module at `scope`. */
const made = (b: GraphBuilder, scope: string, op: string, x: Value): Value => {
  b.scope = scope;
  return unary(b, op, x);
};
const start = (): { b: GraphBuilder; x: Value } => {
  const b = new GraphBuilder('g', 23);
  return { b, x: b.input('x', { dtype: 'float32', shape: [2] }) };
};

describe('runs', () => {
  it('gather what one group does, where nothing waits for what comes between', () => {
    const { b, x } = start();
    const one = made(b, 'A', 'Exp', x);
    made(b, 'B', 'Log', x);
    made(b, 'A', 'Abs', one);
    expect(shown(b)).toEqual(['A: Exp Abs', 'B: Log']);
  });
  it('end where others must come between', () => {
    const { b, x } = start();
    made(b, 'A', 'Abs', made(b, 'B', 'Log', made(b, 'A', 'Exp', x)));
    expect(shown(b)).toEqual(['A: Exp', 'B: Log', 'A: Abs']);
  });
  it('keep the order of what belongs to no group, as early as it can be', () => {
    const { b, x } = start();
    const one = made(b, 'A', 'Exp', x);
    made(b, '', 'Neg', one);
    made(b, 'A', 'Abs', one);
    made(b, '', 'Sqrt', x);
    expect(shown(b)).toEqual(['-: Sqrt', 'A: Exp Abs', '-: Neg']);
  });
  it('are an order in which every node comes after those that it reads, for large graphs too', () => {
    const { b, x } = start();
    let values = [x];
    for (let i = 0; i < 3000; i++) {
      b.scope = `M${i % 7}`;
      values = [...values.slice(-5), add(b, values.at(-1)!, values[(i * 5) % values.length]!)];
    }
    const order = scheduleRuns(b.graph.nodes, group).flatMap(({ nodes }) => nodes);
    const seen = new Set<Value>([x]);
    const early = order.filter(({ inputs, outputs }) => {
      const isEarly = inputs.some((input) => input && !seen.has(input));
      for (const output of outputs) seen.add(output);
      return isEarly;
    });
    expect([order.length, early.length]).toEqual([3000, 0]);
  });
});
