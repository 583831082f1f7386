import { add, div, greater, sqrt, square, where, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { mapLeaves } from './leaves.js';
import { castLike, filled } from './moments.js';
import { fieldsOf } from './state.js';
import type { GradientTransformation } from './transformation.js';

export interface RssOptions {
  /** The sum of squares before the first update, 0.1 by default. */
  readonly initialAccumulatorValue?: number;
  /** Added under the root, 1e-7 by default. */
  readonly eps?: number;
}

export const rssOptionNames = ['initialAccumulatorValue', 'eps'];

/** The sum of the squares of all gradients so far, a tree like the parameters. The name is Optax's, also in what is saved. */
export type RssState = { readonly sum_of_squares: Tree<Tensor> };

/**
 * Updates divided by the root of the sum of all their squares (Optax: `scale_by_rss`). State: `{ sum_of_squares }`.
 * Source: Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011.
 * @throws ArgumentError
 */
export function scaleByRss(options: RssOptions = {}): GradientTransformation<RssState> {
  checkOptions('scaleByRss', options, rssOptionNames);
  const { initialAccumulatorValue = 0.1, eps = 1e-7 } = options;
  requireNumbers('scaleByRss', { initialAccumulatorValue, eps });
  /** 0 where there never was a gradient: there, without `eps`, it would be 0 / 0. */
  const direction = (g: Tensor, total: Tensor): Tensor => {
    const quotient = div(g, sqrt(eps === 0 ? total : add(total, eps)));
    return eps > 0 ? quotient : where(greater(total, 0), quotient, 0);
  };
  return {
    init: (params) => ({ sum_of_squares: filled(params, initialAccumulatorValue) }),
    update: (updates, state) => {
      const old = fieldsOf('scaleByRss', state, 'sum_of_squares').sum_of_squares;
      const total = mapLeaves('scaleByRss', (g, sum) => add(square(g), sum), updates, old);
      return [mapLeaves('scaleByRss', direction, updates, total), { sum_of_squares: castLike('scaleByRss', total, old) }];
    },
  };
}
