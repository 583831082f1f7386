import type { CheckpointParams } from '../primitives/params.js';
import { bind } from '../program/bind.js';
import { eliminateDeadCode } from '../program/dead-code.js';
import type { Atom } from '../program/program.js';
import type { Traced } from '../program/trace.js';
import type { Tensor } from '../tensor/tensor.js';

/** A `checkpoint` equation of a traced function. Operands that it does not read are left out, so that nothing keeps them. */
export function bindCheckpoint({ program, captures }: Traced, operands: readonly Tensor[], { policy, preventCse }: Omit<CheckpointParams, 'body'>): Tensor[] {
  const { equations, outputs, inputs } = eliminateDeadCode(program);
  const read = new Set<Atom>([...outputs, ...equations.flatMap((equation) => equation.inputs)]);
  const isRead = inputs.map((input) => read.has(input));
  const body = { equations, outputs, inputs: inputs.filter((_, i) => isRead[i]) };
  return bind('checkpoint', [...operands, ...captures].filter((_, i) => isRead[i]), { body, policy, preventCse });
}
