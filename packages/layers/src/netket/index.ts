/** Layers of NetKet under NetKet's names: `netket.Dense` shares its name with Flax's. */
export { Dense } from './dense.js';
export { MaskedConv1D } from './masked-conv-1d.js';
