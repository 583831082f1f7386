import type { HigherOrderPrimitive } from '../../kernels/kernel.js';
import { full } from '../../ops/create.js';
import { add } from '../../ops/elementwise.js';
import { bind } from '../../program/bind.js';
import { capturesFirst, trace } from '../../program/trace.js';
import type { Spec } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Tangent } from '../jvp/rule.js';
import { checkpointTranspose } from './checkpoint.js';
import { switchCaseTranspose } from './switch-case.js';
import { valueOf, type Operand, type TransposeRule } from './rule.js';

const zeros = ({ shape, dtype }: Spec): Tensor => full(shape, 0, dtype);

const call: TransposeRule<'call'> = (cotangents, operands, { body, rule }, transpose) =>
  rule?.kind === 'jvp' && rule.transpose
    ? rule.transpose(operands.map((operand) => (operand.linear ? null : operand.value)), cotangents, operands.map(({ spec }) => spec))
    : transpose(body, operands, cotangents);

const linearCall: TransposeRule<'linearCall'> = (cotangents, operands, { residuals, rule, outputs }) => {
  const values = operands.slice(0, residuals).map(valueOf);
  const results = rule(values, outputs.map((output, i) => cotangents[i] ?? zeros(output)));
  return operands.map((operand, i) => (i >= residuals && operand.linear ? (results[i - residuals] ?? null) : null));
};

/**
 * The scan backwards: carries the cotangents of the carry and of the linear constants, takes the residual slices and the
 * cotangents of `ys`, and stacks the cotangents of the linear `xs`.
 */
const scan: TransposeRule<'scan'> = (cotangents, operands, params, transpose) => {
  const { body, constants, carry, length, reverse } = params;
  const isCarry = (i: number): boolean => i >= constants && i < constants + carry;
  const indices = operands.map((_, i) => i);
  const linearConstants = indices.filter((i) => i < constants && operands[i]!.linear);
  const linearSlices = indices.filter((i) => i >= constants + carry && operands[i]!.linear);
  const fixed = indices.filter((i) => i < constants && !operands[i]!.linear);
  const residualSlices = indices.filter((i) => i >= constants + carry && !operands[i]!.linear);
  const stackedCotangents = cotangents.slice(carry);
  const given = stackedCotangents.flatMap((ct, i) => (ct ? [{ ct, spec: body.outputs[carry + i]! }] : []));
  const specAt = (i: number): Spec => body.inputs[i]!;

  const specs = [...fixed.map(specAt), ...body.outputs.slice(0, carry), ...linearConstants.map(specAt), ...residualSlices.map(specAt), ...given.map(({ spec }) => spec)];
  const traced = trace((...inputs) => {
    const rest = [...inputs];
    const values = new Map(fixed.map((i) => [i, rest.shift()!]));
    const carried = rest.splice(0, carry);
    const sums = rest.splice(0, linearConstants.length);
    for (const i of residualSlices) values.set(i, rest.shift()!);
    const backOperands = indices.map((i): Operand => {
      const value = values.get(i);
      return value === undefined ? { linear: true, spec: specAt(i) } : { linear: false, value, spec: specAt(i) };
    });
    const outputCotangents: Tangent[] = [...carried, ...stackedCotangents.map((ct) => (ct ? rest.shift()! : null))];
    const results = transpose(body, backOperands, outputCotangents);
    const nextCarry = indices.filter(isCarry).map((i) => results[i] ?? zeros(specAt(i)));
    const nextSums = linearConstants.map((i, k) => (results[i] ? add(sums[k]!, results[i]) : sums[k]!));
    return [...nextCarry, ...nextSums, ...linearSlices.map((i) => results[i] ?? zeros(specAt(i)))];
  }, specs);

  const inputs = [
    ...traced.captures,
    ...fixed.map((i) => valueOf(operands[i]!)),
    ...body.outputs.slice(0, carry).map((spec, i) => cotangents[i] ?? zeros(spec)),
    ...linearConstants.map((i) => zeros(specAt(i))),
    ...residualSlices.map((i) => valueOf(operands[i]!)),
    ...given.map(({ ct }) => ct),
  ];
  const results = bind('scan', inputs, {
    body: capturesFirst(traced),
    constants: traced.captures.length + fixed.length,
    carry: carry + linearConstants.length,
    length,
    reverse: !reverse,
  });
  const order = [...indices.filter(isCarry), ...linearConstants, ...linearSlices];
  return operands.map((operand, i) => (operand.linear ? results[order.indexOf(i)]! : null));
};

export const controlTransposeRules: { readonly [P in HigherOrderPrimitive]: TransposeRule<P> | null } = { call, checkpoint: checkpointTranspose, linearCall, scan, whileLoop: null, switchCase: switchCaseTranspose };
