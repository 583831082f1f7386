import { DenyList, type Filter } from '@flaxon/core';
import { tree, type Tensor } from '@flaxon/tensor';
import { CaseFormatError, MissingError } from '../errors.js';
import { findFunction } from '../registry/functions.js';
import { type Library, type LibraryFunction, lookUp } from '../registry/library.js';
import type { ModuleConstructor } from '../registry/modules.js';
import { isArray, isObject, mapEntries } from '../values.js';
import type { ModuleBuilder } from './builder.js';
import type { Frame } from './frame.js';
import type { LiftedSpec } from './syntax.js';

/**
 * A lifted class: `lift.vmap(Target, options)` of core and its kin. What core lacks is `missing: vmap`.
 * A target that is a reference is an instance, which the transformation refuses.
 */
export function liftClass(builder: ModuleBuilder, spec: LiftedSpec, frame?: Frame): ModuleConstructor {
  const { library } = builder.context;
  const transformation = requireLifted(library, spec.lift);
  const target: unknown = 'ref' in spec.target ? builder.construct(spec.target, { frame }) : builder.classOf(spec.target, frame);
  return transformation(target, liftOptions(spec.config, library)) as ModuleConstructor;
}

/** A lifted transformation of core, by its name in the cases. @throws MissingError. */
export function requireLifted(library: Library, name: string): LibraryFunction {
  const found = lookUp(library.core, `lift.${name}`);
  if (typeof found !== 'function') throw new MissingError(name);
  return found as LibraryFunction;
}

/** The options of a lifted transformation: filters, functions by name and `broadcast` in place. */
export function liftOptions(config: Readonly<Record<string, unknown>>, library: Library): Record<string, unknown> {
  return mapEntries(config, (value, field) => {
    if (field === 'transIn' || field === 'transOut') return treeFunction(value, library);
    if (field === 'methods' && isObject(value)) return mapEntries(value, (inner) => (isObject(inner) ? liftOptions(inner, library) : inner));
    return liftOption(value, library);
  });
}

function liftOption(value: unknown, library: Library): unknown {
  if (value === 'broadcast') return lookUp(library.core, 'lift.broadcast');
  if (isArray(value)) return value.map((item) => liftOption(item, library));
  if (!isObject(value)) return value;
  if ('deny' in value) return new DenyList(liftOption(value['deny'], library) as Filter);
  return mapEntries(value, (item) => liftOption(item, library));
}

/** The functions of arrays that `transIn`, `transOut` and `customVjp` name, beside those of the library. */
const arrayFunctions: Readonly<Record<string, (x: Tensor, call: (name: string, ...args: unknown[]) => unknown) => unknown>> = {
  identity: (x) => x,
  half: (x, call) => call('mul', x, 0.5),
  double: (x, call) => call('mul', x, 2),
  negate: (x, call) => call('neg', x),
};

/** A function of every array of a tree, by its name in a case. */
export function treeFunction(name: unknown, library: Library): (arrays: unknown) => unknown {
  if (typeof name !== 'string') throw new CaseFormatError(`a function of arrays must be a name, found ${JSON.stringify(name)}`);
  const call = (f: string, ...args: unknown[]): unknown => findFunction(library, f)(...args);
  const own = Object.hasOwn(arrayFunctions, name) ? arrayFunctions[name] : undefined;
  const onArray = (x: Tensor): unknown => (own === undefined ? call(name, x) : own(x, call));
  return (arrays) => tree.map(onArray, arrays as Parameters<typeof tree.map<Tensor, unknown>>[1]);
}
