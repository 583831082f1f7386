import { isStaticShape, type Dtype, type Initializer, type Shape, type StaticShape, type Tensor } from '@flaxon/tensor';
import { DeclarationError } from '../errors/module-errors.js';
import { NameInUseError, SymbolicParamShapeError } from '../errors/scope-errors.js';
import type { Scope } from '../scope/scope.js';
import type { Variable } from '../scope/variable.js';
import type { Variables, VariableValue } from '../variables.js';
import { ModuleBase } from './base.js';
import { perturb, sow, type SowOptions } from './intermediates.js';
import { STATE } from './state.js';

/** What the methods of a module do with its variables and random keys while it is bound. */
export abstract class DeclaringModule extends ModuleBase {
  /** Where `param` and `variable` may declare `name`. @throws DeclarationError, NameInUseError */
  #declare(kind: 'param' | 'variable', collection: string, name: string): Scope {
    const state = this[STATE];
    const { scope, info } = state;
    if (scope === undefined || !state.mayDeclare) throw new DeclarationError(kind, name, info.name);
    if (scope.nameReserved(name, collection)) throw new NameInUseError(kind, name, info.name);
    state.children.set(name, collection);
    return scope;
  }

  /**
   * A parameter, in `setup` or a compact method (Flax: `self.param`): while initializing a new one, `initialize(key, shape, dtype)`
   * with a key of the stream `params`; otherwise the one that was passed in, which must have the shape.
   * @throws DeclarationError, NameInUseError, ScopeParamShapeError, ScopeParamNotFoundError, ScopeCollectionNotFound, InvalidRngError,
   * SymbolicParamShapeError
   */
  param(name: string, initialize: Initializer, shape: Shape, dtype?: Dtype): Tensor;
  /** A parameter from any function of a key: a tensor or a tree of tensors. The one that was passed in is not checked. */
  param<T extends VariableValue>(name: string, initialize: (key: Tensor) => T): T;
  param(name: string, initialize: (key: Tensor, shape: StaticShape, dtype?: Dtype) => VariableValue, shape?: Shape, dtype?: Dtype): VariableValue {
    const scope = this.#declare('param', 'params', name);
    if (shape === undefined) return scope.param(name, (key) => initialize(key, [], dtype));
    if (!isStaticShape(shape)) throw new SymbolicParamShapeError(name, scope.pathText, shape);
    return scope.param(name, (key) => initialize(key, shape, dtype), shape);
  }

  /**
   * A variable, in `setup` or a compact method, by reference (Flax: `self.variable`). Where it does not exist and the collection is
   * mutable, `initialize` makes it.
   * @throws DeclarationError, NameInUseError, ScopeVariableNotFoundError, ScopeCollectionNotFound
   */
  variable<T extends VariableValue = VariableValue>(collection: string, name: string, initialize?: () => T): Variable<T> {
    return this.#declare('variable', collection, name).variable(collection, name, initialize);
  }

  /**
   * Keeps an intermediate value (Flax: `self.sow`), if the collection is mutable: appended to an array, unless `reduce` says how
   * to combine it with what is kept. Returns whether it was kept.
   * @throws UnboundModuleError, NameInUseError
   */
  sow<Kept = unknown, Value = unknown>(collection: string, name: string, value: Value, options: SowOptions<Kept, Value> = {}): boolean {
    return sow(this[STATE], collection, name, value, options);
  }

  /**
   * `value` plus a variable of the same shape that `init` makes as zeros: the gradient by that variable is the gradient by this
   * intermediate value (Flax: `self.perturb`). Without the collection, `value` as it is.
   * @throws UnboundModuleError, MissingPerturbationError
   */
  perturb<T extends VariableValue>(name: string, value: T, { collection = 'perturbations' }: { readonly collection?: string } = {}): T {
    return perturb(this[STATE], name, value, collection);
  }

  /**
   * A new random key, uint32 (2,), of `stream`, or of `params` where that was not given.
   * @throws UnboundModuleError, InvalidRngError
   */
  makeRng(stream = 'params'): Tensor {
    return this.boundScope('make random keys').makeRng(stream);
  }

  /** Whether keys of `stream` itself were given. @throws UnboundModuleError */
  hasRng(stream: string): boolean {
    return this.boundScope('ask for random streams').hasRng(stream);
  }

  /** @throws UnboundModuleError */
  hasVariable(collection: string, name: string): boolean {
    return this.boundScope('access variables').hasVariable(collection, name);
  }

  /** A variable of this module, or undefined where there is none. @throws UnboundModuleError */
  getVariable(collection: string, name: string): VariableValue | undefined {
    return this.boundScope('access variables').getVariable(collection, name);
  }

  /** Writes a variable of this module. @throws UnboundModuleError, ModifyScopeVariableError */
  putVariable(collection: string, name: string, value: VariableValue): void {
    this.boundScope('access variables').putVariable(collection, name, value);
  }

  /** @throws UnboundModuleError */
  isMutableCollection(collection: string): boolean {
    return this.boundScope('ask what is mutable').isMutableCollection(collection);
  }

  /** Whether `init` is running. @throws UnboundModuleError */
  isInitializing(): boolean {
    return this.boundScope('ask whether init is running').isInitializing;
  }

  /** The variables of this module and its submodules, by collection. What is written later shows in them. @throws UnboundModuleError */
  get variables(): Variables {
    return this.boundScope('access variables').variables();
  }
}
