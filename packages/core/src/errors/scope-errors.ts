import { FlaxonError, formatShape, listNames, type Shape, suggestion } from '@flaxon/tensor';
import { describe } from './describe.js';

/** A filter that is none of the allowed kinds. */
export class InvalidFilterError extends FlaxonError {
  readonly found: unknown;

  constructor(found: unknown) {
    super(
      `A filter of collections or streams is true, false, a name, an array or set of names, or a DenyList; found ${describe(found)}. ` +
        `For example \`mutable: ['batch_stats']\` or \`mutable: new DenyList('params')\`.`,
    );
    this.found = found;
  }
}

/** A scope, or a module that holds one, was used after the `init` or `apply` that made it had returned. */
export class InvalidScopeError extends FlaxonError {
  readonly path: string;

  constructor(path: string) {
    super(
      `The scope "${path}" is no longer valid: the init or apply that made it has returned. ` +
        `Return values from the method, not modules; to keep a module together with its variables use \`model.bind(variables)\`.`,
    );
    this.path = path;
  }
}

/** `variables` is not an object of collections. */
export class ApplyScopeInvalidVariablesTypeError extends FlaxonError {
  readonly collection: string | undefined;
  readonly found: unknown;

  constructor(collection: string | undefined, found: unknown) {
    const where = collection === undefined ? '' : ` under "${collection}"`;
    super(
      `The variables must be an object of collections, each an object: \`{ params: { ... } }\`. Found ${describe(found)}${where}. ` +
        `What \`init\` returns has this form; for bare parameters write \`{ params: parameters }\`.`,
    );
    this.collection = collection;
    this.found = found;
  }
}

/** `{ params: { params: ... } }`: one layer too many. */
export class ApplyScopeInvalidVariablesStructureError extends FlaxonError {
  constructor() {
    super(
      `The variables must have the form \`{ params: { ... } }\`, found \`{ params: { params: { ... } } }\`: one layer of "params" too many. ` +
        `Wrong: \`model.apply({ params: variables }, ...)\`. Right: \`model.apply(variables, ...)\` or \`model.apply({ params: variables.params }, ...)\`.`,
    );
  }
}

/** A parameter is missing, and `params` may not be written. */
export class ScopeParamNotFoundError extends FlaxonError {
  readonly paramName: string;
  readonly path: string;
  readonly found: readonly string[];

  constructor(paramName: string, path: string, found: readonly string[]) {
    super(
      `Could not find the parameter "${paramName}" in "${path}"; found there: ${listNames(found)}.${suggestion(paramName, found)} ` +
        `The variables come from another model or another method: initialize this one with \`init\`, which creates the parameters of ` +
        `the submodules and methods that it runs, or pass \`mutable: ['params']\` to create what is missing.`,
    );
    this.paramName = paramName;
    this.path = path;
    this.found = found;
  }
}

/** A variable or parameter is missing, since its whole collection is empty or not there, and may not be written. */
export class ScopeCollectionNotFound extends FlaxonError {
  readonly collection: string;
  readonly variableName: string;
  readonly path: string;
  readonly found: readonly string[];

  constructor(collection: string, variableName: string, path: string, found: readonly string[]) {
    const others = found.filter((name) => name !== collection);
    super(
      `Tried to access "${variableName}" in the collection "${collection}" at "${path}", but that collection is empty; collections that ` +
        `were passed: ${listNames(others)}.${suggestion(collection, others)} Pass everything that \`init\` returned ` +
        `(right: \`apply({ params }, ...)\`, wrong: \`apply(params, ...)\`), or add "${collection}" to \`mutable\` to create it.`,
    );
    this.collection = collection;
    this.variableName = variableName;
    this.path = path;
    this.found = found;
  }
}

/** A variable is missing in a collection that exists, and cannot be created. */
export class ScopeVariableNotFoundError extends FlaxonError {
  readonly collection: string;
  readonly variableName: string;
  readonly path: string;
  readonly found: readonly string[];

  constructor(collection: string, variableName: string, path: string, found: readonly string[]) {
    super(
      `There is no variable "${variableName}" of the collection "${collection}" in "${path}"; found there: ${listNames(found)}.` +
        `${suggestion(variableName, found)} To create it, give \`variable\` an initializer and add "${collection}" to \`mutable\`.`,
    );
    this.collection = collection;
    this.variableName = variableName;
    this.path = path;
    this.found = found;
  }
}

/** A parameter that was passed in has another shape than the module declares. */
export class ScopeParamShapeError extends FlaxonError {
  readonly paramName: string;
  readonly path: string;
  readonly expected: Shape;
  readonly found: Shape | undefined;

  constructor(paramName: string, path: string, expected: Shape, found: Shape | undefined) {
    super(
      `The parameter "${paramName}" in "${path}" should have shape ${formatShape(expected)}, but the one that was passed ` +
        `${found === undefined ? 'is not a tensor' : `has shape ${formatShape(found)}`}. Either the variables belong to a module with other ` +
        `attributes, or the input has another shape than the one that \`init\` saw, or one submodule is called with inputs of two shapes.`,
    );
    this.paramName = paramName;
    this.path = path;
    this.expected = expected;
    this.found = found;
  }
}

/** A parameter was declared with a dimension that has no size yet. */
export class SymbolicParamShapeError extends FlaxonError {
  readonly paramName: string;
  readonly path: string;
  readonly shape: Shape;

  constructor(paramName: string, path: string, shape: Shape) {
    super(
      `The parameter "${paramName}" in "${path}" was declared with the shape ${formatShape(shape)}, but the shape of a parameter must be known. ` +
        `Only axes that no parameter depends on, such as that of the batch, may be symbolic: \`spec('float32', ['batch', 784])\`.`,
    );
    this.paramName = paramName;
    this.path = path;
    this.shape = shape;
  }
}

/** A variable of an immutable collection was assigned. */
export class ModifyScopeVariableError extends FlaxonError {
  readonly collection: string;
  readonly variableName: string;
  readonly path: string;

  constructor(collection: string, variableName: string, path: string) {
    super(
      `Cannot update the variable "${variableName}" in "${path}", since the collection "${collection}" is immutable. ` +
        `To update it: \`const [y, updates] = model.apply(variables, args, { mutable: ['${collection}'] })\`.`,
    );
    this.collection = collection;
    this.variableName = variableName;
    this.path = path;
  }
}

/** What a name is taken by or wanted for. */
export type NameKind = 'param' | 'variable' | 'submodule';

/** A parameter, variable or submodule of this name exists already. */
export class NameInUseError extends FlaxonError {
  readonly kind: NameKind;
  readonly takenName: string;
  readonly owner: string;

  constructor(kind: NameKind, takenName: string, owner: string) {
    super(
      `Could not create the ${kind} "${takenName}" in ${owner}: the name is in use. Submodules share a name space with parameters and ` +
        `variables; the names \`<Class>_0\`, \`<Class>_1\`, ... are given to unnamed submodules in the order of their construction, and explicit names ` +
        `do not move that counter. Choose another name; to use a submodule twice, keep the instance and call it twice.`,
    );
    this.kind = kind;
    this.takenName = takenName;
    this.owner = owner;
  }
}

/** A name that cannot be a key of a plain object. */
export class InvalidNameError extends FlaxonError {
  readonly invalidName: unknown;

  constructor(invalidName: unknown) {
    super(`Names of variables and scopes are strings other than "__proto__"; found ${describe(invalidName)}.`);
    this.invalidName = invalidName;
  }
}
