import { InvalidInstanceModuleError, UnboundModuleError } from '../errors/module-errors.js';
import { checkOptions } from '../errors/options.js';
import type { Scope } from '../scope/scope.js';
import { attach } from './attach.js';
import { parseAttributes, VALIDATED } from './attributes.js';
import { classInfo, moduleClassName, type AnyModuleClass } from './class-info.js';
import type { AttributeShape, ModuleOptions } from './define.js';
import { attributeGuard } from './guard.js';
import { moduleToJson, type ModuleJson } from './json.js';
import type { Module } from './module.js';
import { printModule } from './print.js';
import { running } from './running.js';
import { ModuleState, STATE } from './state.js';

interface ConstructorOptions extends ModuleOptions {
  readonly [VALIDATED]?: Readonly<Record<string, unknown>>;
}

/** What a module is: attributes, a name, a place. What can be done with it is in the classes that extend this one. */
export abstract class ModuleBase {
  /** The zod types of the attributes. */
  static readonly attributes: AttributeShape = {};

  declare readonly [STATE]: ModuleState;

  // A class is easily taken for a module; `Dense.apply` would otherwise be that of functions. @throws InvalidInstanceModuleError
  static init(..._args: never[]): never {
    throw new InvalidInstanceModuleError('init', moduleClassName(this));
  }

  static apply(..._args: never[]): never {
    throw new InvalidInstanceModuleError('apply', moduleClassName(this));
  }

  static bind(..._args: never[]): never {
    throw new InvalidInstanceModuleError('bind', moduleClassName(this));
  }

  /**
   * @throws InvalidAttributeError where attributes do not fit, AssignSubModuleError where no submodule may be made now,
   * NameInUseError
   */
  protected constructor(attributes: object | undefined, options: ConstructorOptions = {}, base: object) {
    checkOptions('the constructor of a module', options, ['name', 'parent']);
    const moduleClass: AnyModuleClass = new.target;
    const info = classInfo(moduleClass, base);
    const module = new Proxy<ModuleBase>(this, attributeGuard);
    const parent = options.parent === undefined ? (running.modules.at(-1) ?? null) : options.parent;
    const state = new ModuleState(info, module as Module, this, parent, options.name);
    Object.assign(this, options[VALIDATED] ?? parseAttributes(info, attributes ?? {}));
    // Not enumerable: two modules with equal attributes look alike. From here on the guard is at work.
    Object.defineProperty(this, STATE, { value: state });
    attach(state);
    return module;
  }

  /** The name that was given to the constructor, or that the module got from its parent. */
  get name(): string | undefined {
    return this[STATE].name;
  }

  /** The scope of a bound module. */
  get scope(): Scope | undefined {
    return this[STATE].scope;
  }

  /** The names from the outermost module to this one. @throws UnboundModuleError */
  get path(): readonly string[] {
    return this.boundScope('ask for the path').path;
  }

  /** @throws UnboundModuleError */
  protected boundScope(action: string): Scope {
    const { scope, info } = this[STATE];
    if (scope === undefined) throw new UnboundModuleError(action, info.name);
    return scope;
  }

  /** `{ type, config }`: the class by name and the attributes, as far as they are data. Functions are there by name. */
  toJSON(): ModuleJson {
    return moduleToJson(this[STATE]);
  }

  /** The class, the attributes, and the submodules so far. */
  toString(): string {
    return printModule(this[STATE]);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
