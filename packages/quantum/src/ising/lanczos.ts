type Vector = Float64Array<ArrayBuffer>;

function dot(x: Vector, y: Vector): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** x with `factor` times y taken away, in place. */
function subtract(x: Vector, factor: number, y: Vector): void {
  for (let i = 0; i < x.length; i++) x[i]! -= factor * y[i]!;
}

const maxSteps = 300;

/**
 * The least eigenvalue of a symmetric matrix of `size` rows that `multiply` stands for (Lanczos, 1950): the least one of the tridiagonal matrix
 * that it becomes in the Krylov basis of a vector, which is kept orthogonal in full.
 */
export function lanczos(size: number, multiply: (x: Vector) => Vector): number {
  const [diagonal, beside]: [number[], number[]] = [[], []];
  const basis: Vector[] = [];
  // A start that no symmetry leaves as it is, so that it has a part of every eigenvector.
  let next = Float64Array.from({ length: size }, (_, i) => 1 + 0.5 * Math.sin(1 + i * i));
  let [least, length] = [Infinity, Math.sqrt(dot(next, next))];
  while (basis.length < Math.min(size, maxSteps)) {
    const direction = next.map((value) => value / length);
    basis.push(direction);
    next = multiply(direction);
    diagonal.push(dot(direction, next));
    // Twice is enough (Parlett): the second time takes what rounding left.
    for (let pass = 0; pass < 2; pass++) for (const earlier of basis) subtract(next, dot(earlier, next), earlier);
    length = Math.sqrt(dot(next, next));
    const found = leastEigenvalue(diagonal, beside);
    const scale = Math.max(1, Math.abs(found));
    if (length < 1e-12 * scale || least - found < 1e-14 * scale) return found;
    least = found;
    beside.push(length);
  }
  return least;
}

/** The least eigenvalue of a symmetric tridiagonal matrix, by bisection with Sturm's count of those below a number. */
function leastEigenvalue(diagonal: readonly number[], beside: readonly number[]): number {
  const reach = (i: number): number => Math.abs(beside[i - 1] ?? 0) + (i < diagonal.length - 1 ? Math.abs(beside[i]!) : 0);
  let low = Math.min(...diagonal.map((value, i) => value - reach(i)));
  let high = Math.min(...diagonal);
  while (true) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (hasBelow(diagonal, beside, middle)) high = middle;
    else low = middle;
  }
}

/** Whether an eigenvalue lies below `bound`: whether a pivot of the elimination of (matrix - bound) is negative. */
function hasBelow(diagonal: readonly number[], beside: readonly number[], bound: number): boolean {
  let pivot = 1;
  return diagonal.some((value, i) => {
    const off = i === 0 ? 0 : beside[i - 1]!;
    pivot = value - bound - (off * off) / pivot;
    if (pivot === 0) pivot = Number.MIN_VALUE;
    return pivot < 0;
  });
}
