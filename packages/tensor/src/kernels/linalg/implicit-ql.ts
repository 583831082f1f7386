/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by implicit QL and QR steps, in the order and with the signs of LAPACK's
 * dsteqr (B. Parlett, "The Symmetric Eigenvalue Problem", 1980, chapter 8; E. Anderson et al., "LAPACK Users' Guide", 1999).
 */
import type { Tridiagonal } from './tridiagonal.js';

/** What counts as nothing beside other numbers, and beside nothing. */
export interface Precision {
  readonly epsilon: number;
  readonly safeMinimum: number;
}

const stepsPerValue = 30;

const signOf = (magnitude: number, like: number): number => (like < 0 || Object.is(like, -0) ? -Math.abs(magnitude) : Math.abs(magnitude));

/** c and s with c f + s g = r and -s f + c g = 0 (LAPACK's dlartg). */
function rotation(f: number, g: number): { readonly c: number; readonly s: number; readonly r: number } {
  if (g === 0) return { c: 1, s: 0, r: f };
  if (f === 0) return { c: 0, s: signOf(1, g), r: Math.abs(g) };
  const length = Math.hypot(f, g);
  const r = signOf(length, f);
  return { c: Math.abs(f) / length, s: g / r, r };
}

/** Eigenvalues of [[a, b], [b, c]], the one of larger magnitude first, and its eigenvector (cosine, sine) (LAPACK's dlaev2). */
function solveTwo(a: number, b: number, c: number): { readonly first: number; readonly second: number; readonly cosine: number; readonly sine: number } {
  const [sum, difference, twice] = [a + c, a - c, 2 * b];
  const [large, small] = Math.abs(a) > Math.abs(c) ? [a, c] : [c, a];
  const root = Math.hypot(difference, twice);
  const isNegative = sum < 0;
  const first = sum === 0 ? root / 2 : (isNegative ? sum - root : sum + root) / 2;
  const second = sum === 0 ? -root / 2 : (large / first) * small - (b / first) * b;
  const leansRight = difference >= 0;
  const along = leansRight ? difference + root : difference - root;
  let [cosine, sine] = [1, 0];
  if (Math.abs(along) > Math.abs(twice)) {
    const cotangent = -twice / along;
    sine = 1 / Math.sqrt(1 + cotangent * cotangent);
    cosine = cotangent * sine;
  } else if (twice !== 0) {
    const tangent = -along / twice;
    cosine = 1 / Math.sqrt(1 + tangent * tangent);
    sine = tangent * cosine;
  }
  return isNegative === leansRight ? { first, second, cosine, sine } : { first, second, cosine: -sine, sine: cosine };
}

/** Turns columns j and j + 1 of the basis, which are its rows. */
function turn(basis: Float64Array, size: number, j: number, c: number, s: number): void {
  const [low, high] = [j * size, (j + 1) * size];
  for (let i = 0; i < size; i++) {
    const next = basis[high + i]!;
    basis[high + i] = c * next - s * basis[low + i]!;
    basis[low + i] = s * next + c * basis[low + i]!;
  }
}

/**
 * A block of the matrix seen from the end at which eigenvalues split off: `at(k)` counts from there. The QR steps of a block are the QL steps
 * of the block read backwards.
 */
class Block {
  readonly #t: Tridiagonal;
  readonly #size: number;
  readonly #backwards: boolean;

  constructor(t: Tridiagonal, backwards: boolean) {
    this.#t = t;
    this.#size = t.diagonal.length;
    this.#backwards = backwards;
  }

  #place(k: number): number {
    return this.#backwards ? this.#size - 1 - k : k;
  }
  d(k: number): number {
    return this.#t.diagonal[this.#place(k)]!;
  }
  setD(k: number, value: number): void {
    this.#t.diagonal[this.#place(k)] = value;
  }
  /** The element between k and k + 1. */
  e(k: number): number {
    return this.#t.offDiagonal[this.#backwards ? this.#size - 2 - k : k]!;
  }
  setE(k: number, value: number): void {
    this.#t.offDiagonal[this.#backwards ? this.#size - 2 - k : k] = value;
  }
  /** The rotation of a QL step on k and k + 1. */
  turn(k: number, c: number, s: number): void {
    if (this.#backwards) turn(this.#t.basis, this.#size, this.#size - 2 - k, c, s);
    else turn(this.#t.basis, this.#size, k, c, -s);
  }
  /** Solves the block of k and k + 1. */
  solvePair(k: number): void {
    const [low, high] = this.#backwards ? [this.d(k + 1), this.d(k)] : [this.d(k), this.d(k + 1)];
    const { first, second, cosine, sine } = solveTwo(low, this.e(k), high);
    turn(this.#t.basis, this.#size, this.#backwards ? this.#size - 2 - k : k, cosine, sine);
    this.setD(k, this.#backwards ? second : first);
    this.setD(k + 1, this.#backwards ? first : second);
    this.setE(k, 0);
  }
}

/** Where the block that begins at l ends: before the first element between two that is negligible. */
function splitFrom(block: Block, l: number, end: number, { epsilon, safeMinimum }: Precision): number {
  for (let m = l; m < end; m++) {
    if (block.e(m) ** 2 <= epsilon ** 2 * Math.abs(block.d(m)) * Math.abs(block.d(m + 1)) + safeMinimum) return m;
  }
  return end;
}

/** One QL step on the places l to m, with Wilkinson's shift. */
function step(block: Block, l: number, m: number): void {
  const between = block.e(l);
  const slope = (block.d(l + 1) - block.d(l)) / (2 * between);
  let g = block.d(m) - block.d(l) + between / (slope + signOf(Math.hypot(slope, 1), slope));
  let [c, s, p] = [1, 1, 0];
  const turns: (readonly [number, number])[] = [];
  for (let i = m - 1; i >= l; i--) {
    const f = s * block.e(i);
    const b = c * block.e(i);
    const found = rotation(g, f);
    ({ c, s } = found);
    if (i !== m - 1) block.setE(i + 1, found.r);
    g = block.d(i + 1) - p;
    const r = (block.d(i) - g) * s + 2 * c * b;
    p = s * r;
    block.setD(i + 1, g + p);
    g = c * r - b;
    turns.push([c, s]);
  }
  turns.forEach(([cosine, sine], k) => block.turn(m - 1 - k, cosine, sine));
  block.setD(l, block.d(l) - p);
  block.setE(l, g);
}

/** Diagonalises the places l to end; false where it takes too many steps. */
function diagonalizeBlock(block: Block, first: number, end: number, budget: { steps: number }, precision: Precision): boolean {
  let l = first;
  while (l <= end) {
    const m = splitFrom(block, l, end, precision);
    if (m < end) block.setE(m, 0);
    if (m === l) l += 1;
    else if (m === l + 1) {
      block.solvePair(l);
      l += 2;
    } else {
      if (budget.steps-- === 0) return false;
      step(block, l, m);
    }
  }
  return true;
}

/** Ascending, by exchanges of the smallest to the front (as dsteqr does). */
function sortAscending({ diagonal, basis }: Tridiagonal): void {
  const size = diagonal.length;
  for (let i = 0; i < size - 1; i++) {
    let smallest = i;
    for (let j = i + 1; j < size; j++) if (diagonal[j]! < diagonal[smallest]!) smallest = j;
    if (smallest === i) continue;
    const [value, row] = [diagonal[i]!, basis.slice(i * size, (i + 1) * size)];
    diagonal[i] = diagonal[smallest]!;
    diagonal[smallest] = value;
    basis.copyWithin(i * size, smallest * size, (smallest + 1) * size);
    basis.set(row, smallest * size);
  }
}

/** Makes T diagonal, ascending, turning the basis along; false where it does not converge. */
export function diagonalize(t: Tridiagonal, precision: Precision): boolean {
  const { diagonal, offDiagonal } = t;
  const size = diagonal.length;
  const budget = { steps: size * stepsPerValue };
  let first = 0;
  while (first < size) {
    let end = first;
    while (end < size - 1 && Math.abs(offDiagonal[end]!) > Math.sqrt(Math.abs(diagonal[end]!)) * Math.sqrt(Math.abs(diagonal[end + 1]!)) * precision.epsilon) end++;
    if (end < size - 1) offDiagonal[end] = 0;
    // Small elements first: from the end at which they stand.
    const backwards = Math.abs(diagonal[end]!) < Math.abs(diagonal[first]!);
    const block = new Block(t, backwards);
    const [from, to] = backwards ? [size - 1 - end, size - 1 - first] : [first, end];
    if (!diagonalizeBlock(block, from, to, budget, precision)) return false;
    first = end + 1;
  }
  sortAscending(t);
  return true;
}
