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

/** The composites that the eager executor computes by a kernel, by name. */
export const compositeKernels = {
  'linalg.cholesky': choleskyKernel,
  'linalg.eigh': eighKernel,
  'linalg.jacobi': jacobiKernel,
  'linalg.lu': luKernel,
  'linalg.qr': qrKernel,
  'linalg.triangularSolve': triangularSolveKernel,
} as const satisfies Readonly<Record<string, CompositeKernel>>;

export type KernelComposite = keyof typeof compositeKernels;

export const hasCompositeKernel = (name: string): name is KernelComposite => Object.hasOwn(compositeKernels, name);
