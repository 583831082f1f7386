export { cholesky, type CholeskyOptions } from './cholesky.js';
