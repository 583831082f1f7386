/** `switchCase` as nested `If`s: the first branch for an index of at most 0, the last one for all that are left. A predicate is one `If`. */
import type { GraphBuilder, ValueSpec } from '../graph/builder.js';
import { scalar } from '../emit/arithmetic.js';
import { producerOf, subgraph, type Value } from '../graph/graph.js';
import { type Lowering, LoweringContext, type LoweringTable } from './context.js';
import { exact, materialize } from './lowered.js';

/** What an index is a number of: `cond` makes one of its predicate. */
function conditionOf(index: Value): Value | undefined {
  const cast = producerOf(index);
  const source = cast?.op === 'Cast' && cast.domain === '' ? cast.inputs[0] : undefined;
  return source?.dtype === 'bool' ? source : undefined;
}

const switchCase: Lowering<'switchCase'> = (context, equation, inputs) => {
  const { options, lowerProgram } = context;
  const { branches } = equation.params;
  const index = materialize(context.builder, inputs[0]!);
  const operands = inputs.slice(1);
  const specs: ValueSpec[] = equation.outputs.map(({ dtype, shape }) => ({ dtype, shape }));

  const branch = (builder: GraphBuilder, k: number): readonly Value[] => {
    const program = branches[k]!;
    const results = lowerProgram(new LoweringContext(builder, options, lowerProgram, program), program, operands);
    return results.map((result) => materialize(builder, result));
  };
  const graphOf = (b: GraphBuilder, name: string, fill: (builder: GraphBuilder) => readonly Value[]) => {
    const inner = b.child(name);
    fill(inner).forEach((value, i) => inner.output(`${name}_${i}`, value));
    return subgraph(inner.graph);
  };
  const byCondition = (b: GraphBuilder): readonly Value[] | undefined => {
    const condition = branches.length === 2 ? conditionOf(index) : undefined;
    const graphs = { then_branch: 1, else_branch: 0 };
    return condition && b.nodes('If', [condition], specs, Object.fromEntries(Object.entries(graphs).map(([name, k]) => [name, graphOf(b, `branch_${k}`, (inner) => branch(inner, k))])));
  };
  const from = (b: GraphBuilder, k: number): readonly Value[] => {
    if (k === branches.length - 1) return branch(b, k);
    const here = b.node('LessOrEqual', [index, scalar(b, 'int32', k)], { dtype: 'bool', shape: [] });
    return b.nodes('If', [here], specs, {
      then_branch: graphOf(b, `branch_${k}`, (inner) => branch(inner, k)),
      else_branch: graphOf(b, `after_${k}`, (inner) => from(inner, k + 1)),
    });
  };
  return (byCondition(context.builder) ?? from(context.builder, 0)).map(exact);
};

export const switchCaseLowerings: LoweringTable<'switchCase'> = { switchCase };
