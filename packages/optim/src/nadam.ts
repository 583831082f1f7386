import type { DecayState } from './add-decayed-weights.js';
import { adam, adamw, type AdamWOptions } from './adam.js';
import type { LearningRate, RateState } from './learning-rate.js';
import type { AdamOptions, AdamState } from './scale-by-adam.js';
import type { GradientTransformation } from './transformation.js';

/** Adam with Nesterov's momentum (Optax: `nadam`; Dozat, 2016). @throws ArgumentError */
export const nadam = (learningRate: LearningRate, options: Omit<AdamOptions, 'nesterov'> = {}): GradientTransformation<readonly [AdamState, RateState]> =>
  adam(learningRate, { ...options, nesterov: true });

/** `adamw` with Nesterov's momentum (Optax: `nadamw`). @throws ArgumentError; `update` throws MissingParamsError */
export const nadamw = (learningRate: LearningRate, options: Omit<AdamWOptions, 'nesterov'> = {}): GradientTransformation<readonly [AdamState, DecayState, RateState]> =>
  adamw(learningRate, { ...options, nesterov: true });
