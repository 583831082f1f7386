import { ArgumentError } from '../errors/errors.js';
import { scan } from '../control/scan.js';
import { iota, zeros } from '../ops/create.js';
import { div, sqrt, square, sub } from '../ops/elementwise.js';
import { dynamicUpdateSlice } from '../ops/indexing.js';
import { convert } from '../ops/operand.js';
import { sum } from '../ops/reduce.js';
import { expandDims, moveaxis, reshape, swapaxes } from '../ops/shape.js';
import { bindOne } from '../program/bind.js';
import { sizeOf, type StaticShape } from '../shape/shape.js';
import { requireShape } from '../tensor/create.js';
import { concrete, type Tensor } from '../tensor/tensor.js';
import { requireKey, type SampleOptions } from './arguments.js';
import { requireFloatDtype } from './float-format.js';
import { normal } from './normal.js';

export interface OrthogonalOptions extends SampleOptions {
  /** The number of columns, `n` by default. */
  readonly m?: number | undefined;
}

/**
 * Random matrices (...shape, n, m) with orthonormal columns, or rows where n < m (jax.random.orthogonal): the factor Q of the
 * QR decomposition, with a positive diagonal in R, of a matrix of normal numbers.
 * Source: F. Mezzadri, "How to generate random matrices from the classical compact groups" (2007).
 * @throws InvalidKeyError, DtypeError; ArgumentError if a size is not a whole number.
 */
export function orthogonal(key: Tensor, n: number, shape: StaticShape = [], { dtype = 'float32', m = n }: OrthogonalOptions = {}): Tensor {
  requireKey('random.orthogonal', key);
  requireShape('random.orthogonal', shape);
  const float = requireFloatDtype('random.orthogonal', dtype);
  for (const [name, size] of Object.entries({ n, m })) {
    if (!Number.isInteger(size) || size < 0) throw new ArgumentError('random.orthogonal', name, `must be a whole number, found ${String(size)}`);
  }
  const [long, short] = [Math.max(n, m), Math.min(n, m)];
  const batch = sizeOf(shape);
  const gaussian = convert(normal(key, [batch, long, short], { dtype: float }), 'float64');
  const rows = swapaxes(gaussian, -1, -2);
  const basis = rows.isTraced ? composeBasis(rows, batch, short, long) : knownBasis(rows, batch, short, long);
  const oriented = n < m ? basis : swapaxes(basis, -1, -2);
  return convert(reshape(oriented, [...shape, n, m]), float);
}

// Gram-Schmidt gives the Q whose R has a positive diagonal at once. Projecting twice leaves no more error than reflections do
// (L. Giraud, J. Langou, M. Rozloznik, "The loss of orthogonality in the Gram-Schmidt orthogonalization process", 2005).
const projections = 2;

/** An orthonormal basis of the rows (batch, count, length), one row a step. */
function composeBasis(rows: Tensor, batch: number, count: number, length: number): Tensor {
  const step = (basis: Tensor, { row, index }: { row: Tensor; index: Tensor }): [Tensor, null] => {
    let rest = row;
    for (let i = 0; i < projections; i++) {
      const along = bindOne('dot', [basis, rest], { lhsContract: [2], rhsContract: [1], lhsBatch: [0], rhsBatch: [0] });
      rest = sub(rest, bindOne('dot', [along, basis], { lhsContract: [1], rhsContract: [1], lhsBatch: [0], rhsBatch: [0] }));
    }
    const unit = div(rest, sqrt(sum(square(rest), { axis: -1, keepdims: true })));
    return [dynamicUpdateSlice(basis, expandDims(unit, 1), [0, index, 0]), null];
  };
  const start = zeros([batch, count, length], 'float64');
  return scan(step, start, { row: moveaxis(rows, 1, 0), index: iota('int32', [count]) })[0];
}

function knownBasis(rows: Tensor, batch: number, count: number, length: number): Tensor {
  const data = Float64Array.from(rows.data() as Float64Array);
  for (let i = 0; i < batch; i++) orthonormalize(data.subarray(i * count * length, (i + 1) * count * length), count, length);
  return concrete(data, [batch, count, length], 'float64');
}

/** Makes the rows (count, length) orthonormal, in place. */
function orthonormalize(data: Float64Array, count: number, length: number): void {
  const rows = Array.from({ length: count }, (_, i) => data.subarray(i * length, (i + 1) * length));
  rows.forEach((row, i) => {
    for (let pass = 0; pass < projections; pass++) {
      for (let j = 0; j < i; j++) addScaled(row, -dot(row, rows[j]!), rows[j]!);
    }
    const scale = 1 / Math.sqrt(dot(row, row));
    for (let k = 0; k < length; k++) row[k]! *= scale;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function addScaled(to: Float64Array, factor: number, from: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * from[i]!;
}
