import { abs, add, div, equal, less, maximum, minimum, mul, neg, sqrt, sub, where } from '../ops/elementwise.js';
import { iota, zeros } from '../ops/create.js';
import { convert } from '../ops/operand.js';
import { concatenate, expandDims, sliceAxis, squeeze } from '../ops/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { fusedMultiplyAdd } from './fused-multiply-add.js';

/** Up to this many rows a program has the reflections one after another, each step of them rounded; it grows with the square of this. */
export const largestSmall = 4;

const fma = (a: Tensor, b: Tensor, c: Tensor): Tensor => fusedMultiplyAdd(a, b, c, 'float32');

/** The root of x^2 + y^2 with the roundings of LAPACK's slapy2. */
function hypotenuse(x: Tensor, y: Tensor): Tensor {
  const [large, small] = [maximum(abs(x), y), minimum(abs(x), y)];
  const quotient = div(small, large);
  return mul(large, sqrt(add(1, mul(quotient, quotient))));
}

interface Reflection {
  /** What is left of the column: the element on the diagonal of R. */
  readonly beta: Tensor;
  readonly tau: Tensor;
  /** The elements after the first one, which is 1. */
  readonly vector: readonly Tensor[];
}

/** Of a column, by element, each (..., 1) (LAPACK's slarfg). */
function reflectionOf([alpha, ...rest]: readonly [Tensor, ...Tensor[]]): Reflection {
  const wide = rest.map((x) => convert(x, 'float64'));
  if (wide.length === 0) return { beta: alpha, tau: zeros(alpha.shape, 'float32'), vector: [] };
  const norm = convert(sqrt(wide.map((x) => mul(x, x)).reduce((sum, one) => add(sum, one))), 'float32');
  const isDone = equal(norm, 0);
  const whole = hypotenuse(alpha, where(isDone, 1, norm));
  const beta = where(less(alpha, 0), whole, neg(whole));
  const scale = div(1, sub(alpha, beta));
  return { beta: where(isDone, alpha, beta), tau: where(isDone, 0, div(sub(beta, alpha), beta)), vector: rest.map((x) => where(isDone, x, mul(x, scale))) };
}

/** I - tau v transpose(v) times rows (..., n), of which the first one is that of the 1 in v. */
function reflected(rows: readonly Tensor[], { tau, vector }: Reflection): Tensor[] {
  const [first, ...rest] = rows;
  const products = mul(rest.reduce((sum, row, i) => fma(vector[i]!, row, sum), first!), neg(tau));
  return [add(first!, products), ...rest.map((row, i) => fma(vector[i]!, products, row))];
}

/**
 * Q (..., m, n) and the diagonal of R (..., n) of small float32 matrices x (..., m, n), m >= n, with the roundings of the eager kernel, which are LAPACK's:
 * an exact program would differ from it by a unit in the last place.
 */
export function smallFactors(x: Tensor): [basis: Tensor, diagonal: Tensor] {
  const [height, width] = x.shape.slice(-2).map(Number) as [number, number];
  let rows = Array.from({ length: height }, (_, i): Tensor => sliceRow(x, i));
  const reflections: Reflection[] = [];
  for (let j = 0; j < width; j++) {
    const column = rows.slice(j).map((row) => sliceAxis(row, -1, j, j + 1)) as [Tensor, ...Tensor[]];
    const reflection = reflectionOf(column);
    reflections.push(reflection);
    rows = [...rows.slice(0, j), ...reflected(rows.slice(j), reflection)];
  }
  return [productOf(reflections, height, width, rows[0]!), concatenate(reflections.map(({ beta }) => beta), -1)];
}

/** Row i, (..., n). */
const sliceRow = (x: Tensor, i: number): Tensor => squeeze(sliceAxis(x, -2, i, i + 1), -2);

/** The first columns of the product of the reflections (LAPACK's sorg2r). */
function productOf(reflections: readonly Reflection[], height: number, width: number, like: Tensor): Tensor {
  let rows = Array.from({ length: height }, (): Tensor => zeros(like.shape, 'float32'));
  const places = iota('int32', [width]);
  for (let j = width - 1; j >= 0; j--) {
    const { tau, vector } = reflections[j]!;
    const below = reflected(rows.slice(j), reflections[j]!);
    const column = [sub(1, tau), ...vector.map((element) => mul(element, neg(tau)))];
    rows = [...rows.slice(0, j), ...below.map((row, i) => where(equal(places, j), column[i]!, row))];
  }
  return concatenate(rows.map((row) => expandDims(row, -2)), -2);
}
