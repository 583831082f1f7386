import { DtypeError, ShapeError } from '../../errors/errors.js';
import type { Dtype } from '../../dtype/dtype.js';
import { broadcastShapes, formatShape, type Shape, type Spec } from '../../shape/shape.js';
import type { Primitive, PrimitiveParams } from '../params.js';

/** The shapes and dtypes of a primitive's outputs. @throws ShapeError, DtypeError where the operands do not fit. */
export type ShapeRule<P extends Primitive> = RuleOf<PrimitiveParams[P]>;
export type RuleOf<Params> = (inputs: readonly Spec[], params: Params) => readonly Spec[];

export function requireSameDtype(operation: string, inputs: readonly Spec[]): Dtype {
  const dtype = inputs[0]!.dtype;
  if (inputs.some((input) => input.dtype !== dtype)) {
    throw new DtypeError(operation, inputs.map((input) => input.dtype), 'operands of a primitive have one dtype (the functions of the library promote, primitives do not)');
  }
  return dtype;
}

export function requireDtype(operation: string, input: Spec, allowed: (dtype: Dtype) => boolean, expected: string): void {
  if (!allowed(input.dtype)) throw new DtypeError(operation, [input.dtype], `needs ${expected}; convert with \`astype(x, dtype)\``);
}

export function requireBroadcast(operation: string, inputs: readonly Spec[]): Shape {
  const shape = broadcastShapes(inputs.map((input) => input.shape));
  if (shape !== undefined) return shape;
  throw new ShapeError(operation, inputs.map((input) => formatShape(input.shape)), 'shapes do not broadcast: each axis, counted from the last, must be equal or 1');
}

export function requireAxes(operation: string, axes: readonly number[], rank: number, input: Spec): void {
  const bad = axes.find((axis, i) => !Number.isInteger(axis) || axis < 0 || axis >= rank || axes.indexOf(axis) !== i);
  if (bad !== undefined) throw new ShapeError(operation, [formatShape(input.shape)], `axis ${bad} is repeated or out of range for rank ${rank}`);
}
