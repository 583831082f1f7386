import { withTracedTensors, checkConcrete } from '../abstract.js';
import { CallUnbindOnUnboundModuleError, ReservedModuleAttributeError } from '../errors/module-errors.js';
import { checkOptions } from '../errors/options.js';
import type { Filter } from '../filter.js';
import * as functional from '../functional.js';
import type { KeyDerivation, Rngs } from '../rng/lazy-rng.js';
import { bindScope, type BindScopeOptions } from '../scope/init-apply.js';
import { copyCollection, type Variables } from '../variables.js';
import { cloneModule } from './clone.js';
import { DeclaringModule } from './declaring.js';
import type { AttributeShape, DefinedModuleClass, InputOf, ModuleClass, ModuleOptions } from './define.js';
import { equalModules } from './equal.js';
import { exportable, type Exportable } from './exportable.js';
import type { ApplyResult, Capture, MethodArguments, MethodResult, MethodSpec } from './method-types.js';
import { resolveMethod } from './method.js';
import { running, withPushed, type CallRecord } from './running.js';
import { STATE } from './state.js';

export interface InitOptions<Method> {
  /** What to run: the name of a method, or a function `(module, ...args) => ...`; `call` by default. */
  readonly method?: Method;
  /** The collections that may be made; all but `intermediates` by default. */
  readonly mutable?: Filter;
  /** Keeps outputs of methods in the collection `intermediates`: those of `call`, or those that a function chooses. */
  readonly captureIntermediates?: Capture;
  /** How paths become random keys: as in Flax by default. */
  readonly keyDerivation?: KeyDerivation;
}

export interface ApplyOptions<Method, Mutable extends Filter, Captured extends Capture> {
  /** What to run: the name of a method, or a function `(module, ...args) => ...`; `call` by default. */
  readonly method?: Method;
  /** Random keys by stream; a single one is the stream `params`, which stands in for any that is missing. */
  readonly rngs?: Rngs;
  /** The collections that may be written; `apply` then returns `[y, updates]`. */
  readonly mutable?: Mutable;
  /** Keeps outputs of methods in the collection `intermediates`; `apply` then returns `[y, updates]`. */
  readonly captureIntermediates?: Captured;
  /** How paths become random keys: as in Flax by default. */
  readonly keyDerivation?: KeyDerivation;
}

const initOptionNames = ['method', 'mutable', 'captureIntermediates', 'keyDerivation'];
const applyOptionNames = [...initOptionNames, 'rngs'];

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
 * names by the attribute assigned. `static nowrap` lists methods that are left alone, `static moduleName` replaces the name of
 * the class, and `static preserveAdoptedNames` keeps the explicit names of modules given as attributes.
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
   * The variables of this module, made by running a method on `args`.
   * @throws InvalidRngError, and what the method throws
   */
  init<M extends Module, const Method extends MethodSpec<M> = 'call'>(this: M, rngs: Rngs, args: MethodArguments<M, Method>, options: InitOptions<Method> = {}): Variables {
    return this.initWithOutput(rngs, args, options)[1];
  }

  /** As `init`, with the result of the method: `[y, variables]`. */
  initWithOutput<M extends Module, const Method extends MethodSpec<M> = 'call'>(
    this: M,
    rngs: Rngs,
    args: MethodArguments<M, Method>,
    options: InitOptions<Method> = {},
  ): [MethodResult<M, Method>, Variables] {
    checkOptions('init', options, initOptionNames);
    const { method = 'call', ...rest } = options;
    const run = resolveMethod(this, method, Module.prototype);
    return functional.initWithOutput(run, this, rest)(rngs, args) as [MethodResult<M, Method>, Variables];
  }

  /**
   * As `init`, of shapes: `args` may hold `spec('float32', [1, 784])` in the place of tensors, and nothing that depends on them is
   * computed. Parameters are.
   * @throws LazyInitError where a variable depends on the values of the inputs
   */
  lazyInit<M extends Module>(this: M, rngs: Rngs, args: readonly unknown[], options: InitOptions<MethodSpec<M>> = {}): Variables {
    checkOptions('lazyInit', options, initOptionNames);
    const { method = 'call', ...rest } = options;
    const run = resolveMethod(this, method, Module.prototype);
    return checkConcrete(withTracedTensors(args, (traced) => functional.init(run, this, rest)(rngs, traced)));
  }

  /**
   * Runs a method on `args` with given variables, which are not written to: `y`, or with `mutable` or `captureIntermediates`
   * `[y, updates]`, the collections that match as they are in the end.
   * @throws ApplyScopeInvalidVariablesTypeError, InvalidRngError, InvalidFilterError, and what the method throws
   */
  apply<M extends Module, const Method extends MethodSpec<M> = 'call', const Mutable extends Filter = false, Captured extends Capture = false>(
    this: M,
    variables: Variables,
    args: MethodArguments<M, Method>,
    options: ApplyOptions<Method, Mutable, Captured> = {},
  ): ApplyResult<MethodResult<M, Method>, Mutable, Captured> {
    checkOptions('apply', options, applyOptionNames);
    const { method = 'call', rngs, ...rest } = options;
    const run = resolveMethod(this, method, Module.prototype);
    const result: unknown = functional.apply(run, this, rest)(variables, args, rngs === undefined ? {} : { rngs });
    return result as ApplyResult<MethodResult<M, Method>, Mutable, Captured>;
  }

  /** A copy of this module that holds `variables`: its methods can be called, and what `setup` makes is there. */
  bind<M extends Module>(this: M, variables: Variables, options: BindScopeOptions = {}): M {
    checkOptions('bind', options, ['rngs', 'mutable', 'keyDerivation']);
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
    const inner = { clones: new Map<Module, Module>(), resetNames: true };
    const unbound = cloneModule(this, { parent: null, name: undefined, inner });
    const kept = Object.entries(scope.variables()).map(([name, collection]): [string, Variables[string]] => [
      name,
      scope.isMutableCollection(name) ? copyCollection(collection) : collection,
    ]);
    return [unbound, Object.fromEntries(kept)];
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
  modulePaths<M extends Module>(this: M, rngs: Rngs, args: readonly unknown[], options: InitOptions<MethodSpec<M>> = {}): { [path: string]: Module } {
    const records: CallRecord[] = [];
    const keys = typeof rngs === 'object' ? rngs : {};
    withPushed(running.recorders, records, () =>
      withTracedTensors([keys, args], ([tracedKeys, traced]) => this.init(tracedKeys as Rngs, traced as MethodArguments<M, MethodSpec<M>>, options)),
    );
    const paths: { [path: string]: Module } = {};
    for (const { module, path } of records) paths[path.join('/')] ??= module.clone();
    return paths;
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
