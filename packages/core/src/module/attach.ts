/** How a module finds its place: its parent, its name, its scope; and how modules that it holds are taken up. */
import { AssignSubModuleError } from '../errors/module-errors.js';
import { NameInUseError } from '../errors/scope-errors.js';
import { Scope } from '../scope/scope.js';
import { cloneModule } from './clone.js';
import { containsModule, freezeContainers, mapModules } from './containers.js';
import type { Module } from './module.js';
import { makeNameScopes } from './name-scope.js';
import { isModule, stateOf, type ModuleState } from './state.js';

/**
 * Gives a module that was just constructed, or just assigned in `setup`, its name and scope, as far as its parent says.
 * @throws AssignSubModuleError, NameInUseError
 */
export function attach(state: ModuleState): void {
  const { parent } = state;
  if (parent === null) return;
  if (parent instanceof Scope) {
    state.scope = parent;
  } else {
    const owner = stateOf(parent);
    // In `setup` a module without a name waits until it is assigned to an attribute.
    if (owner.inSetup && state.name === undefined) return;
    attachTo(owner, state);
  }
  adoptAttributes(state);
  state.attached = true;
}

function attachTo(owner: ModuleState, state: ModuleState): void {
  const { scope } = owner;
  if (scope === undefined || !owner.mayDeclare) throw new AssignSubModuleError(state.info.name, owner.info.name);
  const name = state.name ?? nextName(owner, state.info.name);
  if (scope.nameReserved(name)) throw new NameInUseError('submodule', name, owner.info.name);
  state.name = name;
  owner.children.set(name, state.module);
  state.scope = scope.push(name);
}

/** `Dense_0`, `Dense_1`, ... in the order of construction; explicit names do not move the counter. */
function nextName(owner: ModuleState, className: string): string {
  const count = owner.nameCursor.get(className) ?? 0;
  owner.nameCursor.set(className, count + 1);
  return `${className}_${count}`;
}

/** Takes up the modules among the attributes, named after them. */
function adoptAttributes(state: ModuleState): void {
  for (const name of state.info.attributeNames) {
    const value: unknown = Reflect.get(state.target, name);
    if (containsModule(value)) Reflect.defineProperty(state.target, name, { value: adopt(state, name, value) });
  }
}

/** `setup` assigns `value` to `name`: modules in it get their name and scope. */
export function assignInSetup(state: ModuleState, name: string, value: unknown): void {
  const held = containsModule(value) ? adopt(state, name, value) : freezeContainers(value);
  Reflect.defineProperty(state.target, name, { value: held, enumerable: true, configurable: true, writable: true });
}

/**
 * `value` with its modules taken up by `state`. One that belongs nowhere is copied first, the same copy for everybody under this
 * root, so that the caller's own stays unbound and what was one module stays one. One that has no name gets that of its position.
 */
function adopt(state: ModuleState, name: string, value: unknown): unknown {
  const prefix = state.info.scopeNames.get(name) ?? name;
  const waiting = new Set<ModuleState>();
  const adopted = mapModules(value, (module, suffix) => {
    const isOutside = stateOf(module).parent === null;
    const taken = isOutside ? copyOf(state, module) : module;
    const inner = stateOf(taken);
    if (inner.name === undefined) {
      const ownName = isOutside && state.info.preserveAdoptedNames ? stateOf(module).name : undefined;
      inner.parent = state.module;
      inner.name = ownName ?? `${prefix}${suffix}`;
      waiting.add(inner);
    }
    return taken;
  });
  for (const inner of waiting) attach(inner);
  return adopted;
}

function copyOf(state: ModuleState, module: Module): Module {
  const copies = state.scope!.root.adopted;
  const known = copies.get(module);
  if (isModule(known)) return known;
  const copy = cloneModule(module, { parent: null, name: undefined });
  copies.set(module, copy);
  return copy;
}

/** Runs `setup` if the module is bound and it has not run. */
export function runSetup(state: ModuleState): void {
  if (state.setupDone || state.inSetup || state.scope === undefined) return;
  if (!state.info.hasSetup && state.info.nameScopes.size === 0) {
    state.setupDone = true;
    return;
  }
  state.inSetup = true;
  try {
    const setup: unknown = Reflect.get(state.module, 'setup');
    if (typeof setup === 'function') Reflect.apply(setup, state.module, []);
    makeNameScopes(state);
  } finally {
    state.inSetup = false;
    state.setupDone = true;
  }
}
