/** `scan` as ONNX's `Scan`: the body is a subgraph that uses the constants of the loop from outside. */
import type { Dim } from '@flaxon/tensor';
import { scalar } from '../emit/arithmetic.js';
import { expand } from '../emit/layout.js';
import type { GraphBuilder, ValueSpec } from '../graph/builder.js';
import { type Attribute, type Attributes, int, ints, subgraph, type Value } from '../graph/graph.js';
import { type Lowering, LoweringContext, type LoweringTable } from './context.js';
import { exact, type Lowered, materialize } from './lowered.js';
import { recurrentOperator } from './recurrence/lower.js';

/** `Scan` takes its length from a scanned operand: where there is none, this one is counted and not read. */
const counter = (b: GraphBuilder, length: Dim): Value => expand(b, b.constant({ dtype: 'bool', shape: [1], data: new Uint8Array(1) }), [length]);


const backwards = (count: number): Attribute => ints(Array.from({ length: count }, () => 1));

const scan: Lowering<'scan'> = (context, equation, inputs) => {
  const { constants, carry, length } = equation.params;
  const carried = inputs.slice(constants, constants + carry);
  if (length === 0) return [...carried, ...equation.outputs.slice(carry).map((output) => emptyOutput(context.builder, output))];
  return recurrentOperator(context, equation, inputs) ?? scanNode(context, equation, inputs);
};

const scanNode: Lowering<'scan'> = (context, equation, inputs) => {
  const { builder: b, options, lowerProgram } = context;
  const { body: program, constants, carry, length, reverse } = equation.params;
  const fixed = inputs.slice(0, constants);
  const carried = inputs.slice(constants, constants + carry);
  const scanned = inputs.slice(constants + carry);

  const body = b.child('scan_body');
  const parameters = program.inputs.slice(constants).map(({ dtype, shape }, i) => body.input(i < carry ? `carry_${i}` : `x_${i - carry}`, { dtype, shape }));
  if (scanned.length === 0) body.input('step', { dtype: 'bool', shape: [] });
  const inner = new LoweringContext(body, options, lowerProgram, program);
  const results = lowerProgram(inner, program, [...fixed, ...parameters.map(exact)]);
  results.forEach((result, i) => body.output(i < carry ? `next_${i}` : `y_${i - carry}`, materialize(body, result)));

  const operands = [...carried, ...scanned].map((input) => materialize(b, input));
  const sources = scanned.length === 0 ? [...operands, counter(b, length)] : operands;
  const scannedCount = sources.length - carry;
  const specs: ValueSpec[] = equation.outputs.map(({ dtype, shape }) => ({ dtype, shape }));
  const attributes: Attributes = {
    body: subgraph(body.graph),
    num_scan_inputs: int(scannedCount),
    ...(reverse ? { scan_input_directions: backwards(scannedCount), scan_output_directions: backwards(results.length - carry) } : {}),
  };
  return b.nodes('Scan', sources, specs, attributes).map(exact);
};

const emptyOutput = (b: GraphBuilder, { dtype, shape }: ValueSpec): Lowered => ({ value: scalar(b, dtype, 0), shape });

export const scanLowerings: LoweringTable<'scan'> = { scan };
