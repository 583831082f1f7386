import { ProgramError } from '../errors/errors.js';
import { bind } from '../program/bind.js';
import { evaluateComposite } from '../program/composite-kernel.js';
import { trace } from '../program/trace.js';
import type { CallRule } from '../primitives/call-rules.js';
import type { CallAttribute } from '../primitives/params.js';
import type { Tensor } from '../tensor/tensor.js';

export interface CompositeOptions {
  /** Plain data that says, with the name, what is computed. Axes are counted from the end. */
  readonly attributes?: Readonly<Record<string, CallAttribute>>;
  /** The derivative, where the decomposition's own would be slower or less exact. */
  readonly rule?: CallRule;
}

/**
 * A function of tensors that keeps its name in programs, so that an executor may run it as one operation.
 * On concrete tensors it is its kernel where it has one (`kernels/linalg`), else its decomposition.
 */
export function composite(name: string, operands: readonly Tensor[], decompose: (...operands: Tensor[]) => readonly Tensor[], options: CompositeOptions = {}): Tensor[] {
  const { attributes = {}, rule = null } = options;
  if (operands.every((x) => !x.isTraced)) return evaluateComposite(name, operands, attributes) ?? [...decompose(...operands)];
  const { program, captures } = trace(decompose, operands);
  if (captures.length > 0) throw new ProgramError(`the decomposition of ${name} uses a traced tensor that is not among its operands; pass it as an operand`);
  return bind('call', operands, { name, attributes, body: program, rule });
}
