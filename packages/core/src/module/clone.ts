import { InvalidAttributeError, InvalidModuleClassError } from '../errors/module-errors.js';
import { parseUpdates, VALIDATED } from './attributes.js';
import { mapModules } from './containers.js';
import type { Module } from './module.js';
import { isModule, stateOf, type ModuleState, type Parent } from './state.js';

export interface CloneOptions {
  readonly parent: Parent | undefined;
  readonly name: string | undefined;
  /** Attributes that differ; they are validated. */
  readonly updates?: Readonly<Record<string, unknown>> | undefined;
  /** Attributes that hold other modules or references than the original's; they are taken as they are. */
  readonly held?: Readonly<Record<string, unknown>> | undefined;
  /** The class of the copy, where it is not that of the original: one with the same attributes. */
  readonly moduleClass?: object | undefined;
  /**
   * Given, modules among the attributes are cloned too, and what was one module stays one: the map holds the clones by their
   * originals.
   */
  readonly inner?: { readonly clones: Map<Module, Module>; readonly resetNames: boolean };
}

/** The attributes of a module, by name. */
export function attributesOf(state: ModuleState): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  for (const name of state.info.attributeNames) attributes[name] = Reflect.get(state.target, name);
  return attributes;
}

/** A module of the same class with the same attributes but for the updates. It is new: unbound, unless it gets a parent. */
export function cloneModule<M extends Module>(module: M, { parent, name, updates, held, inner, moduleClass = module.constructor }: CloneOptions): M {
  const state = stateOf(module);
  const attributes = attributesOf(state);
  if (updates !== undefined) Object.assign(attributes, parseUpdates(state.info, updates));
  Object.assign(attributes, held);
  if (inner !== undefined) {
    for (const [key, value] of Object.entries(attributes)) attributes[key] = mapModules(value, (one) => cloneInner(one, inner));
  }
  const options = { [VALIDATED]: attributes, ...(parent === undefined ? {} : { parent }), ...(name === undefined ? {} : { name }) };
  const made = construct(state, moduleClass, attributes, options);
  // A constructor of the class may have handed on something else than it was given.
  if (!isModule(made) || Object.entries(attributes).some(([key, value]) => !isHeld(made, key, value))) throw badConstructor(state);
  return made as M;
}

function construct(state: ModuleState, moduleClass: object, attributes: object, options: object): unknown {
  try {
    return Reflect.construct(moduleClass as new (...args: unknown[]) => unknown, [attributes, options]);
  } catch (error) {
    // The attributes were validated before, so that they can only have been changed on the way.
    throw error instanceof InvalidAttributeError ? badConstructor(state) : error;
  }
}

/** Whether the copy holds the value that it was given; modules are taken up as copies of their own. */
const isHeld = (made: Module, key: string, value: unknown): boolean =>
  typeof value === 'object' || Object.is(Reflect.get(stateOf(made).target, key), value);

const badConstructor = (state: ModuleState): InvalidModuleClassError =>
  new InvalidModuleClassError(
    state.info.name,
    'a constructor must take `(attributes, options)` and hand both to `super`, since modules are copied by calling it. ' +
      'For derived values use zod (`.default`, `.transform`) or a getter.',
  );

function cloneInner(module: Module, inner: NonNullable<CloneOptions['inner']>): Module {
  const known = inner.clones.get(module);
  if (known !== undefined) return known;
  const clone = cloneModule(module, { parent: null, name: inner.resetNames ? undefined : stateOf(module).name, inner });
  inner.clones.set(module, clone);
  return clone;
}
