/** Networks that NetKet's models are made of (`nk.nn.blocks`). */
export { DeepSetMLP, type Pooling } from './deep-set-mlp.js';
export { MLP } from './mlp.js';
