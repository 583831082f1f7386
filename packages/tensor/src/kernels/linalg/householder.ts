/**
 * Reflections in the order of LAPACK's operations. On Float32Arrays, with `Math.fround` for rounding, they round where LAPACK does on a processor
 * that fuses a product with the sum it goes into; sums of more than three products it orders by the width of its vectors, and so not as here.
 */
export type FloatArray = Float32Array | Float64Array;

/** To the dtype: `Math.fround`, or nothing for float64. */
export type Round = (x: number) => number;

export const toDouble: Round = (x) => x;

/** Numbers `start, start + stride, ...` of an array. */
export interface Lane {
  readonly data: FloatArray;
  readonly start: number;
  readonly stride: number;
  readonly length: number;
}

/** The square root of x^2 + y^2 (LAPACK's dlapy2). */
function hypotenuse(x: number, y: number, round: Round): number {
  const [large, small] = [Math.max(Math.abs(x), y), Math.min(Math.abs(x), y)];
  const quotient = round(small / large);
  return round(large * round(Math.sqrt(round(1 + round(quotient * quotient)))));
}

/**
 * Makes of x the vector v (v[0] = 1, which is not stored: x[0] becomes beta) with (I - tau v transpose(v)) x = (beta, 0, ...). beta has the
 * sign opposite to x[0]; tau is 0 where x is zero after x[0] (LAPACK's dlarfg). Squares must be in range: callers scale.
 */
export function reflect({ data, start, stride, length }: Lane, round: Round): number {
  let squares = 0;
  for (let i = 1, at = start + stride; i < length; i++, at += stride) squares += data[at]! * data[at]!;
  const norm = round(Math.sqrt(squares));
  if (norm === 0) return 0;
  const alpha = data[start]!;
  const whole = hypotenuse(alpha, norm, round);
  const beta = alpha < 0 ? whole : -whole;
  const scale = round(1 / round(alpha - beta));
  for (let i = 1, at = start + stride; i < length; i++, at += stride) data[at]! *= scale;
  data[start] = beta;
  return round(round(beta - alpha) / beta);
}

/** The vector of a reflection: 1 at `row`, and what `reflect` left in column `column` below it. */
export interface Vector {
  readonly data: FloatArray;
  readonly columns: number;
  readonly column: number;
  readonly row: number;
  readonly rows: number;
}

/** transpose(v) times the columns of the target from `from` on. */
function combine(target: FloatArray, columns: number, from: number, { data, columns: stride, column, row, rows }: Vector): FloatArray {
  const result = target.slice(row * columns + from, (row + 1) * columns);
  for (let i = row + 1; i < rows; i++) {
    const factor = data[i * stride + column]!;
    const start = i * columns + from;
    for (let k = 0; k < result.length; k++) result[k]! += factor * target[start + k]!;
  }
  return result;
}

/** Applies I - tau v transpose(v) from the left to a row-major matrix, at columns from `from` on. */
export function applyReflection(target: FloatArray, columns: number, from: number, tau: number, vector: Vector): void {
  if (tau === 0 || from >= columns) return;
  const products = combine(target, columns, from, vector);
  for (let k = 0; k < products.length; k++) products[k]! *= -tau;
  for (let i = vector.row; i < vector.rows; i++) {
    const factor = i === vector.row ? 1 : vector.data[i * vector.columns + vector.column]!;
    const start = i * columns + from;
    for (let k = 0; k < products.length; k++) target[start + k]! += factor * products[k]!;
  }
}
