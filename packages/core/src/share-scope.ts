import { CallShareScopeOnUnboundModuleError } from './errors/module-errors.js';
import { isModule, stateOf, type ModuleState } from './module/state.js';
import type { Module } from './module/module.js';
import type { Scope } from './scope/scope.js';

/**
 * Lets two modules keep their variables in one scope, in `setup` (Flax: `share_scope`). Where `other` is inside `module` it takes
 * `module`'s scope; otherwise `module` takes that of `other`: so a wrapper around a layer that was passed in stores its
 * parameters beside the layer's, under the name of whoever owns it.
 * @throws CallShareScopeOnUnboundModuleError, NameInUseError where both have a submodule of one name
 */
export function shareScope(module: Module, other: Module): void {
  const [a, b] = [stateOf(module), stateOf(other)];
  if (a.scope === undefined || b.scope === undefined) {
    throw new CallShareScopeOnUnboundModuleError([a, b].filter(({ scope }) => scope === undefined).map(({ info }) => info.name));
  }
  if (isInside(b.scope, a.scope)) take(b, a.scope);
  else take(a, b.scope);
}

function isInside(inner: Scope, outer: Scope): boolean {
  for (let at: Scope | undefined = inner; at !== undefined; at = at.parent) if (at === outer) return true;
  return false;
}

/** Gives the module `scope`, and moves the scopes of its submodules there. */
function take(state: ModuleState, scope: Scope): void {
  const old = state.scope;
  state.scope = scope;
  for (const child of state.children.values()) {
    const inner = isModule(child) ? stateOf(child).scope : undefined;
    if (inner !== undefined && inner.parent === old) inner.moveTo(scope);
  }
}
