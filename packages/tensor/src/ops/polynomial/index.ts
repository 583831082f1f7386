export { polydiv, type PolynomialDivisionOptions } from './divide.js';
export { poly, polyfit, type PolyfitOptions } from './fit.js';
export { interp, type InterpOptions } from './interp.js';
export { convolve, correlate, polyadd, polyder, polyint, polymul, polysub, polyval, type ConvolutionMode } from './polynomial.js';
