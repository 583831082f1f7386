export { conv, convGeneralDilated, convWithGeneralPadding, type ConvOptions } from './conv.js';
export { convGeneralDilatedLocal, convGeneralDilatedPatches, type ConvPatchesOptions } from './conv-local.js';
export { convTranspose, type ConvTransposeOptions } from './conv-transpose.js';
export { resolvePadding, type ConvPadding } from './padding.js';
