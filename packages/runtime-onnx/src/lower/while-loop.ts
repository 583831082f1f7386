/** `whileLoop` as ONNX's `Loop`: the condition is tested once before it, and at the end of every step inside. */
import type { GraphBuilder, ValueSpec } from '../graph/builder.js';
import { subgraph } from '../graph/graph.js';
import { type Lowering, LoweringContext, type LoweringTable } from './context.js';
import { exact, type Lowered, materialize } from './lowered.js';

const whileLoop: Lowering<'whileLoop'> = (context, equation, inputs) => {
  const { builder: b, options, lowerProgram } = context;
  const { condition, body: step, conditionConstants, bodyConstants } = equation.params;
  const forCondition = inputs.slice(0, conditionConstants);
  const forStep = inputs.slice(conditionConstants, conditionConstants + bodyConstants);
  const carried = inputs.slice(conditionConstants + bodyConstants).map((input) => materialize(b, input));
  const run = (builder: GraphBuilder, program: typeof step, values: readonly Lowered[]): readonly Lowered[] =>
    lowerProgram(new LoweringContext(builder, options, lowerProgram, program), program, values);
  const test = (builder: GraphBuilder, carry: readonly Lowered[]) => materialize(builder, run(builder, condition, [...forCondition, ...carry])[0]!);

  const body = b.child('while_body');
  body.input('step', { dtype: 'int64', shape: [] });
  body.input('go_on', { dtype: 'bool', shape: [] });
  const parameters = carried.map(({ dtype, shape }, i) => body.input(`carry_${i}`, { dtype, shape }));
  const next = run(body, step, [...forStep, ...parameters.map(exact)]);
  body.output('next_go_on', test(body, next));
  next.forEach((result, i) => body.output(`next_${i}`, materialize(body, result)));

  const specs: ValueSpec[] = equation.outputs.map(({ dtype, shape }) => ({ dtype, shape }));
  return b.nodes('Loop', [undefined, test(b, carried.map(exact)), ...carried], specs, { body: subgraph(body.graph) }).map(exact);
};

export const whileLoopLowerings: LoweringTable<'whileLoop'> = { whileLoop };
