import { ApplyModuleInvalidMethodError } from '../errors/module-errors.js';
import type { Module } from './module.js';
import { wrappedMethods } from './run-method.js';
import { isModule, stateOf } from './state.js';

/** A method in the form in which it is run: the module first. */
export type ModuleFunction = (module: Module, ...args: readonly unknown[]) => unknown;

type AnyFunction = (...args: unknown[]) => unknown;

const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function';

/** The names of the functions that a module's classes define. */
function methodNames(module: Module, base: object): string[] {
  const names = new Set<string>();
  for (let at: unknown = Object.getPrototypeOf(module); typeof at === 'object' && at !== null && at !== base; at = Object.getPrototypeOf(at)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
    }
  }
  return [...names];
}

/** @throws ApplyModuleInvalidMethodError where `method` is neither the name of something that can be called nor a function */
export function resolveMethod(module: Module, method: unknown, base: object): ModuleFunction {
  const invalid = (): ApplyModuleInvalidMethodError =>
    new ApplyModuleInvalidMethodError(stateOf(module).info.name, method, methodNames(module, base));
  if (isFunction(method)) return fromFunction(method);
  if (typeof method !== 'string' || method in Object.prototype) throw invalid();
  const found: unknown = Reflect.get(module, method);
  if (isFunction(found)) return (bound, ...args) => Reflect.apply(Reflect.get(bound, method), bound, args) as unknown;
  if (isModule(found)) return (bound, ...args) => callSubmodule(Reflect.get(bound, method), args, invalid);
  throw invalid();
}

/** A wrapped method, such as `model.encode`, gets the module as `this`; another function as its first argument. */
function fromFunction(method: AnyFunction): ModuleFunction {
  if (wrappedMethods.has(method)) return (module, ...args) => Reflect.apply(method, module, args);
  return (module, ...args) => method(module, ...args);
}

function callSubmodule(submodule: unknown, args: readonly unknown[], invalid: () => Error): unknown {
  const call: unknown = isModule(submodule) ? Reflect.get(submodule, 'call') : undefined;
  if (!isFunction(call)) throw invalid();
  return Reflect.apply(call, submodule, args);
}
