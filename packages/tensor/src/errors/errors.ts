import { isTracing } from '../program/open-traces.js';
import { findCallSite } from './call-site.js';

/** The base of every error that Flaxon throws on purpose. */
export class FlaxonError extends Error {
  // Not a property of its own, so that errors with equal fields stay equal.
  readonly #callSite: string | undefined;

  constructor(message?: string, options?: ErrorOptions) {
    const callSite = findCallSite();
    super(callSite !== undefined && isTracing() ? `${message ?? ''}\n    called at ${callSite}` : message, options);
    this.#callSite = callSite;
  }

  /**
   * Where the user's code called into the library, such as `loss (/home/me/model.ts:12:5)`; undefined where that cannot be told. While a function
   * is traced, the message ends with it: the stack then begins with the frames of the transformations.
   */
  get callSite(): string | undefined {
    return this.#callSite;
  }

  override get name(): string {
    return this.constructor.name;
  }
}

/** Shapes that do not fit an operation. */
export class ShapeError extends FlaxonError {
  readonly operation: string;
  readonly shapes: readonly string[];

  constructor(operation: string, shapes: readonly string[], message: string) {
    super(`${operation}: ${message}; found shape${shapes.length === 1 ? '' : 's'} ${shapes.join(', ')}`);
    this.operation = operation;
    this.shapes = shapes;
  }
}

/** An element type that does not fit an operation. */
export class DtypeError extends FlaxonError {
  readonly operation: string;
  readonly dtypes: readonly string[];

  constructor(operation: string, dtypes: readonly string[], message: string) {
    super(`${operation}: ${message}; found ${dtypes.join(', ')}`);
    this.operation = operation;
    this.dtypes = dtypes;
  }
}

/** An argument that is out of range or not one of those allowed. */
export class ArgumentError extends FlaxonError {
  readonly operation: string;
  readonly argument: string;

  constructor(operation: string, argument: string, message: string) {
    super(`${operation}: \`${argument}\` ${message}`);
    this.operation = operation;
    this.argument = argument;
  }
}

/** The value of a traced tensor was asked for: it has a shape and a dtype and no data. */
export class ConcretizationError extends FlaxonError {
  readonly operation: string;

  constructor(operation: string, described: string) {
    super(
      `${operation} needs the value of a traced tensor (${described}), which has a shape and a dtype but no data while a function is ` +
        `transformed, exported or compiled. Keep the computation in tensors instead: \`where(condition, a, b)\` to choose by a value, ` +
        `\`scan\` to loop; or pass the number as a plain JavaScript argument, which is static.`,
    );
    this.operation = operation;
  }
}

/** A traced tensor was used after the function that it belongs to had returned. */
export class LeakedTensorError extends FlaxonError {
  constructor(operation: string, described: string) {
    super(
      `${operation}: a traced tensor (${described}) was used outside the function that was traced. ` +
        `Return it from the function instead of keeping it in a variable outside.`,
    );
  }
}

/** An axis was named that no enclosing `vmap` has. */
export class UnboundAxisError extends FlaxonError {
  readonly operation: string;
  readonly axisName: string;
  /** The names that are there, the innermost last. */
  readonly boundAxes: readonly string[];

  constructor(operation: string, axisName: string, boundAxes: readonly string[]) {
    const bound = boundAxes.length === 0 ? 'no axis has a name here' : `the axes here are ${boundAxes.map((name) => `\`${name}\``).join(', ')}`;
    super(`${operation}: there is no axis \`${axisName}\`; ${bound}. Give the examples that name: \`vmap(f, { axisName: '${axisName}' })\``);
    this.operation = operation;
    this.axisName = axisName;
    this.boundAxes = boundAxes;
  }
}

/** Trees of different structure. */
export class TreeError extends FlaxonError {
  readonly path: string;

  constructor(path: string, expected: string, found: string) {
    super(`trees differ at \`${path === '' ? '(root)' : path}\`: expected ${expected}, found ${found}`);
    this.path = path;
  }
}

/** A program that breaks a rule of programs: a fault of a transformation, not of its user. */
export class ProgramError extends FlaxonError {}

/** A derivative or batching rule that does not exist. */
export class TransformError extends FlaxonError {
  readonly transformation: string;
  readonly operation: string;

  constructor(transformation: string, operation: string, message: string) {
    super(`${transformation} of ${operation}: ${message}`);
    this.transformation = transformation;
    this.operation = operation;
  }
}
