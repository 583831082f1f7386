import { FlaxonError } from '@flaxon/tensor';
import { describe } from './describe.js';

/** A lifted transformation was given something that is neither a class of modules nor a function of a module. */
export class TransformTargetError extends FlaxonError {
  readonly operation: string;
  readonly found: unknown;

  constructor(operation: string, target: unknown) {
    super(
      `lift.${operation} applies to classes of modules and to functions whose first argument is a module; found ${describe(target)}. ` +
        `Wrong: \`lift.${operation}(new Dense({ features: 3 }))\`. Right: \`lift.${operation}(Dense, options)\`, whose modules are then constructed, or ` +
        `\`lift.${operation}((module: Model, x: Tensor) => module.encode(x), options)\`, which is called with the module.`,
    );
    this.operation = operation;
    this.found = target;
  }
}

/** A lifted method returned a module or a reference to a variable, whose scope ends with the transformation. */
export class TransformedMethodReturnValueError extends FlaxonError {
  readonly method: string;

  constructor(method: string) {
    super(`The transformed method \`${method}\` cannot return modules or variable references: what they refer to ends with the transformation. Return values: \`variable.value\`, or the result of a call.`);
    this.method = method;
  }
}

/** An option or argument of a lifted transformation does not fit. */
export class LiftArgumentError extends FlaxonError {
  readonly operation: string;

  constructor(operation: string, problem: string) {
    super(`${operation}: ${problem}.`);
    this.operation = operation;
  }
}

/** The mapped axes of a lifted `vmap` or `scan` have several sizes, or none. */
export class AxisSizeError extends FlaxonError {
  readonly operation: string;
  readonly sizes: readonly string[];

  constructor(operation: string, option: string, sizes: readonly string[]) {
    super(
      sizes.length === 0
        ? `lift.${operation}: nothing that is mapped has a size; give \`${option}\`.`
        : `lift.${operation}: what is mapped must have one size along its axis, found ${sizes.join(', ')}. Check \`inAxes\`, the axes of the collections and \`${option}\`.`,
    );
    this.operation = operation;
    this.sizes = sizes;
  }
}

/** Something that all examples or steps share depends on one of them. */
export class SharedValueError extends FlaxonError {
  readonly operation: string;
  readonly path: string;

  constructor(operation: 'vmap' | 'scan', { what, path }: { readonly what: string; readonly path: string }) {
    super(
      `lift.${operation}: ${what}${path === '' ? '' : ` "${path}"`} is shared by all ${operation === 'scan' ? 'steps' : 'examples'}, but its value depends on one of them. ` +
        (operation === 'scan'
          ? 'Give its collection an axis in `variableAxes` for a value a step, or carry it with `variableCarry`; do not split the stream it is drawn from.'
          : 'Give its collection an axis in `variableAxes` for a value an example, or do not write it; do not split the stream it is drawn from.'),
    );
    this.operation = operation;
    this.path = path;
  }
}

/** What a lifted loop carries, or what branches leave, differs in its tree. */
export class LiftedStructureError extends FlaxonError {
  readonly operation: string;
  readonly expected: string;
  readonly found: string;

  constructor(operation: string, what: string, expected: string, found: string, fix: string) {
    super(`lift.${operation}: ${what}: expected ${expected}, found ${found}. ${fix}`);
    this.operation = operation;
    this.expected = expected;
    this.found = found;
  }
}

/** A transformation adds or takes away an axis of a tensor with named axes, and does not say its name. */
export class PartitioningUnspecifiedError extends FlaxonError {
  readonly names: readonly (string | null)[];

  constructor(names: readonly (string | null)[], mismatch?: { readonly axis: number; readonly partitionName: string }) {
    const found = `a tensor with the axes ${names.map((name) => name ?? 'null').join(', ')}`;
    super(
      mismatch === undefined
        ? `The axis of a transformed variable needs a name, since it is ${found}: give \`metadataParams: { partitionName: 'layers' }\`.`
        : `Axis ${mismatch.axis} of ${found} should be "${mismatch.partitionName}", as \`metadataParams.partitionName\` says. Transform variables along the axis that they were made with.`,
    );
    this.names = names;
  }
}
