import { whileLoop } from '../../control/while-loop.js';
import type { Tensor } from '../../tensor/tensor.js';
import { add, less, logicalAnd, where } from '../elementwise.js';
import { convert } from '../operand.js';
import { any } from '../reduce.js';

/** Steps after which a series counts as converged in any case. */
const mostSteps = 2000;

export type State = readonly Tensor[];

export interface Step {
  readonly next: State;
  /** True where the next step would still change something. */
  readonly goesOn: Tensor;
}

/** Steps of all elements until none of them goes on; an element that is done stays as it is. `count` is 1 in the first step. */
export function iterate(step: (state: State, count: Tensor) => Step, start: State, active: Tensor): State {
  const [, , ...found] = whileLoop<State>(
    ([count, going]) => logicalAnd(any(going!), less(count!, mostSteps)),
    ([count, going, ...state]) => {
      const steps = add(count!, 1);
      const { next, goesOn } = step(state, steps);
      return [steps, logicalAnd(going!, goesOn), ...next.map((value, i) => where(going!, value, state[i]!))];
    },
    [convert(0, 'float64'), active, ...start],
  );
  return found;
}
