import { scan } from '../../control/scan.js';
import { ArgumentError, TransformError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { iota, zeros } from '../create.js';
import { add, sub } from '../elementwise.js';
import { dynamicSlice } from '../indexing.js';
import { concatenate, sliceAxis } from '../shape.js';
import { tril, triu } from '../triangle.js';
import { productOf, reflect, reflectionOf } from './householder.js';
import { flattenLeading, identityLike, inFloat, leadingOf, matrixFunction, requireMatrices, transposed } from './matrices.js';
import { solveTriangle } from './triangular-solve.js';

export type QrMode = 'reduced' | 'complete' | 'r';

export interface QrOptions {
  /** `complete` gives all m columns of Q, `r` R alone. */
  readonly mode?: QrMode;
}

const modes: readonly QrMode[] = ['reduced', 'complete', 'r'];

/**
 * Q (..., m, k) with orthonormal columns and R (..., k, n), upper triangular, with x = Q R for matrices x (..., m, n), by Householder reflections as
 * LAPACK has them: an element on the diagonal of R has the sign opposite to what the reflections before left there (jnp.linalg.qr).
 * k is min(m, n); with the mode `complete` m. The mode `r` gives R alone. Differentiable in both modes where the first k columns are
 * independent, but for `complete` of more rows than columns, whose last columns are not determined.
 * @throws ShapeError if x has no two axes of known size, ArgumentError; TransformError from the derivative of `complete`.
 */
export function qr(x: TensorLike, options?: { readonly mode?: 'reduced' | 'complete' }): [Tensor, Tensor];
export function qr(x: TensorLike, options: { readonly mode: 'r' }): Tensor;
export function qr(x: TensorLike, options?: QrOptions): [Tensor, Tensor] | Tensor;
export function qr(x: TensorLike, { mode = 'reduced' }: QrOptions = {}): [Tensor, Tensor] | Tensor {
  if (!modes.includes(mode)) throw new ArgumentError('qr', 'mode', `must be ${modes.map((one) => `'${one}'`).join(', ')}, found ${JSON.stringify(mode)}`);
  const [q, r] = inFloat('qr', [x], (matrix) => {
    requireMatrices('qr', matrix!);
    return orthogonalize(matrix!, { complete: mode === 'complete' });
  });
  return mode === 'r' ? r! : [q!, r!];
}

/** Q and R of matrices of one floating dtype. */
export function orthogonalize(matrix: Tensor, { complete = false }: { readonly complete?: boolean } = {}): [Tensor, Tensor] {
  const { rows, columns } = requireMatrices('qr', matrix);
  const width = complete ? rows : Math.min(rows, columns);
  const [q, r] = matrixFunction('linalg.qr', [matrix], (a) => factor(a, width), {
    attributes: { complete },
    jvp: ([a], [tangent], [basis, triangle]) => {
      if (complete && rows > columns) throw new TransformError('derivative', 'qr', 'of the mode `complete` is not determined where there are more rows than columns; use the mode `reduced`');
      return tangent ? derivative({ matrix: a!, tangent, basis: basis!, triangle: triangle! }) : [null, null];
    },
  });
  return [q!, r!];
}

interface Factored {
  readonly matrix: Tensor;
  readonly tangent: Tensor;
  readonly basis: Tensor;
  readonly triangle: Tensor;
}

/**
 * With M = transpose(Q) dA R^-1 and W the antisymmetric matrix with the lower triangle of M: dR = (M - W) R, dQ = Q (W - M) + dA R^-1
 * (S. Walter, L. Lehmann, R. Lamour, "On evaluating higher-order derivatives of the QR decomposition of tall matrices", 2012).
 * Of more columns than rows, the first ones give Q.
 */
function derivative({ matrix, tangent, basis, triangle }: Factored): [Tensor, Tensor] {
  const [rows, columns] = matrix.shape.slice(-2) as [number, number];
  if (rows < columns) {
    const [first, rest] = [(x: Tensor): Tensor => sliceAxis(x, -1, 0, rows), (x: Tensor): Tensor => sliceAxis(x, -1, rows, columns)];
    const [dq, dr] = derivative({ matrix: first(matrix), tangent: first(tangent), basis, triangle: first(triangle) });
    return [dq, concatenate([dr, add(matmul(transposed(dq), rest(matrix)), matmul(transposed(basis), rest(tangent)))], -1)];
  }
  const scaled = transposed(solveTriangle(transposed(triangle), transposed(tangent), { lower: true }));
  const inner = matmul(transposed(basis), scaled);
  const below = tril(inner, -1);
  const upper = sub(inner, sub(below, transposed(below)));
  return [sub(scaled, matmul(basis, upper)), matmul(upper, triangle)];
}

/** Column by column; R is left of the matrix itself, Q is the product of the reflections. */
function factor(x: Tensor, width: number): Tensor[] {
  const { flat, batch, restore } = flattenLeading(x);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  if (rows === 0 || columns === 0) return [identityLike(x, width, rows), zeros([...leadingOf(x), width, columns], x.dtype)];
  const step = (rest: Tensor, j: Tensor): [Tensor, { vector: Tensor; tau: Tensor }] => {
    const { vector, tau } = reflectionOf(dynamicSlice(rest, [0, 0, j], [batch, rows, 1]), j);
    return [reflect(rest, { vector, tau }), { vector, tau }];
  };
  const [reduced, reflections] = scan(step, flat, iota('int32', [Math.min(rows, columns)]));
  return [restore(productOf(reflections, width)), restore(triu(sliceAxis(reduced, -2, 0, width)))];
}
