/** Pools under Flax's names (`nn.avg_pool`, ...), which are functions of tensors with channels last. */
export { avgPool, maxPool, minPool, pool, type AveragePoolOptions, type PoolOptions } from '@flaxon/tensor';
