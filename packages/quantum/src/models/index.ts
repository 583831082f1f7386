/** Models of log psi (`nk.models`). Some share their names with blocks and layers, so they stand in a namespace. */
export { ARNNConv1D, FastARNNConv1D } from '../autoregressive/arnn-conv-1d.js';
export { ARNNConv2D, FastARNNConv2D } from '../autoregressive/arnn-conv-2d.js';
export { ARNNDense, FastARNNDense } from '../autoregressive/arnn-dense.js';
export { AutoregressiveModel, type SiteLayer, type SiteLayerAttributes } from '../autoregressive/model.js';
export { DeepSetMLP } from './deep-set-mlp.js';
export { Gaussian } from './gaussian.js';
export { Jastrow } from './jastrow.js';
export { MLP } from './mlp.js';
export { RBM } from './rbm.js';
export { RBMMultiVal } from './rbm-multi-val.js';
export { RBMSymm } from './rbm-symm.js';
