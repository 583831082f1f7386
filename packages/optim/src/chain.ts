import { partsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

/** The states of the parts of a chain. */
type States<Parts extends readonly GradientTransformation[]> = {
  readonly [I in keyof Parts]: Parts[I] extends GradientTransformation<infer State> ? State : never;
};

/** Transformations one after another: each gets the updates of the one before (Optax: `chain`). State: an array of theirs. */
export function chain<const Parts extends readonly GradientTransformation[]>(...parts: Parts): GradientTransformation<States<Parts>> {
  return {
    init: (params) => parts.map((part) => part.init(params)) as States<Parts> & OptimizerState,
    update: (updates, state, params, extraArgs) => {
      const states = partsOf('chain', state, parts.length);
      const next: OptimizerState[] = [];
      const transformed = parts.reduce((current, part, i) => {
        const [result, after] = part.update(current, states[i]!, params, extraArgs);
        next.push(after);
        return result;
      }, updates);
      return [transformed, next as OptimizerState as States<Parts> & OptimizerState];
    },
  };
}
