export { erfc } from './error-function.js';
export { cbrt } from './roots.js';
