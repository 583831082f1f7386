/**
 * What happens when somebody reads, sets or declares a property of a module. Modules are proxies for three reasons that nothing
 * else in JavaScript serves: an assignment in `setup` names a submodule, one anywhere else is an error, and reading what `setup`
 * makes runs it (docs/decisions/0001-modules-are-proxies.md).
 */
import { AssignSubModuleError, SetAttributeFrozenModuleError, SetAttributeInModuleSetupError, UnboundAttributeError } from '../errors/module-errors.js';
import { assignInSetup, runSetup } from './attach.js';
import { isModule, STATE, type ModuleState } from './state.js';

/** The state is undefined while the constructor of `Module` is at work. */
const stateBehind = (target: object): ModuleState | undefined => Reflect.get(target, STATE);

/** Reads a property that is not there: it may be one that `setup` makes. */
function readMissing(target: object, name: string): unknown {
  const state = stateBehind(target);
  if (state === undefined) return undefined;
  if (state.scope === undefined) {
    if (state.info.declaredFields.has(name)) throw new UnboundAttributeError(name, state.info.name);
    // Anything may be asked of an object (`then`, `toJSON`): only what the class declares is known to be a mistake.
    return undefined;
  }
  runSetup(state);
  return Reflect.get(target, name);
}

/** Whether the class has an accessor of this name, which then decides. */
function hasAccessor(target: object, name: PropertyKey): boolean {
  if (Object.hasOwn(target, name) || !(name in target)) return false;
  for (let at: unknown = target; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor !== undefined) return descriptor.set !== undefined || descriptor.get !== undefined;
  }
  return false;
}

export const attributeGuard: ProxyHandler<object> = {
  get(target, name, receiver) {
    // Own properties are attributes and what `setup` made: the common case, and never an accessor.
    if (Object.hasOwn(target, name)) return Reflect.get(target, name) as unknown;
    const value: unknown = Reflect.get(target, name, receiver);
    return value !== undefined || typeof name === 'symbol' || name in target ? value : readMissing(target, name);
  },

  set(target, name, value, receiver) {
    const state = stateBehind(target);
    if (state === undefined || typeof name === 'symbol' || hasAccessor(target, name)) return Reflect.set(target, name, value, receiver);
    const isAttribute = state.info.attributeNames.has(name);
    if (state.inSetup) {
      if (isAttribute) throw new SetAttributeInModuleSetupError(name, state.info.name);
      assignInSetup(state, name, value);
      return true;
    }
    if (isAttribute || state.attached) throw new SetAttributeFrozenModuleError(name, state.info.name, value);
    return Reflect.set(target, name, value);
  },

  /** Comes from class fields; assignments go to `set`. */
  defineProperty(target, name, descriptor) {
    const state = stateBehind(target);
    if (state === undefined || typeof name === 'symbol') return Reflect.defineProperty(target, name, descriptor);
    if (isModule(descriptor.value)) throw new AssignSubModuleError(descriptor.value[STATE].info.name, state.info.name);
    if (descriptor.value === undefined && descriptor.get === undefined) {
      // `encoder!: Dense;` declares what `setup` is to set, or repeats the type of an attribute.
      if (!state.info.attributeNames.has(name)) state.info.declaredFields.add(name);
      return true;
    }
    if (state.info.attributeNames.has(name)) throw new SetAttributeFrozenModuleError(name, state.info.name, descriptor.value);
    return Reflect.defineProperty(target, name, descriptor);
  },

  deleteProperty(target, name) {
    throw new SetAttributeFrozenModuleError(String(name), stateBehind(target)?.info.name ?? 'Module', undefined);
  },
};
