import { astype, scalar, Tensor, type Dtype, type Tree } from '@flaxon/tensor';
import { requireNumber } from './arguments.js';
import { increment, initialCount } from './count.js';
import { scalarDtype } from './leaves.js';
import type { LearningRate } from './learning-rate.js';
import { countOf, fieldsOf } from './state.js';
import type { CountState, ExtraArgs, GradientTransformation, OptimizerState } from './transformation.js';

/** The hyperparameters as they are now, the counts of those that are schedules, and the state of the optimiser. The names are Optax's. */
export type InjectHyperparamsState<Name extends string, State extends OptimizerState> = {
  readonly count: Tensor;
  readonly hyperparams: { readonly [N in Name]: Tensor };
  readonly hyperparams_states: { readonly [name: string]: CountState };
  readonly inner_state: State;
};

const objectOf = <Name extends string, T>(names: readonly Name[], f: (name: Name) => T): { readonly [N in Name]: T } =>
  Object.fromEntries(names.map((name) => [name, f(name)])) as { readonly [N in Name]: T };

/**
 * The optimiser that `factory` makes of hyperparameters that are part of its state: they can be read, changed between updates, saved, and
 * given to a compiled step (Optax: `inject_hyperparams`). Those that are schedules follow their count.
 * State: `{ count, hyperparams, hyperparams_states, inner_state }`.
 *
 *     const optimizer = injectHyperparams(({ learningRate }) => adam(learningRate), { learningRate: 1e-3 });
 *     let state = optimizer.init(params);
 *     state = { ...state, hyperparams: { learningRate: scalar(1e-4) } };
 * @throws ArgumentError where a hyperparameter is not a number, a tensor or a schedule
 */
export function injectHyperparams<Name extends string, State extends OptimizerState>(
  factory: (hyperparams: { readonly [N in Name]: Tensor }) => GradientTransformation<State>,
  hyperparams: { readonly [N in Name]: LearningRate },
): GradientTransformation<InjectHyperparamsState<Name, State>> {
  const names = Object.keys(hyperparams) as Name[];
  for (const name of names) {
    const given = hyperparams[name];
    if (typeof given !== 'function' && !(given instanceof Tensor)) requireNumber('injectHyperparams', name, given);
  }
  const scheduled = names.filter((name) => typeof hyperparams[name] === 'function');
  const valueOf = (name: Name, count: Tensor, dtype: Dtype): Tensor => {
    const given = hyperparams[name];
    if (typeof given === 'function') return given(count, dtype);
    return given instanceof Tensor ? astype(given, dtype) : scalar(given, dtype);
  };
  return {
    init: (params) => {
      const values = objectOf(names, (name) => valueOf(name, initialCount(), scalarDtype(params)));
      const counts = objectOf(scheduled, () => ({ count: initialCount() }));
      return { count: initialCount(), hyperparams: values, hyperparams_states: counts, inner_state: factory(values).init(params) };
    },
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, InjectHyperparamsState<Name, State>] => {
      const old = fieldsOf('injectHyperparams', state, 'hyperparams', 'hyperparams_states', 'inner_state');
      const kept = fieldsOf('injectHyperparams', old.hyperparams, ...names);
      const counts = fieldsOf('injectHyperparams', old.hyperparams_states, ...scheduled);
      const countFor = (name: Name): Tensor => countOf('injectHyperparams', counts[name]);
      const values = objectOf(names, (name) => (scheduled.includes(name) ? valueOf(name, countFor(name), (kept[name] as Tensor).dtype) : (kept[name] as Tensor)));
      const [steps, next] = factory(values).update(updates, old.inner_state, params, extraArgs);
      const after = objectOf(scheduled, (name) => ({ count: increment(countFor(name)) }));
      return [steps, { count: increment(countOf('injectHyperparams', state)), hyperparams: values, hyperparams_states: after, inner_state: next }];
    },
  };
}
