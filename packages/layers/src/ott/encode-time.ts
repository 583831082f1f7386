import { arange, ArgumentError, concatenate, cos, expandDims, formatShape, mul, ShapeError, sin, type Tensor } from '@flaxon/tensor';
import { computeDtype } from '../dtype.js';

export interface TimeEncodingOptions {
  /** How many frequencies there are. */
  readonly numFreqs: number;
}

/** cos and then sin of 2 pi k t for the frequencies k from `first` on: (..., 1) to (..., 2 numFreqs). */
function cycles(name: string, t: Tensor, first: number, numFreqs: number): Tensor {
  if (!Number.isInteger(numFreqs) || numFreqs < 1) throw new ArgumentError(name, 'numFreqs', `must be a whole number above 0, found ${numFreqs}`);
  const frequencies = mul(arange(first, first + numFreqs, 1, { dtype: computeDtype(name, [t]) }), 2 * Math.PI);
  const angles = mul(t, frequencies);
  return concatenate([cos(angles), sin(angles)], -1);
}

/**
 * Times as cos and then sin of 2 pi k t, k = 1 to numFreqs (OTT 0.6.0: the encoding in `ott.neural.networks.velocity_field.MLP`).
 * t: (n) to (n, 2 numFreqs). @throws ShapeError, ArgumentError
 */
export function encodeTime(t: Tensor, { numFreqs }: TimeEncodingOptions): Tensor {
  if (t.rank !== 1) throw new ShapeError('encodeTime', [formatShape(t.shape)], 'the times must be (n)');
  return cycles('encodeTime', expandDims(t, -1), 1, numFreqs);
}

/**
 * Times as cos and then sin of 2 pi k t, k = 0 to numFreqs - 1 (OTT 0.4.6 to 0.5.1: `layers.time_encoder.cyclical_time_encoder`).
 * t: (..., 1) to (..., 2 numFreqs). @throws ShapeError, ArgumentError
 */
export function cyclicalTimeEncoder(t: Tensor, { numFreqs = 128 }: Partial<TimeEncodingOptions> = {}): Tensor {
  if (t.shape.at(-1) !== 1) throw new ShapeError('cyclicalTimeEncoder', [formatShape(t.shape)], 'the times must be (..., 1)');
  return cycles('cyclicalTimeEncoder', t, 0, numFreqs);
}
