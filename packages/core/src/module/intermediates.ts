import { add, tree, zerosLike, type Tensor } from '@flaxon/tensor';
import { MissingPerturbationError, UnboundModuleError } from '../errors/module-errors.js';
import type { Scope } from '../scope/scope.js';
import type { VariableValue } from '../variables.js';
import type { ModuleState } from './state.js';

/** How `sow` keeps several values under one name. */
export interface SowOptions<Kept = unknown, Value = unknown> {
  /** What is kept before the first value; an empty array by default. */
  readonly init?: () => Kept;
  /** What is kept after a value; appends it to the array by default. */
  readonly reduce?: (kept: Kept, value: Value) => Kept;
}

const append = (kept: unknown, value: unknown): unknown => [...(Array.isArray(kept) ? (kept as unknown[]) : [kept]), value];

/** Stores `value` under `name`, if the collection is mutable. Returns whether it is. @throws NameInUseError */
export function sow<Kept, Value>(state: ModuleState, collection: string, name: string, value: Value, options: SowOptions<Kept, Value> = {}): boolean {
  const scope = scopeOf(state, 'sow');
  if (!scope.isMutableCollection(collection)) return false;
  const { init = () => [], reduce = append } = options;
  const isNew = !scope.hasVariable(collection, name);
  if (isNew) reserve(state, scope, collection, name);
  const kept = isNew ? init() : scope.getVariable(collection, name);
  // What is kept is what `init` and `reduce` made; that they make trees is for the caller to see to.
  scope.putVariable(collection, name, reduce(kept as Kept, value) as VariableValue);
  return true;
}

/**
 * `value` plus the variable `name` of `collection`: zeros, which `init` makes, so that their gradient is that of an intermediate
 * value. Without the collection, `value` as it is.
 * @throws MissingPerturbationError where the collection is there and lacks the variable
 */
export function perturb<T extends VariableValue>(state: ModuleState, name: string, value: T, collection: string): T {
  const scope = scopeOf(state, 'perturb');
  if (scope.isMutableCollection(collection) && !scope.hasVariable(collection, name)) {
    reserve(state, scope, collection, name);
    scope.putVariable(collection, name, tree.map((leaf: Tensor) => zerosLike(leaf), value));
  }
  if (!Object.hasOwn(scope.root.collections, collection)) return value;
  const perturbation = scope.getVariable(collection, name);
  if (perturbation === undefined) throw new MissingPerturbationError(collection, name, scope.pathText);
  return tree.map((leaf: Tensor, added: Tensor) => add(leaf, added), value, perturbation) as T;
}

function reserve(state: ModuleState, scope: Scope, collection: string, name: string): void {
  scope.reserve(name, collection, state.info.name);
  state.children.set(name, collection);
}

function scopeOf(state: ModuleState, action: string): Scope {
  if (state.scope === undefined) throw new UnboundModuleError(action, state.info.name);
  return state.scope;
}
