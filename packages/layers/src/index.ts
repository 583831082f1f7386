export { computeDtype, promoteDtype } from './dtype.js';
export { Dense } from './linear/dense.js';
export { MaskedConv1D } from './netket/masked-conv-1d.js';
export * as netket from './netket/index.js';
export { BatchNorm, type BatchNormOptions } from './normalization/batch-norm.js';
export { PotentialMLP, type PotentialValue } from './ott/potential-mlp.js';
export { Dropout, type DropoutOptions } from './stochastic/dropout.js';
