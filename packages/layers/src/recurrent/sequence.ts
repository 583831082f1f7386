/** What networks over sequences do along the time axis. */
import { add, arange, ArgumentError, astype, broadcastTo, dimensionSize, DtypeError, expandDims, flip, formatShape, isInteger, less, mod, reshape, ShapeError, sub, takeAlongAxis, tree, where, type Shape, type Tensor } from '@flaxon/tensor';
import type { Carry } from './cell.js';

export interface FlipOptions {
  /** How long each sequence is, (batch...): what comes after stays there. */
  readonly lengths: Tensor | undefined;
  readonly timeAxis: number;
}

/** @throws DtypeError, ShapeError where there is not one integer for each sequence of the batch */
export function requireLengths(lengths: Tensor, batch: Shape): void {
  if (!isInteger(lengths.dtype)) throw new DtypeError('RNN', [lengths.dtype], '`seqLengths` must be of an integer dtype');
  if (formatShape(lengths.shape) !== formatShape(batch)) throw new ShapeError('RNN', [formatShape(lengths.shape), formatShape(batch)], '`seqLengths` must have the batch axes of the inputs');
}

/** A length that is known. @throws ArgumentError */
function knownLength(x: Tensor, axis: number): number {
  const length = x.shape[axis];
  if (typeof length !== 'number') throw new ArgumentError('RNN', 'seqLengths', `needs inputs with a time axis of known length, found ${formatShape(x.shape)}`);
  return length;
}

/** x: (batch..., time, ...) or (time, batch..., ...), with every sequence backwards (Flax: `flip_sequences`). @throws ArgumentError */
export function flipSequences(x: Tensor, { lengths, timeAxis }: FlipOptions): Tensor {
  if (lengths === undefined) return flip(x, timeAxis);
  const length = knownLength(x, timeAxis);
  const backwards = sub(length - 1, arange(length));
  const steps = reshape(backwards, Array.from({ length: lengths.rank + 1 }, (_, axis) => (axis === timeAxis ? length : 1)));
  const places = mod(add(steps, astype(expandDims(lengths, timeAxis), 'int32')), length);
  const features = Array.from({ length: x.rank - places.rank }, (_, i) => places.rank + i);
  const spread = features.length === 0 ? places : expandDims(places, features);
  return takeAlongAxis(x, broadcastTo(spread, x.shape), timeAxis);
}

/**
 * The carries (time, batch..., ...) after the last step of each sequence. A place out of range is read as JAX indexes: from the end
 * where it is negative, and then the nearest one.
 */
export function selectLastCarry(carries: Carry, lengths: Tensor): Carry {
  const given = sub(astype(lengths, 'int32'), 1);
  return tree.map((x: Tensor) => {
    const last = where(less(given, 0), add(given, dimensionSize(x.shape[0]!)), given);
    const features = Array.from({ length: x.rank - 1 - last.rank }, (_, i) => 1 + last.rank + i);
    const places = expandDims(last, [0, ...features]);
    return reshape(takeAlongAxis(x, broadcastTo(places, [1, ...x.shape.slice(1)]), 0, 'clip'), x.shape.slice(1));
  }, carries);
}
