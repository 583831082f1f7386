import { scan } from '../../control/scan.js';
import { whileLoop } from '../../control/while-loop.js';
import type { Tensor } from '../../tensor/tensor.js';
import { composite } from '../composite.js';
import { full } from '../create.js';
import { abs, add, div, greater, less, logicalAnd, maximum, mul, neg, sqrt, square, sub, where } from '../elementwise.js';
import { argsort, takeAlongAxis } from '../indexing.js';
import { padConfig } from '../pad.js';
import { max, sum } from '../reduce.js';
import { broadcastTo, concatenate, expandDims, sliceAxis } from '../shape.js';
import { flattenLeading, identityLike, transposed } from './matrices.js';
import { hypotenuse } from './rotations.js';

const mostSweeps = 40;

/**
 * Square x (..., n, n) as x V, whose columns are orthogonal and descend in length, and the orthogonal V: one-sided Jacobi rotations. Without a
 * derivative of its own: what is built on it has one.
 */
export function orthogonalizeColumns(x: Tensor): [Tensor, Tensor] {
  const [product, rotation] = composite('linalg.jacobi', [x], rotateAll);
  return [product!, rotation!];
}

interface Rows extends Readonly<Record<string, Tensor>> {
  /** Each row a column of x V and one of V, one behind the other: (batch, n, 2 n). */
  readonly rows: Tensor;
  /** The largest cosine between two columns that the last sweep found. */
  readonly cosine: Tensor;
  readonly sweeps: Tensor;
}

/**
 * Sweeps of rounds; in a round all columns are paired and all pairs turned at once, and the rounds pair every two once (the order of a
 * round-robin tournament; R. Brent, F. Luk, 1985).
 */
function rotateAll(x: Tensor): Tensor[] {
  const { flat, batch, restore } = flattenLeading(x);
  const size = x.shape.at(-1) as number;
  if (size <= 1) return [x, identityLike(x, size)];
  const both = concatenate([transposed(flat), identityLike(flat, size)], -1);
  const even = padConfig(both, 0, [[0, 0], [0, size % 2], [0, 0]]);
  const tolerance = (x.dtype === 'float64' ? 2 ** -52 : 2 ** -23) * Math.sqrt(size);
  const start: Rows = { rows: even, cosine: full([], 1, x.dtype), sweeps: full([], 0, 'int32') };
  const { rows } = whileLoop(
    ({ cosine, sweeps }: Rows) => logicalAnd(greater(cosine, tolerance), less(sweeps, mostSweeps)),
    ({ rows: before, sweeps }: Rows): Rows => ({ ...sweep(before, size, tolerance), sweeps: add(sweeps, 1) }),
    start,
  );
  const found = sliceAxis(rows, 1, 0, size);
  const lengths = sum(square(sliceAxis(found, -1, 0, size)), { axis: -1 });
  const order = broadcastTo(expandDims(argsort(neg(lengths)), -1), [batch, size, 2 * size]);
  const sorted = takeAlongAxis(found, order, 1, 'clip');
  return [restore(transposed(sliceAxis(sorted, -1, 0, size))), restore(transposed(sliceAxis(sorted, -1, size, 2 * size)))];
}

/** After the rounds every row is where it was. */
function sweep(rows: Tensor, size: number, tolerance: number): { readonly rows: Tensor; readonly cosine: Tensor } {
  const rounds = (rows.shape[1] as number) - 1;
  const step = (state: { rows: Tensor; cosine: Tensor }): [{ rows: Tensor; cosine: Tensor }, null] => {
    const turned = turnPairs(state.rows, size, tolerance);
    return [{ rows: nextRound(turned.rows), cosine: maximum(state.cosine, turned.cosine) }, null];
  };
  return scan(step, { rows, cosine: full([], 0, rows.dtype) }, null, { length: rounds })[0];
}

/** Turns row i against row n / 2 + i, for all i. */
function turnPairs(rows: Tensor, size: number, tolerance: number): { readonly rows: Tensor; readonly cosine: Tensor } {
  const count = rows.shape[1] as number;
  const [top, bottom] = [sliceAxis(rows, 1, 0, count / 2), sliceAxis(rows, 1, count / 2, count)];
  const own = (x: Tensor): Tensor => sliceAxis(x, -1, 0, size);
  const inner = (x: Tensor, y: Tensor): Tensor => sum(mul(own(x), own(y)), { axis: -1, keepdims: true });
  const [first, second, along] = [inner(top, top), inner(bottom, bottom), inner(top, bottom)];
  const scale = mul(sqrt(first), sqrt(second));
  const cosine = where(greater(scale, 0), div(abs(along), where(greater(scale, 0), scale, 1)), 0);
  const isTurned = greater(cosine, tolerance);
  const zeta = div(sub(second, first), mul(where(isTurned, along, 1), 2));
  const t = where(isTurned, div(where(less(zeta, 0), -1, 1), add(abs(zeta), hypotenuse(zeta, 1))), 0);
  const c = div(1, hypotenuse(t, 1));
  const s = mul(c, t);
  return { rows: concatenate([sub(mul(c, top), mul(s, bottom)), add(mul(s, top), mul(c, bottom))], 1), cosine: max(cosine) };
}

/** The first row stays, the others go round by one place: up along the bottom, down along the top. */
function nextRound(rows: Tensor): Tensor {
  const count = rows.shape[1] as number;
  if (count === 2) return rows;
  const half = count / 2;
  const part = (from: number, to: number): Tensor => sliceAxis(rows, 1, from, to);
  return concatenate([part(0, 1), part(half, half + 1), part(1, half - 1), part(half + 1, count), part(half - 1, half)], 1);
}

