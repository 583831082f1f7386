import type { Dtype } from '@flaxon/tensor';
import { addDecayedWeights } from './add-decayed-weights.js';
import { checkOptions } from './arguments.js';
import { clipByBlockRms, scaleByParamBlockRms } from './block-rms.js';
import { chain } from './chain.js';
import { ema } from './ema.js';
import { factoredRmsOptionNames, scaleByFactoredRms, type FactoredRmsOptions } from './factored-rms.js';
import type { LearningRate } from './learning-rate.js';
import type { Mask } from './mask.js';
import { scale, scaleByLearningRate } from './scale.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

export interface AdafactorOptions extends FactoredRmsOptions {
  /** False makes the learning rate absolute; by default it is relative to the parameters. */
  readonly multiplyByParameterScale?: boolean;
  /** The root mean square that an update may have, 1 by default; null for any. */
  readonly clippingThreshold?: number | null;
  /** The decay of a mean of the updates; none by default. */
  readonly momentum?: number;
  /** The dtype of that mean, float32 by default. */
  readonly dtypeMomentum?: Dtype;
  /** The part of the parameters that is taken off besides, not times the learning rate; none by default. */
  readonly weightDecayRate?: LearningRate;
  /** Which parameters decay; all by default. */
  readonly weightDecayMask?: Mask;
}

const optionNames = [...factoredRmsOptionNames, 'multiplyByParameterScale', 'clippingThreshold', 'momentum', 'dtypeMomentum', 'weightDecayRate', 'weightDecayMask'];

/**
 * Adam's second moment in the memory of rows and columns (Optax: `adafactor`). Without a learning rate (null) updates are as large
 * as the parameters' scale says. `update` needs the parameters. State: an array, one for each part that the options ask for.
 * Source: Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", 2018.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function adafactor(learningRate: LearningRate | null = null, options: AdafactorOptions = {}): GradientTransformation<readonly OptimizerState[]> {
  checkOptions('adafactor', options, optionNames);
  const { multiplyByParameterScale = true, clippingThreshold = 1, momentum, dtypeMomentum = 'float32', weightDecayRate, weightDecayMask, ...factored } = options;
  const parts: GradientTransformation[] = [scaleByFactoredRms(factored)];
  if (clippingThreshold !== null) parts.push(clipByBlockRms(clippingThreshold));
  if (learningRate !== null) parts.push(scaleByLearningRate(learningRate, { flipSign: false }));
  if (multiplyByParameterScale) parts.push(scaleByParamBlockRms());
  if (momentum !== undefined) parts.push(ema(momentum, { debias: false, accumulatorDtype: dtypeMomentum }));
  if (weightDecayRate !== undefined) parts.push(addDecayedWeights(weightDecayRate, { mask: weightDecayMask }));
  parts.push(scale(-1));
  return chain(...parts);
}
