import { currentScope } from '@flaxon/tensor';
import { InvalidRngError } from '../errors/rng-errors.js';
import { ApplyScopeInvalidVariablesStructureError, ApplyScopeInvalidVariablesTypeError } from '../errors/scope-errors.js';
import { checkFilter, inFilter, type Filter } from '../filter.js';
import { toStreams, type KeyDerivation, type Rngs } from '../rng/lazy-rng.js';
import { copyCollection, isCollection, type Collection, type Variables } from '../variables.js';
import { ScopeRoot } from './root.js';
import { Scope } from './scope.js';

export interface BindScopeOptions {
  readonly rngs?: Rngs | undefined;
  /** The collections that may be written. */
  readonly mutable?: Filter | undefined;
  /** How paths become random keys; `'flax'` by default. */
  readonly keyDerivation?: KeyDerivation | undefined;
}

/** What `apply` gives: the result alone, or with `mutable` the result and the collections that match it. */
export type WithUpdates<Y, Mutable extends Filter> = Mutable extends false ? Y : [Y, Variables];

function checkVariables(variables: unknown): asserts variables is Variables {
  if (!isCollection(variables)) throw new ApplyScopeInvalidVariablesTypeError(undefined, variables);
  for (const [name, collection] of Object.entries(variables)) {
    if (!isCollection(collection)) throw new ApplyScopeInvalidVariablesTypeError(name, collection);
  }
}

/**
 * A scope over `variables`. The caller's objects are never written to: collections that match `mutable` are copied (their
 * tensors are not), the others are shared.
 * @throws ApplyScopeInvalidVariablesTypeError, InvalidRngError, InvalidFilterError
 */
export function bindScope(variables: Variables, { rngs, mutable = false, keyDerivation }: BindScopeOptions = {}, initializing = false): Scope {
  checkVariables(variables);
  checkFilter(mutable);
  const collections: { [collection: string]: Collection } = {};
  for (const [name, collection] of Object.entries(variables)) {
    collections[name] = inFilter(mutable, name) ? copyCollection(collection) : collection;
  }
  return Scope.atRoot(new ScopeRoot(collections, mutable, initializing, currentScope()), toStreams(rngs, keyDerivation));
}

/** Runs `f` on `scope`, which is of no use afterwards. */
function runOnce<Y>(scope: Scope, f: (scope: Scope) => Y): [Y, Variables] {
  try {
    const y = f(scope);
    return [y, scope.mutableVariables()];
  } finally {
    scope.root.valid = false;
  }
}

/**
 * `f` on a scope over `variables`: its result, and with `mutable` also the collections that match it as they are in the end,
 * written or not (Flax: `core.apply`).
 * @throws ApplyScopeInvalidVariablesTypeError, ApplyScopeInvalidVariablesStructureError, InvalidRngError, InvalidFilterError
 */
export function applyScope<Y, const Mutable extends Filter = false>(
  f: (scope: Scope) => Y,
  variables: Variables,
  options: BindScopeOptions & { readonly mutable?: Mutable } = {},
): WithUpdates<Y, Mutable> {
  const inner = isCollection(variables) ? variables['params'] : undefined;
  const innermost = isCollection(inner) ? inner['params'] : undefined;
  if (isCollection(innermost)) throw new ApplyScopeInvalidVariablesStructureError();
  const [y, updates] = runOnce(bindScope(variables, options), f);
  const { mutable = false } = options;
  return (mutable === false ? y : [y, updates]) as WithUpdates<Y, Mutable>;
}

/**
 * `f` on an empty scope that makes variables: its result and the variables (Flax: `core.init`).
 * @throws InvalidRngError, InvalidFilterError
 */
export function initScope<Y>(
  f: (scope: Scope) => Y,
  rngs: Rngs,
  { mutable = true, keyDerivation }: Pick<BindScopeOptions, 'mutable' | 'keyDerivation'> = {},
): [Y, Variables] {
  // `undefined` stands for no keys elsewhere; here it can only be a mistake.
  if (rngs === undefined) throw InvalidRngError.notKeys(rngs);
  return runOnce(bindScope({}, { rngs, mutable, keyDerivation }, true), f);
}

