import { FlaxonError, listNames, suggestion } from '@flaxon/tensor';
import { describe } from './describe.js';

/** A submodule was constructed where it cannot be named. */
export class AssignSubModuleError extends FlaxonError {
  readonly submodule: string;
  readonly owner: string;

  constructor(submodule: string, owner: string) {
    super(
      `The submodule ${submodule} must be constructed in \`setup()\` or in a compact method of ${owner}, where it gets its name and variables. ` +
        `\`call\` is compact in a class without \`setup\`; others are by \`static compact = ['encode']\`. ` +
        `Wrong: \`${owner}\` has \`setup\`, and \`call(x) { return new ${submodule}({ ... }).call(x); }\`. ` +
        `Right: \`setup() { this.inner = new ${submodule}({ ... }); }\` and \`call(x) { return this.inner.call(x); }\`.`,
    );
    this.submodule = submodule;
    this.owner = owner;
  }
}

/** `param` or `variable` in a method that is neither `setup` nor compact, or outside any. */
export class DeclarationError extends FlaxonError {
  readonly kind: 'param' | 'variable';
  readonly declaredName: string;
  readonly owner: string;

  constructor(kind: 'param' | 'variable', declaredName: string, owner: string) {
    super(
      `The ${kind} "${declaredName}" of ${owner} must be declared in \`setup()\` or in a compact method, while \`init\` or \`apply\` runs. ` +
        `\`call\` is compact in a class without \`setup\`; make other methods so by \`static compact = ['encode']\`, or declare in \`setup\`: ` +
        `\`this.${declaredName} = this.${kind}(...)\`.`,
    );
    this.kind = kind;
    this.declaredName = declaredName;
    this.owner = owner;
  }
}

/** Something that needs variables or random keys was asked of a module that has none. */
export class UnboundModuleError extends FlaxonError {
  readonly action: string;
  readonly owner: string;

  constructor(action: string, owner: string) {
    super(
      `Can't ${action} on an unbound module (${owner}): it holds attributes, and no variables. Run it with \`model.init(key, args)\` or ` +
        `\`model.apply(variables, args)\`, or bind it: \`const bound = model.bind(variables)\`.`,
    );
    this.action = action;
    this.owner = owner;
  }
}

/** A compact method was called on a module without variables. */
export class CallCompactUnboundModuleError extends FlaxonError {
  readonly method: string;
  readonly owner: string;

  constructor(method: string, owner: string) {
    super(
      `Can't call the compact method \`${method}\` of an unbound ${owner}. ` +
        `Wrong: \`model.${method}(x)\`. Right: \`model.apply(variables, [x]${method === 'call' ? '' : `, { method: '${method}' }`})\`, or ` +
        `\`model.bind(variables).${method}(x)\`. A submodule in \`setup\` has variables only once it is assigned: \`this.layer = new ${owner}(...)\`; ` +
        `one that was made outside has them once it is an attribute of a module.`,
    );
    this.method = method;
    this.owner = owner;
  }
}

/** `setup()` was called by hand on a module without variables. */
export class CallSetupUnboundModuleError extends FlaxonError {
  readonly owner: string;

  constructor(owner: string) {
    super(`Can't call \`setup()\` of an unbound ${owner}. It runs by itself, once, before the first method of a bound module.`);
    this.owner = owner;
  }
}

/** `unbind` of a module that is not bound. */
export class CallUnbindOnUnboundModuleError extends FlaxonError {
  readonly owner: string;

  constructor(owner: string) {
    super(`Can't call \`unbind()\` on an unbound ${owner}: there are no variables to take out. Bind it first: \`model.bind(variables).unbind()\`.`);
    this.owner = owner;
  }
}

/** No module runs at a path. */
export class SubmodulePathError extends FlaxonError {
  readonly path: string;
  readonly owner: string;
  readonly found: readonly string[];

  constructor(path: string, owner: string, found: readonly string[]) {
    super(`Nothing in ${owner} runs at "${path}"; modules that run: ${listNames(found, 12)}.${suggestion(path, found)} Paths are names joined by "/", such as "encoder/Dense_0".`);
    this.path = path;
    this.owner = owner;
    this.found = found;
  }
}

/** `shareScope` of modules that have no scope. */
export class CallShareScopeOnUnboundModuleError extends FlaxonError {
  /** The classes of the modules that are unbound. */
  readonly unbound: readonly string[];

  constructor(unbound: readonly string[]) {
    super(`Can't call \`shareScope\` on unbound modules, found ${unbound.join(' and ')}. Call it in \`setup()\`: \`setup() { shareScope(this, this.inner); }\`.`);
    this.unbound = unbound;
  }
}

/** `init`, `apply` and so on of a class of modules in the place of a module. */
export class InvalidInstanceModuleError extends FlaxonError {
  readonly operation: string;
  readonly moduleClass: string;

  constructor(operation: string, moduleClass: string) {
    super(
      `\`${operation}\` is a method of modules, and ${moduleClass} is a class of modules. ` +
        `Wrong: \`${moduleClass}.${operation}(...)\`. Right: \`new ${moduleClass}({ ... }).${operation}(...)\`.`,
    );
    this.operation = operation;
    this.moduleClass = moduleClass;
  }
}

/** Assignment to a module outside `setup`. */
export class SetAttributeFrozenModuleError extends FlaxonError {
  readonly attribute: string;
  readonly owner: string;

  constructor(attribute: string, owner: string, value: unknown) {
    super(
      `Can't set \`${attribute}\` of ${owner} to ${describe(value)}: modules are frozen outside \`setup\`. For other attributes make another ` +
        `module: \`model.clone({ ${attribute}: ... })\`. For values that change from call to call use a variable: \`this.variable('state', '${attribute}', ...)\`. ` +
        `To hand out a value from within use \`this.sow('intermediates', '${attribute}', value)\`.`,
    );
    this.attribute = attribute;
    this.owner = owner;
  }
}

/** Assignment to an attribute of the constructor in `setup`. */
export class SetAttributeInModuleSetupError extends FlaxonError {
  readonly attribute: string;
  readonly owner: string;

  constructor(attribute: string, owner: string) {
    super(
      `Can't set \`${attribute}\` of ${owner} in \`setup\`: it is an attribute of the constructor, and those are fixed. ` +
        `Assign to another name; for a default use zod's: \`Module.define({ ${attribute}: z.int().default(8) })\`.`,
    );
    this.attribute = attribute;
    this.owner = owner;
  }
}

/** An attribute that only `setup` sets was read from a module that is not bound. */
export class UnboundAttributeError extends FlaxonError {
  readonly attribute: string;
  readonly owner: string;

  constructor(attribute: string, owner: string) {
    super(
      `\`${attribute}\` of ${owner} is set by \`setup\`, which has not run: the module is unbound. ` +
        `Wrong: \`model.${attribute}\`. Right: \`model.bind(variables).${attribute}\`, or in a method while \`init\` or \`apply\` runs.`,
    );
    this.attribute = attribute;
    this.owner = owner;
  }
}

/** `method` names or is nothing that can be run. */
export class ApplyModuleInvalidMethodError extends FlaxonError {
  readonly owner: string;
  readonly found: unknown;

  constructor(owner: string, method: unknown, methods: readonly string[]) {
    super(
      typeof method === 'string'
        ? `${owner} has no method "${method}" that could be run; methods: ${listNames(methods)}.${suggestion(method, methods)} ` +
            `What \`setup\` makes is there only while the module runs: \`(module, x) => module.${method}.call(x)\` in place of the name.`
        : `\`method\` must be the name of a method or a function \`(module, ...args) => ...\`; found ${describe(method)}.`,
    );
    this.owner = owner;
    this.found = method;
  }
}

/** An attribute whose name the base class uses. */
export class ReservedModuleAttributeError extends FlaxonError {
  readonly attribute: string;

  constructor(attribute: string) {
    super(`An attribute cannot be named \`${attribute}\`, which every module has. Choose another name in \`Module.define({ ... })\`.`);
    this.attribute = attribute;
  }
}

/** A fault in the definition of a class. */
export class InvalidModuleClassError extends FlaxonError {
  readonly owner: string;

  constructor(owner: string, message: string) {
    super(`class ${owner}: ${message}`);
    this.owner = owner;
  }
}

/** What a module was given when it was constructed does not fit its definition. */
export class InvalidAttributeError extends FlaxonError {
  readonly owner: string;
  /** The path of the first attribute that is wrong, such as `features.1`. */
  readonly path: string;
  readonly problems: readonly { readonly path: string; readonly message: string }[];

  constructor(owner: string, problems: readonly { readonly path: string; readonly message: string }[]) {
    const lines = problems.map(({ path, message }) => `\`${path}\`: ${message}`);
    super(`${owner} was constructed with attributes that do not fit: ${lines.join('; ')}`);
    this.owner = owner;
    this.path = problems[0]?.path ?? '';
    this.problems = problems;
  }
}

/** A value was given in neither place or in both: to the constructor and to the call. */
export class MergeParamError extends FlaxonError {
  readonly paramName: string;

  constructor(paramName: string, given: 'neither' | 'both') {
    super(
      given === 'neither'
        ? `\`${paramName}\` must be given, to the constructor or to the call: neither was.`
        : `Precisely one of the constructor's and the call's \`${paramName}\` must be given: both were.`,
    );
    this.paramName = paramName;
  }
}

/** A collection of perturbations was passed that lacks one. */
export class MissingPerturbationError extends FlaxonError {
  readonly collection: string;
  readonly variableName: string;
  readonly path: string;

  constructor(collection: string, variableName: string, path: string) {
    super(
      `The collection "${collection}" was passed, but has no "${variableName}" at "${path}". Pass the collection as \`init\` made it, ` +
        `or none, which leaves values as they are.`,
    );
    this.collection = collection;
    this.variableName = variableName;
    this.path = path;
  }
}
