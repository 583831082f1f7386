/** Layers of NetKet under NetKet's names: some share theirs with Flax's, such as `netket.Dense`. */
export { logCosh, logSinh, logTanh, reim, reimRelu, reimSelu } from './activation.js';
export * as blocks from './blocks/index.js';
export { Conv } from './conv.js';
export { ConvTranspose } from './conv-transpose.js';
export { Dense } from './dense.js';
export { DenseEquivariant } from './dense-equivariant.js';
export { DenseGeneral } from './dense-general.js';
export { DenseSymm } from './dense-symm.js';
export { SymmModuleInvalidInputShape } from './errors.js';
export { FastMaskedConv1D } from './fast-masked-conv-1d.js';
export { FastMaskedConv2D } from './fast-masked-conv-2d.js';
export { FastMaskedDense1D } from './fast-masked-dense-1d.js';
export { MaskedConv1D } from './masked-conv-1d.js';
export { MaskedConv2D } from './masked-conv-2d.js';
export { MaskedDense1D } from './masked-dense-1d.js';
export { productTable } from './product-table.js';
export type { SiteIndex } from './site-cache.js';
