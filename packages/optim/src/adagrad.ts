import { checkOptions } from './arguments.js';
import { chain } from './chain.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { scaleByLearningRate } from './scale.js';
import { rssOptionNames, scaleByRss, type RssOptions, type RssState } from './scale-by-rss.js';
import type { GradientTransformation } from './transformation.js';

/**
 * Gradients divided by the root of the sum of all their squares (Optax: `adagrad`).
 * State: `[{ sum_of_squares }, rate]`, where `rate` is `{ count }` with a schedule, else `{}`.
 * Source: Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011.
 * @throws ArgumentError
 */
export function adagrad(learningRate: LearningRate, options: RssOptions = {}): GradientTransformation<readonly [RssState, RateState]> {
  checkOptions('adagrad', options, rssOptionNames);
  return chain(scaleByRss(options), scaleByLearningRate(learningRate));
}
