import { spec, type MatchOptions, type Tensor, type TreeMatch } from '@flaxon/tensor';
import { withTracedTensors, checkConcrete } from '../abstract.js';
import { CallUnbindOnUnboundModuleError, ReservedModuleAttributeError, SubmodulePathError } from '../errors/module-errors.js';
import { checkOptions } from '../errors/options.js';
import type { Filter } from '../filter.js';
import * as functional from '../functional.js';
import { matchVariables, requireVariables } from '../match-variables.js';
import type { KeyDerivation, Rngs } from '../rng/lazy-rng.js';
import { bindScope, type BindScopeOptions } from '../scope/init-apply.js';
import { copyCollection, partAt, type Collection, type Variables } from '../variables.js';
import { passCosts, recordCalls } from '../summary/record.js';
import { costColumns, summarize, type ModuleSummary, type SummaryOptions } from '../summary/summary.js';
import { cloneModule } from './clone.js';
import { DeclaringModule } from './declaring.js';
import type { AttributeShape, DefinedModuleClass, InputOf, ModuleClass, ModuleOptions } from './define.js';
import { equalModules } from './equal.js';
import { exportable, type Exportable } from './exportable.js';
import type { ApplyResult, Capture, MethodArguments, MethodName, MethodResult, MethodSpec } from './method-types.js';
import { resolveMethod } from './method.js';
import type { CaptureFilter } from './running.js';
import { STATE } from './state.js';

/** What to run: the name of a method, or a function `(module, ...args) => ...`. */
interface WithMethod<Method> {
  readonly method: Method;
}

interface WithCaptureFilter {
  readonly captureIntermediates: CaptureFilter;
}

export interface InitOptions {
  /** The collections that may be made; all but `intermediates` by default. */
  readonly mutable?: Filter;
  /** Keeps outputs of methods in the collection `intermediates`: those of `call`, or those that a function chooses. */
  readonly captureIntermediates?: Capture;
  /** How paths become random keys: as in Flax by default. */
  readonly keyDerivation?: KeyDerivation;
}

export interface ApplyOptions<Mutable extends Filter, Captured extends Capture> {
  /** Random keys by stream; a single one is the stream `params`, which stands in for any that is missing. */
  readonly rngs?: Rngs;
  /** The collections that may be written; `apply` then returns `[y, updates]`. */
  readonly mutable?: Mutable;
  /** Keeps outputs of methods in the collection `intermediates`; `apply` then returns `[y, updates]`. */
  readonly captureIntermediates?: Captured;
  /** How paths become random keys: as in Flax by default. */
  readonly keyDerivation?: KeyDerivation;
  /**
   * Whether the variables must be exactly those that `init` would make for the same method and arguments: none missing, none left over, all of
   * the right shape. Nothing is run where they are not.
   */
  readonly strict?: boolean;
}

export interface BindOptions extends BindScopeOptions {
  /** The arguments of `call`, or specs of them: the variables must then be exactly those that `init` would make for them. */
  readonly strict?: readonly unknown[];
}

export type TabulateOptions<M extends Module> = Omit<InitOptions, 'captureIntermediates'> & Partial<WithMethod<MethodSpec<M>>> & SummaryOptions;

const initOptionNames = ['method', 'mutable', 'captureIntermediates', 'keyDerivation'];
const applyOptionNames = [...initOptionNames, 'rngs', 'strict'];

function runInit(operation: string, module: Module, rngs: Rngs, args: readonly unknown[], options: InitOptions & Partial<WithMethod<unknown>>): [unknown, Variables] {
  checkOptions(operation, options, initOptionNames);
  const { method = 'call', ...rest } = options;
  return functional.initWithOutput(resolveMethod(module, method, Module.prototype), module, rest)(rngs, args);
}

/** A copy that belongs nowhere, and neither do the modules among its attributes. */
const unboundCopy = <M extends Module>(module: M, name: string | undefined): M =>
  cloneModule(module, { parent: null, name, inner: { clones: new Map(), resetNames: true } });

/**
 * The base of all models and layers (Flax: `nn.Module`).
 *
 *     class MLP extends Module.define({ features: z.array(z.int().positive()) }) {
 *       call(x: Tensor) {
 *         for (const features of this.features) x = relu(new Dense({ features }).call(x));
 *         return x;
 *       }
 *     }
 *     const model = new MLP({ features: [64, 10] });
 *     const variables = model.init(random.key(0), [x]);
 *     const y = model.apply(variables, [x]);
 *
 * Methods are wrapped when a class is first used: inside `call`, or a method that `static compact` lists, submodules and
 * parameters are declared where they are used, and named `Dense_0`, `Dense_1`, ... A class with `setup()` declares there, and
 * names by the attribute assigned. `static compactNameScope` lists methods whose submodules have the method's name before their own,
 * `static nowrap` methods that are left alone; `static moduleName` replaces the name of the class,
 * `static scopeNames = { forwardRnn: 'forward_rnn' }` gives modules in attributes other names than those of the attributes, and
 * `static preserveAdoptedNames` keeps the explicit names of modules given as attributes.
 */
export abstract class Module extends DeclaringModule {
  constructor(attributes?: object, options?: ModuleOptions) {
    super(attributes, options, Module.prototype);
  }

  /**
   * A class to extend, whose modules have the attributes of `shape`, a zod type each, and those of the class that it is called on.
   * The constructor takes what the types accept; the module has what they give, as properties.
   * @throws ReservedModuleAttributeError
   */
  static define<Base extends ModuleClass, Shape extends AttributeShape>(this: Base, shape: Shape): DefinedModuleClass<Base, Shape>;
  static define(this: typeof Module, shape: AttributeShape): unknown {
    for (const name of Object.keys(shape)) if (name in Module.prototype) throw new ReservedModuleAttributeError(name);
    const attributes = { ...this.attributes, ...shape };
    abstract class Defined extends this {
      static override readonly attributes = attributes;
    }
    return Defined;
  }

  /**
   * The variables of this module, made by running a method on `args`: `call`, or the one that the option `method` names, or a
   * function `(module, ...args) => ...` in its place.
   * @throws InvalidRngError, and what the method throws
   */
  init<M extends Module, Args extends readonly unknown[]>(
    this: M,
    rngs: Rngs,
    args: readonly [...Args],
    options: InitOptions & WithMethod<(module: M, ...args: Args) => unknown>,
  ): Variables;
  /** The method of a module, `model.encode`. */
  init<Args extends readonly unknown[]>(rngs: Rngs, args: readonly [...Args], options: InitOptions & WithMethod<(...args: Args) => unknown>): Variables;
  init<M extends Module, const Name extends MethodName<M> | 'call' = 'call'>(
    this: M,
    rngs: Rngs,
    args: MethodArguments<M, Name>,
    options?: InitOptions & Partial<WithMethod<Name>>,
  ): Variables;
  init(rngs: Rngs, args: readonly unknown[], options: InitOptions & Partial<WithMethod<unknown>> = {}): Variables {
    return runInit('init', this, rngs, args, options)[1];
  }

  /** As `init`, with the result of the method: `[y, variables]`. */
  initWithOutput<M extends Module, Args extends readonly unknown[], Y>(
    this: M,
    rngs: Rngs,
    args: readonly [...Args],
    options: InitOptions & WithMethod<(module: M, ...args: Args) => Y>,
  ): [Y, Variables];
  /** The method of a module, `model.encode`. */
  initWithOutput<Args extends readonly unknown[], Y>(rngs: Rngs, args: readonly [...Args], options: InitOptions & WithMethod<(...args: Args) => Y>): [Y, Variables];
  initWithOutput<M extends Module, const Name extends MethodName<M> | 'call' = 'call'>(
    this: M,
    rngs: Rngs,
    args: MethodArguments<M, Name>,
    options?: InitOptions & Partial<WithMethod<Name>>,
  ): [MethodResult<M, Name>, Variables];
  initWithOutput(rngs: Rngs, args: readonly unknown[], options: InitOptions & Partial<WithMethod<unknown>> = {}): unknown {
    return runInit('initWithOutput', this, rngs, args, options);
  }

  /**
   * As `init`, of shapes: `args` may hold `spec('float32', [1, 784])` in the place of tensors, and nothing that depends on them is
   * computed. Parameters are.
   * @throws LazyInitError where a variable depends on the values of the inputs
   */
  lazyInit<M extends Module>(this: M, rngs: Rngs, args: readonly unknown[], options: InitOptions & Partial<WithMethod<MethodSpec<M>>> = {}): Variables {
    return checkConcrete(withTracedTensors(args, (traced) => runInit('lazyInit', this, rngs, traced, options)[1]));
  }

  /**
   * Runs a method on `args` with given variables, which are not written to: `y`, or with `mutable` or `captureIntermediates`
   * `[y, updates]`, the collections that match as they are in the end.
   * @throws ApplyScopeInvalidVariablesTypeError, InvalidRngError, InvalidFilterError, TreeMatchError with `strict`, and what the method throws
   */
  apply<M extends Module, Args extends readonly unknown[], Y, const Mutable extends Filter = false, Captured extends boolean = false>(
    this: M,
    variables: Variables,
    args: readonly [...Args],
    options: ApplyOptions<Mutable, Captured> & WithMethod<(module: M, ...args: Args) => Y>,
  ): ApplyResult<Y, Mutable, Captured>;
  apply<M extends Module, Args extends readonly unknown[], Y>(
    this: M,
    variables: Variables,
    args: readonly [...Args],
    options: ApplyOptions<Filter, CaptureFilter> & WithMethod<(module: M, ...args: Args) => Y> & WithCaptureFilter,
  ): [Y, Variables];
  /** The method of a module, `model.encode`. */
  apply<Args extends readonly unknown[], Y, const Mutable extends Filter = false, Captured extends boolean = false>(
    variables: Variables,
    args: readonly [...Args],
    options: ApplyOptions<Mutable, Captured> & WithMethod<(...args: Args) => Y>,
  ): ApplyResult<Y, Mutable, Captured>;
  apply<M extends Module, const Name extends MethodName<M> | 'call' = 'call'>(
    this: M,
    variables: Variables,
    args: MethodArguments<M, Name>,
    options: ApplyOptions<Filter, CaptureFilter> & Partial<WithMethod<Name>> & WithCaptureFilter,
  ): [MethodResult<M, Name>, Variables];
  apply<M extends Module, const Name extends MethodName<M> | 'call' = 'call', const Mutable extends Filter = false, Captured extends Capture = false>(
    this: M,
    variables: Variables,
    args: MethodArguments<M, Name>,
    options?: ApplyOptions<Mutable, Captured> & Partial<WithMethod<Name>>,
  ): ApplyResult<MethodResult<M, Name>, Mutable, Captured>;
  apply(variables: Variables, args: readonly unknown[], options: ApplyOptions<Filter, Capture> & Partial<WithMethod<unknown>> = {}): unknown {
    checkOptions('apply', options, applyOptionNames);
    const { method = 'call', rngs, ...rest } = options;
    const run = resolveMethod(this, method, Module.prototype);
    return functional.apply(run, this, rest)(variables, args, rngs === undefined ? {} : { rngs });
  }

  /**
   * A copy of this module that holds `variables`: its methods can be called, and what `setup` makes is there.
   * @throws ApplyScopeInvalidVariablesTypeError, InvalidRngError, InvalidFilterError, TreeMatchError with `strict`
   */
  bind<M extends Module>(this: M, variables: Variables, { strict, ...options }: BindOptions = {}): M {
    checkOptions('bind', options, ['rngs', 'mutable', 'keyDerivation', 'strict']);
    if (strict !== undefined) requireVariables('bind', this.matchVariables(variables, strict, { rngs: options.rngs }));
    const inner = { clones: new Map<Module, Module>(), resetNames: false };
    return cloneModule(this, { parent: bindScope(variables, options), name: this.name, inner });
  }

  /**
   * A copy without variables, and the variables of this module, which need not be the outermost one:
   * `const [encoder, variables] = model.bind(variables).encoder.unbind()`.
   * @throws CallUnbindOnUnboundModuleError
   */
  unbind<M extends Module>(this: M): [M, Variables] {
    const { scope, info } = this[STATE];
    if (scope === undefined) throw new CallUnbindOnUnboundModuleError(info.name);
    const unbound = unboundCopy(this, undefined);
    const kept = Object.entries(scope.variables()).map(([name, collection]): [string, Variables[string]] => [
      name,
      scope.isMutableCollection(name) ? copyCollection(collection) : collection,
    ]);
    return [unbound, Object.fromEntries(kept)];
  }

  /**
   * `variables` beside those that `init` would make for a method and `args`, which may hold `spec(...)`: what fits, what is missing, what is left
   * over, what has another shape, each with the nearest path. Nothing is computed.
   */
  matchVariables<M extends Module>(
    this: M,
    variables: Variables,
    args: readonly unknown[],
    { method = 'call', ...options }: MatchOptions & Partial<WithMethod<MethodSpec<M>>> & { readonly rngs?: Rngs | undefined } = {},
  ): TreeMatch<Tensor> {
    return matchVariables(functional.init(resolveMethod(this, method, Module.prototype), this), variables, args, options);
  }

  /** A copy with other attributes, unbound unless it gets a parent; keeps the name. @throws InvalidAttributeError */
  clone<M extends Module>(this: M, updates: Partial<InputOf<M>> = {}, { name = this.name, parent = null }: ModuleOptions = {}): M {
    return cloneModule(this, { parent, name, updates: { ...updates } });
  }

  /** A copy with other attributes and a new automatic name, a submodule of the module that is running. @throws InvalidAttributeError */
  copy<M extends Module>(this: M, updates: Partial<InputOf<M>> = {}, { name, parent }: ModuleOptions = {}): M {
    return cloneModule(this, { parent, name, updates: { ...updates }, inner: { clones: new Map(), resetNames: false } });
  }

  /** Whether `other` is of the same class and has equal attributes. Names and variables do not count. */
  equals(other: Module): boolean {
    return equalModules(this, other);
  }

  /**
   * The modules that a method runs, by path joined with `/` (the outermost is `''`), unbound, in the order in which they are
   * called. Nothing is computed.
   */
  modulePaths<M extends Module>(this: M, rngs: Rngs, args: readonly unknown[], options: InitOptions & Partial<WithMethod<MethodSpec<M>>> = {}): { [path: string]: Module } {
    checkOptions('modulePaths', options, initOptionNames);
    const { method = 'call', ...rest } = options;
    const { records } = recordCalls({ run: resolveMethod(this, method, Module.prototype), module: this, rngs, args, options: rest });
    const paths: { [path: string]: Module } = {};
    for (const { module, path } of records) paths[path.join('/')] ??= unboundCopy(module, module.name);
    return paths;
  }

  /**
   * The submodule at a path of those that a method runs, unbound, and its part of `variables`: also of one that a compact method declares, which is
   * no property of any module. Nothing is computed. What `setup` makes is typed where it is reached: `model.bind(variables).encoder.unbind()`.
   *
   *     const [encoder, encoderVariables] = model.extract('encoder/Dense_0', variables, [x]);
   *
   * @throws SubmodulePathError
   */
  extract<M extends Module>(this: M, path: string, variables: Variables, args: readonly unknown[], options: InitOptions & Partial<WithMethod<MethodSpec<M>>> & { readonly rngs?: Rngs } = {}): [Module, Variables] {
    const { rngs = spec('uint32', [2]), ...rest } = options;
    const paths = this.modulePaths(rngs as Rngs, args, rest);
    const found = Object.hasOwn(paths, path) ? paths[path]! : undefined;
    if (found === undefined) throw new SubmodulePathError(path, this[STATE].info.name, Object.keys(paths));
    const names = path === '' ? [] : path.split('/');
    const parts = Object.entries(variables).map(([collection, all]): [string, Collection] => [collection, partAt(all, names)]);
    return [unboundCopy(found, undefined), Object.fromEntries(parts.filter(([, part]) => Object.keys(part).length > 0))];
  }

  /**
   * A table of the modules that a method runs: their inputs, outputs and variables, counted by collection, and where asked what they cost. `args`
   * may hold `spec('float32', ['batch', 784])` in the place of tensors; nothing is computed. `String(summary)` is for a terminal.
   *
   *     console.log(String(model.tabulate(random.key(0), [spec('float32', [1, 784])], { computeFlops: true, computeVjpFlops: true })));
   *
   * @throws ArgumentError where costs are asked for and a symbolic dimension has no size in `sizes`
   */
  tabulate<M extends Module>(this: M, rngs: Rngs, args: readonly unknown[], options: TabulateOptions<M> = {}): ModuleSummary {
    checkOptions('tabulate', options, [...initOptionNames, 'depth', 'showRepeated', 'computeFlops', 'computeVjpFlops', 'computeMemory', 'sizes']);
    const { depth = Infinity, showRepeated = false, computeFlops = false, computeVjpFlops = false, computeMemory = false, sizes, method = 'call', ...rest } = options;
    const inspected = { run: resolveMethod(this, method, Module.prototype), module: this, rngs, args, options: rest };
    const { records, variables } = recordCalls(inspected);
    const columns = costColumns({ computeFlops, computeVjpFlops, computeMemory });
    const costs = columns.length === 0 ? undefined : passCosts(inspected, variables, columns, sizes);
    return summarize(this[STATE].info.name, records, variables, { depth, showRepeated }, costs);
  }

  /** A bound module as a pure function and its data, for exporters. @throws CallUnbindOnUnboundModuleError */
  exportable(): Exportable {
    const [unbound, variables] = this.unbind();
    const run = resolveMethod(unbound, 'call', Module.prototype);
    return exportable(this, {
      variables,
      config: this.toJSON(),
      apply: (given, args, { rngs, mutable }) => functional.apply(run, unbound, { mutable })(given, args, { rngs }),
    });
  }
}
