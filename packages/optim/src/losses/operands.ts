import { DtypeError, equalShapes, formatShape, isFloating, ShapeError, type Tensor } from '@flaxon/tensor';

/** @throws DtypeError where one of them is of integers, in which a loss has no derivative */
export function requireFloating(loss: string, ...operands: readonly Tensor[]): void {
  for (const { dtype } of operands) if (!isFloating(dtype)) throw new DtypeError(loss, [dtype], 'must be of a floating dtype; write `astype(x, \'float32\')`');
}

/** @throws ShapeError where they differ: to broadcast one against the other is nearly always an error, and a loud one nowhere */
export function requireSameShape(loss: string, predictions: Tensor, targets: Tensor): void {
  if (equalShapes(predictions.shape, targets.shape)) return;
  throw new ShapeError(loss, [formatShape(predictions.shape), formatShape(targets.shape)], 'predictions and targets must have the same shape');
}

/** The size of the last axis, that of the classes. @throws ShapeError where there is none or it is not a known number */
export function classesOf(loss: string, x: Tensor): number {
  const size = x.shape.at(-1);
  if (typeof size === 'number') return size;
  throw new ShapeError(loss, [formatShape(x.shape)], 'needs a last axis of classes whose size is a known number');
}

/** The axis or axes that a loss is summed along, the last one by default. */
export interface AxisOptions {
  readonly axis?: number | readonly number[];
}
