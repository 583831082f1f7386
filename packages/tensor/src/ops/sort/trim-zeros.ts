import { ConcretizationError } from '../../errors/errors.js';
import { formatSpec } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { abs, greater, notEqual } from '../elementwise.js';
import { requireAxes, toTensor } from '../operand.js';
import { any } from '../reduce.js';
import { sliceAxis } from '../shape.js';

export interface TrimZerosOptions {
  /** Where: in front ('f'), at the back ('b'), or both. */
  readonly trim?: 'f' | 'b' | 'fb';
  /** All axes by default. */
  readonly axis?: number | readonly number[];
}

/** From the first to behind the last of the slices along an axis that are kept; empty where none is. */
function cut(x: Tensor, kept: Tensor, axis: number, trim: string): Tensor {
  const flags = any(kept, { axis: kept.shape.flatMap((_, i) => (i === axis ? [] : [i])) }).toArray() as readonly boolean[];
  const last = flags.lastIndexOf(true);
  if (last < 0) return sliceAxis(x, axis, 0, 0);
  return sliceAxis(x, axis, trim.includes('f') ? flags.indexOf(true) : 0, trim.includes('b') ? last + 1 : flags.length);
}

/** The tensor without slices that hold nothing above `tolerance` at its ends. */
export function trimSmall(operation: string, x: Tensor, tolerance: number, { trim = 'fb', axis }: TrimZerosOptions = {}): Tensor {
  if (x.isTraced) throw new ConcretizationError(operation, formatSpec(x));
  const kept = tolerance === 0 ? notEqual(x, 0) : greater(abs(x), tolerance);
  return requireAxes(operation, axis, x.rank).reduce<Tensor>((rest, at) => cut(rest, kept, at, trim), x);
}

/**
 * Without the zeros at the ends of a vector, or the slices of zeros at the ends of axes (jnp.trim_zeros).
 * @throws ConcretizationError where x is traced: the shape depends on its values.
 */
export const trimZeros = (x: TensorLike, options: TrimZerosOptions = {}): Tensor => trimSmall('trimZeros', toTensor('trimZeros', x), 0, options);
