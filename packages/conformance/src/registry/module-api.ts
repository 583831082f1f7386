import { CaseFormatError } from '../errors.js';
import type { Value, ValueObject } from '../values.js';
import { describe } from '../values.js';

/** What the runner uses of a module, whatever its class: results are checked, so their types are left open. */
export interface ModuleInstance {
  init(rngs: Value, args: readonly unknown[], options?: Readonly<Record<string, unknown>>): Value;
  apply(variables: ValueObject, args: readonly unknown[], options?: Readonly<Record<string, unknown>>): Value;
}

/** @throws CaseFormatError where `value` is no module. */
export function asModule(value: unknown): ModuleInstance {
  if (typeof value === 'object' && value !== null && 'init' in value && 'apply' in value) return value as ModuleInstance;
  throw new CaseFormatError(`a module is needed here, found ${describe(value)}`);
}

/** Calls a method of an object. @throws TypeError where it has none of that name, as JavaScript does. */
export function callMethod(object: unknown, name: string, args: readonly unknown[]): unknown {
  const method: unknown = typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
  if (typeof method !== 'function') throw new TypeError(`${describe(object)} has no method \`${name}\``);
  return Reflect.apply(method, object, args);
}
