export { convGeneralDilated, type ConvOptions } from './conv.js';
export { resolvePadding, type ConvPadding } from './padding.js';
