import type { PrimitiveParams } from '../primitives/params.js';
import type { Program } from '../program/program.js';
import type { Tensor } from '../tensor/tensor.js';

/** Runs the body on concrete tensors while the condition holds. */
export function evaluateWhile(
  run: (program: Program, inputs: readonly Tensor[]) => Tensor[],
  inputs: readonly Tensor[],
  { condition, body, conditionConstants, bodyConstants }: PrimitiveParams['whileLoop'],
): Tensor[] {
  const forCondition = inputs.slice(0, conditionConstants);
  const forBody = inputs.slice(conditionConstants, conditionConstants + bodyConstants);
  let carry = inputs.slice(conditionConstants + bodyConstants);
  while (run(condition, [...forCondition, ...carry])[0]!.item() === true) carry = run(body, [...forBody, ...carry]);
  return carry;
}
