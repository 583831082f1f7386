import type { CaseOptimizer, CaseSchedule } from '../cases.js';
import { CaseFormatError, MissingError } from '../errors.js';
import { isObject, mapEntries, type Value } from '../values.js';
import { type Library, lookUp, requireFunction } from './library.js';

/** A transformation of gradients, as the runner uses it. */
export interface Optimizer {
  init(params: Value): Value;
  update(gradients: Value, state: Value, params: Value): readonly [updates: Value, state: Value];
}

/** The optimizer that a case describes. @throws MissingError where the library lacks it or its schedule. */
export function makeOptimizer(spec: CaseOptimizer, library: Library): Optimizer {
  if ('chain' in spec) {
    const parts = (spec.chain as readonly CaseOptimizer[]).map((part) => makeOptimizer(part, library));
    return requireFunction([library.optim], 'chain')(...parts) as Optimizer;
  }
  const { name, ...attributes } = spec;
  const options = mapEntries(attributes, (value) => (isSchedule(value) ? makeSchedule(value, library) : value));
  return callOptimizer(requireFunction([library.optim], name), name, options) as Optimizer;
}

/** Optimizers with a learning rate take it first, as in Optax; the others take their one number, or nothing, first. */
const firstArgument: Readonly<Record<string, string>> = { clip: 'maxDelta', clipByGlobalNorm: 'maxNorm', addDecayedWeights: 'weightDecay' };

function callOptimizer(make: (...args: readonly unknown[]) => unknown, name: string, options: Readonly<Record<string, unknown>>): unknown {
  const first = firstArgument[name] ?? 'learningRate';
  const { [first]: value, ...rest } = options;
  return Object.keys(rest).length === 0 ? make(value) : make(value, rest);
}

const isSchedule = (value: unknown): value is CaseSchedule => isObject(value) && typeof value['schedule'] === 'string';

/** Optax calls some of its schedules `..._schedule`; cases leave that off. */
function makeSchedule({ schedule, ...options }: CaseSchedule, library: Library): unknown {
  const name = [schedule, `${schedule}Schedule`].find((candidate) => typeof lookUp(library.optim, candidate) === 'function');
  if (name === undefined) throw new MissingError(schedule);
  return requireFunction([library.optim], name)(options);
}

/** The state dict of an optimizer's state, as Flax writes it: arrays by index as text, fields under their names. */
export function stateDict(state: unknown): Value {
  if (Array.isArray(state)) return Object.fromEntries(state.map((part: unknown, i) => [String(i), stateDict(part)]));
  if (!isObject(state)) {
    if (typeof state === 'function') throw new CaseFormatError('an optimizer keeps a function as its state');
    return state as Value;
  }
  return mapEntries(state, stateDict);
}
