import { TransformError } from '../../errors/errors.js';
import type { CallRule } from '../../primitives/call-rules.js';
import type { CallAttribute } from '../../primitives/params.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { composite } from '../composite.js';
import { add, mul } from '../elementwise.js';
import { convert, promoteFloating } from '../operand.js';
import { broadcastTo } from '../shape.js';

/** The derivative of a function with respect to one operand, at the operands where it gave `y`. */
export type Partial = (operands: readonly Tensor[], y: Tensor) => Tensor;

export interface ElementwiseDefinition {
  /** In the name of programs, and in errors. */
  readonly name: string;
  /** The function of operands of one dtype. */
  readonly value: (...operands: Tensor[]) => Tensor;
  /** One derivative for each operand; none where the decomposition's own is as good. */
  readonly partials?: readonly Partial[];
  readonly attributes?: Readonly<Record<string, CallAttribute>>;
}

/** The tangents of an elementwise function from its partial derivatives. */
export const fromPartials = (partials: readonly Partial[]): CallRule => ({
  kind: 'jvp',
  jvp: (primals, tangents, [y]) => {
    const terms = partials.flatMap((partial, i) => (tangents[i] ? [mul(tangents[i], partial(primals, y!))] : []));
    const [first, ...rest] = terms;
    return [first ? broadcastTo(rest.reduce((total, term) => add(total, term), first), y!.shape) : null];
  },
});

/** An elementwise function under its own name, of operands promoted to one floating dtype. */
export function elementwise({ name, value, partials, attributes = {} }: ElementwiseDefinition, operands: readonly TensorLike[]): Tensor {
  const rule = partials && fromPartials(partials);
  return composite(name, promoteFloating(name, operands), (...xs) => [value(...xs)], { attributes, ...(rule ? { rule } : {}) })[0]!;
}

/**
 * The same, computed in float64 and rounded once: what float32 loses in a long formula, or under- and overflows on the way to a
 * result that it holds, is not lost.
 */
export const elementwiseInFloat64 = (definition: ElementwiseDefinition, operands: readonly TensorLike[]): Tensor =>
  elementwise({ ...definition, value: (...xs) => convert(definition.value(...xs.map((x) => convert(x, 'float64'))), xs[0]!.dtype) }, operands);

/** The place of a derivative that does not exist, in JAX neither. */
export const notDifferentiable = (name: string, operand: string) => (): Tensor => {
  throw new TransformError('the derivative', name, `with respect to ${operand} is not defined; use \`stopGradient\` there`);
};

/** The polynomial with these coefficients, leading one first, by Horner's rule. */
export function polynomial(coefficients: readonly number[], x: Tensor): Tensor {
  const [leading, ...rest] = coefficients;
  return rest.reduce<Tensor>((sum, coefficient) => add(mul(sum, x), coefficient), convert(leading!, x.dtype));
}
