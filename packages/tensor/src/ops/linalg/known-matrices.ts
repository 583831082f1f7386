/** Matrices of a size, whose elements are known numbers (jax.scipy.linalg). Exact where the numbers are whole and the dtype holds them. */
import type { Dtype } from '../../dtype/dtype.js';
import { ArgumentError } from '../../errors/errors.js';
import { tensor } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ComplexPair } from '../fft/complex-pair.js';

function requireSize(operation: string, n: number, least = 0): void {
  if (!Number.isInteger(n) || n < least) throw new ArgumentError(operation, 'n', `must be a whole number from ${least} on, found ${n}`);
}

function matrix(rows: number, columns: number, dtype: Dtype, element: (i: number, j: number) => number): Tensor {
  return tensor(Float64Array.from({ length: rows * columns }, (_, k) => element(Math.floor(k / columns), k % columns)), { shape: [rows, columns], dtype });
}

/** How many ways there are to take k of n things. */
function ways(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let product = 1n;
  for (let i = 1n; i <= BigInt(k); i++) product = (product * (BigInt(n) - i + 1n)) / i;
  return Number(product);
}

const sign = (power: number): number => (power % 2 === 0 ? 1 : -1);

/** The Hilbert matrix (n, n) of 1 / (i + j + 1) (jax.scipy.linalg.hilbert). @throws ArgumentError */
export function hilbert(n: number, dtype: Dtype = 'float32'): Tensor {
  requireSize('hilbert', n);
  return matrix(n, n, dtype, (i, j) => 1 / (i + j + 1));
}

/** The inverse of the Hilbert matrix, of whole numbers (jax.scipy.linalg.invhilbert). @throws ArgumentError */
export function invhilbert(n: number, dtype: Dtype = 'float32'): Tensor {
  requireSize('invhilbert', n);
  return matrix(n, n, dtype, (i, j) => sign(i + j) * (i + j + 1) * ways(n + i, n - j - 1) * ways(n + j, n - i - 1) * ways(i + j, i) ** 2);
}

export type PascalKind = 'symmetric' | 'lower' | 'upper';

function requireKind(operation: string, kind: PascalKind): void {
  if (!['symmetric', 'lower', 'upper'].includes(kind)) throw new ArgumentError(operation, 'kind', `must be 'symmetric', 'lower' or 'upper', found ${JSON.stringify(kind)}`);
}

/** The Pascal matrix (n, n): symmetric, the numbers i + j over i, or one of its triangular factors (jax.scipy.linalg.pascal). @throws ArgumentError */
export function pascal(n: number, { kind = 'symmetric', dtype = 'float32' }: { readonly kind?: PascalKind; readonly dtype?: Dtype } = {}): Tensor {
  requireSize('pascal', n);
  requireKind('pascal', kind);
  return matrix(n, n, dtype, (i, j) => (kind === 'symmetric' ? ways(i + j, i) : kind === 'lower' ? ways(i, j) : ways(j, i)));
}

/** The inverse of the Pascal matrix of that kind, of whole numbers (jax.scipy.linalg.invpascal). @throws ArgumentError */
export function invpascal(n: number, { kind = 'symmetric', dtype = 'float32' }: { readonly kind?: PascalKind; readonly dtype?: Dtype } = {}): Tensor {
  requireSize('invpascal', n);
  requireKind('invpascal', kind);
  const lower = (i: number, j: number): number => sign(i + j) * ways(i, j);
  const product = (i: number, j: number): number => Array.from({ length: n }, (_, k) => lower(k, i) * lower(k, j)).reduce((sum, one) => sum + one, 0);
  return matrix(n, n, dtype, (i, j) => (kind === 'symmetric' ? product(i, j) : kind === 'lower' ? lower(i, j) : lower(j, i)));
}

/** The Hadamard matrix (n, n) of ones and minus ones, by Sylvester's construction (jax.scipy.linalg.hadamard). @throws ArgumentError where n is no power of 2 */
export function hadamard(n: number, dtype: Dtype = 'int32'): Tensor {
  if (!Number.isInteger(Math.log2(n))) throw new ArgumentError('hadamard', 'n', `must be a power of 2, found ${n}`);
  const bits = (k: number): number => (k === 0 ? 0 : (k & 1) + bits(k >> 1));
  return matrix(n, n, dtype, (i, j) => sign(bits(i & j)));
}

/** The Helmert matrix (n - 1, n), whose rows are orthonormal and orthogonal to the ones; with `full` (n, n), those in front (jax.scipy.linalg.helmert). @throws ArgumentError */
export function helmert(n: number, { full = false, dtype = 'float32' }: { readonly full?: boolean; readonly dtype?: Dtype } = {}): Tensor {
  requireSize('helmert', n, 1);
  const row = (k: number, j: number): number => (j < k ? 1 : j === k ? -k : 0) / Math.sqrt(k * (k + 1));
  return full ? matrix(n, n, dtype, (i, j) => (i === 0 ? 1 / Math.sqrt(n) : row(i, j))) : matrix(n - 1, n, dtype, (i, j) => row(i + 1, j));
}

/**
 * The matrix (n, n) by which a vector is multiplied for its discrete Fourier transform, over sqrt(n) or n with a `scale` (jax.scipy.linalg.dft), as a pair of its real
 * and its imaginary part.
 * @throws ArgumentError
 */
export function dft(n: number, { scale, dtype = 'float32' }: { readonly scale?: 'sqrtn' | 'n'; readonly dtype?: Dtype } = {}): ComplexPair {
  requireSize('dft', n);
  if (scale !== undefined && scale !== 'sqrtn' && scale !== 'n') throw new ArgumentError('dft', 'scale', `must be 'sqrtn' or 'n', found ${JSON.stringify(scale)}`);
  const divisor = scale === undefined ? 1 : scale === 'n' ? n : Math.sqrt(n);
  // The product of the indices less whole turns is exact.
  const angle = (i: number, j: number): number => (-2 * Math.PI * ((i * j) % n)) / n;
  return { real: matrix(n, n, dtype, (i, j) => Math.cos(angle(i, j)) / divisor), imag: matrix(n, n, dtype, (i, j) => Math.sin(angle(i, j)) / divisor) };
}
