import { CaseFormatError, MissingError } from '../errors.js';
import type { CaseContext } from '../kinds/context.js';
import { isActivationField, isComplexDtype, isInitializerField } from '../registry/config-fields.js';
import { findFunction } from '../registry/functions.js';
import { type InitializerSpec, makeInitializer } from '../registry/initializers.js';
import { isKey, makeKey } from '../registry/keys.js';
import { findModuleClass, type ModuleConstructor } from '../registry/modules.js';
import { decodeTree, isArray, isObject, mapEntries } from '../values.js';
import type { Frame } from './frame.js';
import { liftClass } from './lifted.js';
import { defineScriptClass } from './script-class.js';
import { type ClassSpec, type ConfigValue, isModuleSpec, type LayerSpec, type ModuleSpec, moduleSchema } from './syntax.js';

/** What a submodule is constructed with besides its attributes. */
interface Place {
  /** The method in which it is constructed; references are looked up there. */
  readonly frame?: Frame | undefined;
  readonly name?: string | undefined;
}

/** Constructs the modules of one case. Where an id stands twice it gives one instance. */
export class ModuleBuilder {
  readonly context: CaseContext;
  readonly #instances = new Map<string, unknown>();
  readonly #classes = new Map<ClassSpec, ModuleConstructor>();

  constructor(context: CaseContext) {
    this.context = context;
  }

  /** The module that `spec` describes. Modules in its config and fields are constructed before it, in order. */
  construct(spec: ModuleSpec, { frame, name = spec.name }: Place = {}): unknown {
    const known = spec.id === undefined ? undefined : this.#instances.get(spec.id);
    if (known !== undefined) return known;
    const instance = this.#constructNew(spec, frame, name);
    if (spec.id !== undefined) this.#instances.set(spec.id, instance);
    return instance;
  }

  #constructNew(spec: ModuleSpec, frame: Frame | undefined, name: string | undefined): unknown {
    if ('ref' in spec) {
      if (frame === undefined) throw new CaseFormatError('a reference to a module has a meaning inside a method only');
      return frame.evaluate(spec.ref);
    }
    const target = innermost(spec);
    if ('ref' in target) {
      if ('lift' in spec) liftClass(this, spec, frame);
      throw new CaseFormatError('an instance was lifted as if it were a class');
    }
    const attributes = 'type' in target ? this.attributes(target, frame) : this.values(target.fields ?? {}, frame);
    const moduleClass = this.classOf(spec, frame);
    return new moduleClass(attributes, name === undefined ? {} : { name });
  }

  /** The class of a spec that is no reference: of the library, of a script, or lifted. */
  classOf(spec: Exclude<ModuleSpec, { readonly ref: unknown }>, frame?: Frame): ModuleConstructor {
    if ('lift' in spec) return liftClass(this, spec, frame);
    if ('type' in spec) return findModuleClass(this.context.library, spec.type);
    const known = this.#classes.get(spec) ?? defineScriptClass(spec, this);
    this.#classes.set(spec, known);
    return known;
  }

  /** The config of a layer: its modules, initializers and functions by name in place. */
  attributes(spec: LayerSpec, frame?: Frame): Record<string, unknown> {
    return mapEntries(spec.config, (value, field) => this.#attribute(field, value, frame));
  }

  #attribute(field: string, value: ConfigValue, frame: Frame | undefined): unknown {
    const { library } = this.context;
    if (isActivationField(field) && typeof value === 'string') return findFunction(library, value);
    if (isActivationField(field) && isArray(value)) return value.map((item) => this.#attribute(field, item as ConfigValue, frame));
    if (isInitializerField(field) && isObject(value)) return makeInitializer(this.values(value as Record<string, ConfigValue>, frame) as InitializerSpec, library);
    if (isComplexDtype(value)) throw new MissingError(value);
    return this.value(value, frame);
  }

  /** The attributes of a function: modules and keys among them in place, all else as it stands. */
  functionAttributes(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const { arrays } = this.context;
    return mapEntries(attributes, (value) => {
      if (isKey(value)) return makeKey(value, this.context);
      return isModuleSpec(value) ? this.construct(moduleSchema.parse(value)) : decodeTree(value, arrays);
    });
  }

  values(values: Readonly<Record<string, ConfigValue>>, frame?: Frame): Record<string, unknown> {
    return mapEntries(values, (value) => this.value(value, frame));
  }

  value(value: ConfigValue, frame?: Frame): unknown {
    if (isModuleSpec(value)) return this.construct(value, { frame });
    if (isArray(value)) return value.map((item) => this.value(item as ConfigValue, frame));
    if (isObject(value) && !('$' in value)) return mapEntries(value, (item) => this.value(item as ConfigValue, frame));
    return decodeTree(value, this.context.arrays);
  }
}

/** What a lifted class is made of in the end. */
function innermost(spec: ModuleSpec): Exclude<ModuleSpec, { readonly lift: unknown }> {
  return 'lift' in spec ? innermost(spec.target) : spec;
}

