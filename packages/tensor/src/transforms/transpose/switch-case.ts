import { shareCaptures } from '../../control/switch-case.js';
import { full } from '../../ops/create.js';
import { bind } from '../../program/bind.js';
import { trace } from '../../program/trace.js';
import { valueOf, type Operand, type TransposeRule } from './rule.js';

/** The branch that ran, backwards. */
export const switchCaseTranspose: TransposeRule<'switchCase'> = (cotangents, [index, ...operands], { branches }, transpose) => {
  const values = operands.flatMap((operand) => (operand.linear ? [] : [operand.value]));
  const given = cotangents.filter((cotangent) => cotangent !== null);
  const linear = operands.flatMap((operand, i) => (operand.linear ? [i] : []));
  const traced = branches.map((branch) =>
    trace((...inputs) => {
      const rest = [...inputs];
      const own = operands.map((operand): Operand => (operand.linear ? operand : { linear: false, value: rest.shift()!, spec: operand.spec }));
      const results = transpose(branch, own, cotangents.map((cotangent) => (cotangent ? rest.shift()! : null)));
      return linear.map((i) => results[i] ?? full(operands[i]!.spec.shape, 0, operands[i]!.spec.dtype));
    }, [...values, ...given]),
  );
  const { programs, captures } = shareCaptures(traced);
  const results = bind('switchCase', [valueOf(index!), ...values, ...given, ...captures], { branches: programs });
  return [null, ...operands.map((operand, i) => (operand.linear ? results[linear.indexOf(i)]! : null))];
};
