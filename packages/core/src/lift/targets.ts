/** Classes of modules, and functions of modules, as functions of scopes, which transformations work on; and back. */
import { nameScope, tree } from '@flaxon/tensor';
import { LiftArgumentError, TransformedMethodReturnValueError, TransformTargetError } from '../errors/lift-errors.js';
import { UnboundModuleError } from '../errors/module-errors.js';
import { runSetup } from '../module/attach.js';
import { moduleClassName } from '../module/class-info.js';
import { attributesOf } from '../module/clone.js';
import { mapLeaves } from '../module/containers.js';
import type { ModuleClass } from '../module/define.js';
import { Module } from '../module/module.js';
import { methodForm, wrappedMethods } from '../module/run-method.js';
import { running, withPushed } from '../module/running.js';
import { isModule, stateOf, type ModuleState } from '../module/state.js';
import { LazyRng } from '../rng/lazy-rng.js';
import type { Scope } from '../scope/scope.js';
import { Variable } from '../scope/variable.js';
import { ModuleScopes } from './module-scopes.js';
import type { ScopeFunction } from './pack.js';

/** What a transformation applies to: a class of modules, or a function whose first argument is a module. */
export type LiftTarget = ModuleClass | ((...args: never[]) => unknown);

/** Which methods of a class are transformed: those named, or those by name with options of their own. */
export type Methods<Options> = readonly string[] | { readonly [method: string]: Options };

/** Transforms functions of scopes into one. */
type Transform = (functions: readonly ScopeFunction[]) => ScopeFunction;

/** A transformation, apart from its options. */
export interface Transformation {
  /** Its name, for errors. */
  readonly name: string;
  /** What the names of lifted classes begin with. */
  readonly prefix: string;
  /** Whether each call draws a key from every stream, to be the base key inside. */
  readonly forksStreams?: boolean;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** A method that is run on a module made anew over other scopes. */
interface LiftedMethod {
  readonly name: string;
  /** The class of that module; that of the module itself by default. */
  readonly moduleClass?: object;
  readonly run: (module: Module, args: readonly unknown[]) => unknown;
}

const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function';

const isModuleClass = (value: unknown): value is ModuleClass => isFunction(value) && (value.prototype as unknown) instanceof Module;

/**
 * `target` transformed: a class whose modules run their methods transformed, or a function of a module and arguments.
 * @throws TransformTargetError, LiftArgumentError
 */
export function liftTarget<Options extends object>(
  transformation: Transformation,
  target: unknown,
  { methods, ...rest }: Options & { readonly methods?: Methods<Options> | undefined },
  transform: (f: ScopeFunction, options: Options) => ScopeFunction,
): unknown {
  // What is left without `methods` are the options of the transformation itself.
  const options = rest as object as Options;
  if (isModuleClass(target)) return liftClass(transformation, target, optionsByMethod(transformation, methods, options), transform);
  const f = requireFunction(transformation, target);
  return (module: unknown, ...args: unknown[]) => callOn(transformation, module, args, [f], ([run]) => transform(run!, options));
}

/** Calls functions of a module, transformed into one, at once. @throws TransformTargetError */
export function callLifted(transformation: Transformation, module: unknown, args: readonly unknown[], functions: readonly unknown[], transform: Transform): unknown {
  return callOn(transformation, module, args, functions.map((f) => requireFunction(transformation, f)), transform);
}

function requireFunction({ name }: Transformation, target: unknown): AnyFunction {
  if (!isFunction(target) || isModuleClass(target)) throw new TransformTargetError(name, target);
  return target;
}

function optionsByMethod<Options>({ name }: Transformation, methods: unknown, options: Options): [string, Options][] {
  if (methods === undefined || methods === null) return [['call', options]];
  if (Array.isArray(methods)) return methods.map((method: string) => [method, options]);
  if (tree.isRecord(methods)) return Object.entries(methods as { readonly [method: string]: Options });
  throw new LiftArgumentError(`lift.${name}`, '`methods` must be a list of names, or an object of options by name');
}

function liftClass<Options>(
  transformation: Transformation,
  target: ModuleClass,
  methods: readonly (readonly [string, Options])[],
  transform: (f: ScopeFunction, options: Options) => ScopeFunction,
): ModuleClass {
  abstract class Lifted extends (target as typeof Module) {
    static readonly moduleName = `${transformation.prefix}${moduleClassName(target)}`;
  }
  for (const [name, options] of methods) {
    const methodNow = (): unknown => Reflect.get(target.prototype, name);
    const original = methodNow();
    if (!isFunction(original)) throw new LiftArgumentError(`lift.${transformation.name}`, `${moduleClassName(target)} has no method "${name}"`);
    const run: LiftedMethod['run'] = (module, args) => Reflect.apply(methodNow() as AnyFunction, module, args) as unknown;
    const method = function (this: Module, ...args: unknown[]): unknown {
      if (transformation.forksStreams === true) setUpHeld(this);
      return runLifted(transformation, this, args, [{ name, moduleClass: target, run }], ([f]) => transform(f!, options));
    };
    Object.defineProperty(method, 'name', { value: name, configurable: true });
    Object.defineProperty(method, 'length', { value: original.length, configurable: true });
    // What happens around a method happens around that of `target`, inside.
    wrappedMethods.set(method, original);
    Object.defineProperty(Lifted.prototype, name, { value: method, writable: true, configurable: true });
  }
  return Lifted as ModuleClass;
}

/**
 * Runs `setup` of the modules among the attributes, and among theirs. Flax looks at them before it compiles a class, which runs it: what
 * `setup` declares there has the keys of its own path, though the path is lost inside.
 */
function setUpHeld(module: Module): void {
  for (const held of Object.values(attributesOf(stateOf(module)))) {
    mapLeaves(held, (leaf) => {
      if (!isModule(leaf) || stateOf(leaf).scope === undefined) return leaf;
      runSetup(stateOf(leaf));
      setUpHeld(leaf);
      return leaf;
    });
  }
}

function callOn(transformation: Transformation, module: unknown, args: readonly unknown[], functions: readonly AnyFunction[], transform: Transform): unknown {
  if (!isModule(module)) throw new LiftArgumentError(`lift.${transformation.name}`, 'the transformed function must be called with a module first, and then its arguments');
  const methods = functions.map((f): LiftedMethod => ({ name: f.name, run: (made, given) => runFunction(made, f, given) }));
  return runLifted(transformation, module, args, methods, transform);
}

/** `f` as if it were a method of the module: what it declares belongs there. */
function runFunction(module: Module, f: AnyFunction, args: readonly unknown[]): unknown {
  const method = methodForm(f);
  if (method !== undefined) return Reflect.apply(method, module, args);
  const state = stateOf(module);
  runSetup(state);
  return withPushed(running.modules, module, () => nameScope(state.scope!.nameScope, () => f(module, ...args)));
}

function runLifted(transformation: Transformation, module: Module, args: readonly unknown[], methods: readonly LiftedMethod[], transform: Transform): unknown {
  const state = stateOf(module);
  const { scope } = state;
  if (scope === undefined) throw new UnboundModuleError(`call \`${methods[0]!.name}\`, transformed by lift.${transformation.name},`, state.info.name);
  const found = new ModuleScopes(module, args);
  const before = progressOf(state);
  const functions = methods.map(({ name, moduleClass = module.constructor, run }): ScopeFunction => (scopes, ...given) => {
    const made = found.over(scopes, given, moduleClass);
    const inner = stateOf(made.module);
    setProgress(inner, before);
    const result = run(made.module, made.args);
    setProgress(state, progressOf(inner));
    requireValues(result, name);
    return result;
  });
  const scopes = transformation.forksStreams === true ? found.withOwn(withForkedStreams(scope)) : found.scopes;
  return transform(functions)(scopes, ...args);
}

/** What a module is doing, as far as its copies inside a transformation go on with it. */
type Progress = Pick<ModuleState, 'inCompact' | 'inSetup'> & { readonly names: readonly (readonly [string, number])[] };

const progressOf = ({ inCompact, inSetup, nameCursor }: ModuleState): Progress => ({ inCompact, inSetup, names: [...nameCursor] });

function setProgress(state: ModuleState, { inCompact, inSetup, names }: Progress): void {
  state.inCompact = inCompact;
  state.inSetup = inSetup;
  state.nameCursor.clear();
  for (const [name, count] of names) state.nameCursor.set(name, count);
}

/** @throws TransformedMethodReturnValueError */
function requireValues(result: unknown, method: string): void {
  mapLeaves(result, (leaf) => {
    if (isModule(leaf) || leaf instanceof Variable) throw new TransformedMethodReturnValueError(method);
    return leaf;
  });
}

/** The scope with a key drawn from each of its streams in the place of that stream. */
function withForkedStreams(scope: Scope): Scope {
  const forked = Object.entries(scope.streams).map(([name, { derivation }]): [string, LazyRng] => [name, new LazyRng(scope.makeRng(name), [], derivation)]);
  return scope.withStreams(Object.fromEntries(forked));
}
