import { tree } from '@flaxon/tensor';
import { z } from 'zod';
import { InvalidModuleClassError } from '../errors/module-errors.js';
import type { AttributeShape } from './define.js';
import { wrapInNameScope, wrapMethod, wrappedMethods } from './run-method.js';

/** A class of modules, as far as this file needs to know it. */
export interface AnyModuleClass {
  readonly name: string;
  readonly prototype: object;
  readonly attributes: AttributeShape;
}

/** What is worked out once for a class, when its first module is constructed. */
export interface ClassInfo {
  /** The class that all modules extend. */
  readonly base: object;
  /** The name in automatic names: `static moduleName`, or the name of the class. */
  readonly name: string;
  readonly shape: AttributeShape;
  readonly schema: z.ZodObject<AttributeShape, z.core.$strict>;
  readonly attributeNames: ReadonlySet<string>;
  readonly hasSetup: boolean;
  /** `static compactNameScope`: methods whose submodules belong to a submodule that is named after the method. */
  readonly nameScopes: ReadonlySet<string>;
  /** `static preserveAdoptedNames`: a module given as an attribute keeps the name it was constructed with. */
  readonly preserveAdoptedNames: boolean;
  /** `static scopeNames`: the names of modules in some attributes, where they are not those of the attributes. */
  readonly scopeNames: ReadonlyMap<string, string>;
  /** Class fields without a value, such as `encoder!: Dense`: what `setup` is to set. */
  readonly declaredFields: Set<string>;
}

const known = new WeakMap<object, ClassInfo>();

/** What is known of `moduleClass`, whose methods are wrapped now if they were not before. `base` is `Module`. */
export function classInfo(moduleClass: AnyModuleClass, base: object): ClassInfo {
  return known.get(moduleClass) ?? prepare(moduleClass, base);
}

/** The name of a class in automatic names. A minified bundle renames classes: `static moduleName` does not change. */
export function moduleClassName(moduleClass: { readonly name: string }): string {
  const given: unknown = Object.hasOwn(moduleClass, 'moduleName') ? Reflect.get(moduleClass, 'moduleName') : undefined;
  if (typeof given === 'string') return given;
  return moduleClass.name === '' ? 'Module' : moduleClass.name;
}

function prepare(moduleClass: AnyModuleClass, base: object): ClassInfo {
  for (let prototype: unknown = moduleClass.prototype; isBelow(prototype, base); prototype = Object.getPrototypeOf(prototype)) {
    wrapOwnMethods(prototype);
  }
  for (const key of listKeys) checkNames(moduleClass, key);
  const shape = moduleClass.attributes;
  const info: ClassInfo = {
    base: base.constructor,
    name: moduleClassName(moduleClass),
    shape,
    schema: z.strictObject(shape),
    attributeNames: new Set(Object.keys(shape)),
    hasSetup: 'setup' in moduleClass.prototype,
    nameScopes: listedNames(moduleClass, 'compactNameScope'),
    preserveAdoptedNames: Reflect.get(moduleClass, 'preserveAdoptedNames') === true,
    scopeNames: scopeNames(moduleClass),
    declaredFields: new Set(),
  };
  known.set(moduleClass, info);
  return info;
}

/** `{ attribute: name }` of the class and of those it extends. */
function scopeNames(moduleClass: AnyModuleClass): Map<string, string> {
  const names = new Map<string, string>();
  for (let at: unknown = moduleClass; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    const listed: unknown = Object.hasOwn(at, 'scopeNames') ? Reflect.get(at, 'scopeNames') : {};
    if (!tree.isRecord(listed) || Object.values(listed).some((name) => typeof name !== 'string')) {
      throw new InvalidModuleClassError(moduleClassName(moduleClass), "`static scopeNames` must give names by attribute, such as `{ forwardRnn: 'forward_rnn' }`.");
    }
    // What the class itself says counts more.
    for (const [attribute, name] of Object.entries(listed)) if (!names.has(attribute)) names.set(attribute, String(name));
  }
  return names;
}

const isBelow = (prototype: unknown, base: object): prototype is object =>
  typeof prototype === 'object' && prototype !== null && prototype !== base;

/** What a class may list methods under. */
const listKeys = ['compact', 'compactNameScope', 'nowrap'] as const;
type ListKey = (typeof listKeys)[number];

/** The names listed by `static <key>` in the class or one it extends. */
function listedNames(moduleClass: unknown, key: ListKey): Set<string> {
  const names = new Set<string>();
  for (let at: unknown = moduleClass; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    const listed: unknown = Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
    if (Array.isArray(listed)) for (const name of listed) if (typeof name === 'string') names.add(name);
  }
  return names;
}

/** A class can say so of its own methods only: those that it inherits are wrapped as their class says. */
function checkNames(moduleClass: AnyModuleClass, key: ListKey): void {
  const inherited = listedNames(Object.getPrototypeOf(moduleClass), key);
  for (const name of listedNames(moduleClass, key)) {
    if (!Object.hasOwn(moduleClass.prototype, name) && !inherited.has(name)) {
      throw new InvalidModuleClassError(moduleClassName(moduleClass), `\`static ${key}\` lists "${name}", which is no method that the class itself defines.`);
    }
  }
}

/** What JavaScript itself calls, at any time: not part of the model. */
const protocolNames = new Set(['constructor', 'toString', 'toJSON', 'valueOf', 'toLocaleString']);

/**
 * Wraps the methods that this one prototype defines. Accessors and arrow functions in fields are left alone. `call` is
 * compact where the class has no `setup`, of its own or from a class it extends; others are where `static compact` lists them.
 * Those that `static compactNameScope` lists run inside a submodule of their own.
 */
function wrapOwnMethods(prototype: object): void {
  const moduleClass: unknown = prototype.constructor;
  const nowrap = listedNames(moduleClass, 'nowrap');
  const compact = listedNames(moduleClass, 'compact');
  const nameScopes = listedNames(moduleClass, 'compactNameScope');
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const method: unknown = descriptor.value;
    if (typeof method !== 'function' || protocolNames.has(name) || nowrap.has(name) || wrappedMethods.has(method)) continue;
    if (!descriptor.configurable) continue;
    const isCompact = compact.has(name) || (name === 'call' && !('setup' in prototype));
    const wrapped = nameScopes.has(name) ? wrapInNameScope(name, method) : wrapMethod(name, method, isCompact);
    Object.defineProperty(prototype, name, { ...descriptor, value: wrapped });
  }
}
