export { cholesky, type CholeskyOptions } from './cholesky.js';
export { det, slogdet } from './determinant.js';
export { lu, luFactor, luPivotsToPermutation } from './lu.js';
export { eigh, eigvalsh, type EighOptions } from './eigh.js';
export { qr, type QrMode, type QrOptions } from './qr.js';
export { choSolve, inv, luSolve, solve, solveTriangular, type SolveTriangularOptions } from './solve.js';
