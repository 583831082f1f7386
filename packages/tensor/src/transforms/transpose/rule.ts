import { TransformError } from '../../errors/errors.js';
import { bindOne } from '../../program/bind.js';
import type { Primitive, PrimitiveParams } from '../../primitives/params.js';
import type { Program } from '../../program/program.js';
import { reshape } from '../../ops/shape.js';
import { equalShapes, type Shape, type Spec } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Tangent } from '../jvp/rule.js';

/** An operand of a linear equation: a value, or one that the equation is linear in and of which only the spec is known. */
export type Operand = { readonly linear: false; readonly value: Tensor; readonly spec: Spec } | { readonly linear: true; readonly spec: Spec };

/** From the cotangents of a program's outputs to those of its linear inputs; null for inputs that are values. */
export type TransposeProgram = (program: Program, inputs: readonly Operand[], cotangents: readonly Tangent[]) => readonly Tangent[];

/** From the cotangents of the outputs (one at least is not null) to those of the operands; null for values. */
export type TransposeRule<P extends Primitive> = TransposeRuleOf<PrimitiveParams[P]>;
export type TransposeRuleOf<Params> = (cotangents: readonly Tangent[], operands: readonly Operand[], params: Params, transpose: TransposeProgram) => readonly Tangent[];

/** The value of an operand that is not linear. */
export function valueOf(operand: Operand): Tensor {
  if (operand.linear) throw new TransformError('transposition', 'a product', 'is not linear: each operand depends on what the function is linear in');
  return operand.value;
}

/** The transpose of broadcasting: sums over the axes that an operand of `shape` lacks or has with size 1. */
export function sumTo(cotangent: Tensor, shape: Shape): Tensor {
  if (equalShapes(cotangent.shape, shape)) return cotangent;
  const extra = cotangent.rank - shape.length;
  const leading = Array.from({ length: extra }, (_, i) => i);
  const ones = shape.flatMap((dim, i) => (dim === 1 && cotangent.shape[extra + i] !== 1 ? [extra + i] : []));
  const keepDims = ones.length > 0;
  const axes = [...leading, ...ones];
  const summed = axes.length === 0 ? cotangent : bindOne('reduceSum', [cotangent], { axes, keepDims });
  return reshape(summed, shape);
}
