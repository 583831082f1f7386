import { nameScope } from '@flaxon/tensor';
import { CallCompactUnboundModuleError, CallSetupUnboundModuleError, InvalidModuleClassError } from '../errors/module-errors.js';
import { runSetup } from './attach.js';
import { sow } from './intermediates.js';
import type { Module } from './module.js';
import { running, type CallRecord, type Recorder } from './running.js';
import { isModule, stateOf, type ModuleState } from './state.js';

type Method = (...args: unknown[]) => unknown;

/** The class of async functions, which has no global name. */
const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new () => Method;

const asyncProblem = (method: string): string =>
  `\`${method}\` is async and compact. What a compact method declares belongs to the module whose method is running, which after an \`await\` is another ` +
  'one or none. Declare in `setup`, or wait for data before the model is called.';

/** The methods that are wrapped already, and what they wrap. */
export const wrappedMethods = new WeakMap<object, object>();

/** The other way round: what a method of a class became. */
const wrappedForms = new WeakMap<object, Method>();

/** A method of a class as it is called, with the module as `this`; undefined for any other function. */
export const methodForm = (f: object): Method | undefined => (wrappedMethods.has(f) ? (f as Method) : wrappedForms.get(f));

/** `method` with everything that has to happen around a method of a module; the same on anything else. */
export function wrapMethod(name: string, method: object, isCompact: boolean): Method {
  const original = method as Method;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    if (!isModule(this)) return Reflect.apply(original, this, args);
    return name === 'setup' ? callSetup(this, original, args) : callMethod(this, name, original, isCompact, args);
  };
  return asWrapped(name, original, wrapped);
}

/** `method`, listed in `static compactNameScope`, as it is called: inside the submodule of its name, with its own module as `this`. */
export function wrapInNameScope(name: string, method: object): Method {
  const original = method as Method;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    if (!isModule(this)) return Reflect.apply(original, this, args);
    const state = stateOf(this);
    runSetup(state);
    const inner = state.nameScopes.get(name);
    if (inner === undefined) throw new CallCompactUnboundModuleError(name, state.info.name);
    return inner.call(() => Reflect.apply(original, this, args));
  };
  return asWrapped(name, original, wrapped);
}

function asWrapped(name: string, original: Method, wrapped: Method): Method {
  Object.defineProperty(wrapped, 'name', { value: name, configurable: true });
  Object.defineProperty(wrapped, 'length', { value: original.length, configurable: true });
  wrappedMethods.set(wrapped, original);
  wrappedForms.set(original, wrapped);
  return wrapped;
}

function callSetup(module: Module, original: Method, args: unknown[]): unknown {
  const state = stateOf(module);
  if (state.scope === undefined) throw new CallSetupUnboundModuleError(state.info.name);
  // `super.setup()` comes here while `setup` runs: only the outermost one ends it.
  const isOutermost = !state.inSetup;
  state.inSetup = true;
  running.modules.push(module);
  try {
    return runIntercepted(state, 'setup', original, args);
  } finally {
    running.modules.pop();
    if (isOutermost) state.endDeclaring();
  }
}

function callMethod(module: Module, name: string, original: Method, isCompact: boolean, args: unknown[]): unknown {
  const state = stateOf(module);
  runSetup(state);
  if (!isCompact) return callAndRecord(state, name, original, args);
  if (original instanceof AsyncFunction) throw new InvalidModuleClassError(state.info.name, asyncProblem(name));
  if (state.scope === undefined) throw new CallCompactUnboundModuleError(name, state.info.name);
  const isOutermost = !state.inCompact;
  state.inCompact = true;
  try {
    return callAndRecord(state, name, original, args);
  } finally {
    // The next compact method declares its variables anew, under names that are free again.
    state.scope = state.scope.rewound();
    if (isOutermost) state.endDeclaring();
  }
}

/** The call itself, and what is kept of its result. */
function callAndRecord(state: ModuleState, name: string, original: Method, args: unknown[]): unknown {
  const recorder = state.scope === undefined ? undefined : running.recorders.at(-1);
  running.modules.push(state.module);
  try {
    const record = recorder === undefined ? undefined : beginRecord(recorder, state, name, args);
    const output = runIntercepted(state, name, original, args, record?.nameScope);
    if (running.captures.at(-1)?.(state.module, name)) sow(state, 'intermediates', capturedName(name), output);
    if (record !== undefined) record.output = output;
    return output;
  } finally {
    recorder?.end();
    running.modules.pop();
  }
}

/** Flax's name for what `captureIntermediates` keeps. */
const capturedName = (method: string): string => (method === 'call' ? '__call__' : method);

function beginRecord(recorder: Recorder, { module, info, scope }: ModuleState, method: string, args: readonly unknown[]): CallRecord {
  return recorder.begin({ module, className: info.name, path: scope!.path, method, args, nameScope: scope!.nameScope });
}

/** The method in the name scope of its module, with the interceptors around it: the one entered last is nearest to it. */
function runIntercepted({ module, info, scope }: ModuleState, method: string, original: Method, args: unknown[], name = scope?.nameScope): unknown {
  const run = (): unknown => {
    if (running.interceptors.length === 0) return Reflect.apply(original, module, args);
    const bound: Method = (...given) => Reflect.apply(original, module, given);
    const context = { module, method, original: bound };
    return running.interceptors.reduceRight<Method>((next, interceptor) => (...given) => interceptor(next, given, context), bound)(...args);
  };
  return name === undefined ? run() : nameScope(name, run, info.name);
}
