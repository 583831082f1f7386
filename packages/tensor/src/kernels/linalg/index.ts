import type { CallAttribute } from '../../primitives/params.js';
import type { ArrayView } from '../kernel.js';
import { choleskyKernel } from './cholesky.js';
import { eighKernel } from './eigh.js';
import { jacobiKernel } from './jacobi.js';
import { luKernel } from './lu.js';
import { qrKernel } from './qr.js';
import { triangularSolveKernel } from './triangular-solve.js';

/**
 * Computes a composite at once in the place of its decomposition. The leading axes of the operands broadcast and are equal in
 * number. A kernel never writes to its inputs.
 */
export type CompositeKernel = (inputs: readonly ArrayView[], attributes: Readonly<Record<string, CallAttribute>>) => readonly ArrayView[];

/** The factorisations and solves that the eager executor computes by a kernel, by the name of their composite. */
export const linalgKernels = {
  'linalg.cholesky': choleskyKernel,
  'linalg.eigh': eighKernel,
  'linalg.jacobi': jacobiKernel,
  'linalg.lu': luKernel,
  'linalg.qr': qrKernel,
  'linalg.triangularSolve': triangularSolveKernel,
} as const satisfies Readonly<Record<string, CompositeKernel>>;
