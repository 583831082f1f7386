/** First values of parameters, as jax.nn.initializers. */
export {
  constant, normal, ones, onesInit, truncatedNormal, uniform, zeros, zerosInit,
  type ConstantValue, type NormalOptions, type TruncatedNormalOptions, type UniformOptions,
} from './basic.js';
export { initializerFromConfig } from './from-config.js';
export { initializerConfig, type Initializer, type InitializerConfig, type JsonValue, type NamedInitializer } from './initializer.js';
export { deltaOrthogonal, orthogonal, type OrthogonalOptions } from './orthogonal.js';
export {
  glorotNormal, glorotUniform, heNormal, heUniform, kaimingNormal, kaimingUniform, lecunNormal, lecunUniform, varianceScaling, xavierNormal, xavierUniform,
  type Axes, type Distribution, type FanMode, type FanOptions,
} from './variance-scaling.js';
