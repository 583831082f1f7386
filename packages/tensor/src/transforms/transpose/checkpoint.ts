import { bind } from '../../program/bind.js';
import { trace } from '../../program/trace.js';
import { bindCheckpoint } from '../bind-checkpoint.js';
import type { Operand, TransposeRule } from './rule.js';

/**
 * The backward pass of a checkpointed function: what was not kept is computed anew from the values. Behind a barrier, which waits for
 * the cotangents and keeps executors from taking what the forward pass had computed.
 */
export const checkpointTranspose: TransposeRule<'checkpoint'> = (cotangents, operands, params, transpose) => {
  const values = operands.flatMap((operand) => (operand.linear ? [] : [operand.value]));
  if (values.length === 0) return transpose(params.body, operands, cotangents);
  const given = cotangents.filter((cotangent) => cotangent !== null);
  let present: boolean[] = [];
  const traced = trace((...inputs) => {
    const flowing = inputs.slice(values.length);
    const kept = inputs.slice(0, values.length);
    const rest = params.preventCse ? bind('optimizationBarrier', [...kept, flowing[0]!], {}) : kept;
    const own = operands.map((operand): Operand => (operand.linear ? operand : { linear: false, value: rest.shift()!, spec: operand.spec }));
    const results = transpose(params.body, own, cotangents.map((cotangent) => (cotangent ? flowing.shift()! : null)));
    present = results.map((result) => result !== null);
    return results.filter((result) => result !== null);
  }, [...values, ...given]);
  const results = bindCheckpoint(traced, [...values, ...given], params);
  return present.map((one) => (one ? results.shift()! : null));
};
