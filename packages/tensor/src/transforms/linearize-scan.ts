import { full } from '../ops/create.js';
import type { PrimitiveParams } from '../primitives/params.js';
import { bind, runProgram } from '../program/bind.js';
import type { Variable } from '../program/program.js';
import { capturesFirst, trace } from '../program/trace.js';
import type { Tensor } from '../tensor/tensor.js';
import { activeCarries } from './jvp/control.js';
import { instantiate, type JvpRule } from './jvp/rule.js';
import type { Linearized, LinearizeProgram } from './linearize.js';

/** Where a loop takes an operand: the same at every step, from step to step, or a slice of it. */
type Group = 'constant' | 'carry' | 'slice';

const groupOf = ({ constants, carry }: PrimitiveParams['scan'], input: number): Group =>
  input < constants ? 'constant' : input < constants + carry ? 'carry' : 'slice';

/** A residual of one step of the body, and where the tangent loop finds it. */
type Residual =
  | { readonly kind: 'input'; readonly input: number }
  | { readonly kind: 'outer'; readonly value: Tensor }
  | { readonly kind: 'stacked' };

/** What is an input of the body (but for a carry, which changes), or comes from outside the loop, need not be stacked. */
function classify(residual: Tensor, inputs: readonly Tensor[], params: PrimitiveParams['scan']): Residual {
  const { source } = residual;
  if (source.kind === 'concrete') return { kind: 'outer', value: residual };
  const input = inputs.findIndex((one) => one.source.kind === 'traced' && one.source.variable === source.variable);
  if (input >= 0 && groupOf(params, input) !== 'carry') return { kind: 'input', input };
  const own = inputs.some((one) => one.source.kind === 'traced' && one.source.trace === source.trace);
  return own ? { kind: 'stacked' } : { kind: 'outer', value: residual };
}

/** One operand of the tangent loop: the variable of the linear body that it feeds. */
interface Slot {
  readonly group: Group;
  readonly variable: Variable;
  readonly value: Tensor;
}

/**
 * The values run as one scan that also stacks the residuals of every step, the tangents as a second scan over them.
 */
export const linearizeScan = (linearize: LinearizeProgram): JvpRule<'scan'> => (primals, tangents, params) => {
  const { body, carry, length, reverse } = params;
  const active = activeCarries(params, tangents.map((tangent) => tangent !== null), (program, found) => {
    let outputs: readonly boolean[] = [];
    trace((...inputs) => {
      outputs = linearize(program, inputs, found).activeOutputs;
      return [];
    }, program.inputs);
    return outputs;
  });

  let step: Linearized | undefined;
  let residuals: Residual[] = [];
  const forward = trace((...inputs) => {
    step = linearize(body, inputs, active);
    residuals = step.residuals.map((residual) => classify(residual, inputs, params));
    return [...step.outputs, ...step.residuals.filter((_, i) => residuals[i]!.kind === 'stacked')];
  }, body.inputs);
  const results = bind('scan', [...forward.captures, ...primals], { ...params, body: capturesFirst(forward), constants: forward.captures.length + params.constants });
  const { linear, activeOutputs } = step!;
  const stacked = results.slice(body.outputs.length);

  const order = active.flatMap((one, input) => (one ? [input] : []));
  const slots: Slot[] = [
    ...order.map((input, i): Slot => ({ group: groupOf(params, input), variable: linear.inputs[i]!, value: instantiate(tangents[input] ?? null, primals[input]!) })),
    ...residuals.map((residual, i): Slot => {
      const variable = linear.inputs[order.length + i]!;
      if (residual.kind === 'stacked') return { group: 'slice', variable, value: stacked.shift()! };
      if (residual.kind === 'outer') return { group: 'constant', variable, value: residual.value };
      return { group: groupOf(params, residual.input), variable, value: primals[residual.input]! };
    }),
  ];
  const grouped = (group: Group): Slot[] => slots.filter((slot) => slot.group === group);
  const operands = [...grouped('constant'), ...grouped('carry'), ...grouped('slice')];

  const carriedActive = active.slice(params.constants, params.constants + carry);
  const tangentBody = trace((...inputs) => {
    const values = new Map(operands.map(({ variable }, i) => [variable, inputs[i]!]));
    const found = runProgram(linear, linear.inputs.map((variable) => values.get(variable)!));
    const all = activeOutputs.map((one) => (one ? found.shift()! : null));
    const carried = all.slice(0, carry).filter((_, i) => carriedActive[i]).map((tangent, i) => tangent ?? full(grouped('carry')[i]!.variable.shape, 0, grouped('carry')[i]!.variable.dtype));
    return [...carried, ...all.slice(carry).filter((tangent) => tangent !== null)];
  }, operands.map(({ variable }) => variable));
  const moved = bind('scan', [...tangentBody.captures, ...operands.map(({ value }) => value)], {
    body: capturesFirst(tangentBody),
    constants: tangentBody.captures.length + grouped('constant').length,
    carry: grouped('carry').length,
    length,
    reverse,
  });
  const activeResults = [...carriedActive, ...activeOutputs.slice(carry)];
  return { outputs: results.slice(0, body.outputs.length), tangents: activeResults.map((one) => (one ? moved.shift()! : null)) };
};
