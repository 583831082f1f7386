import { FlaxonError, tree } from '@flaxon/tensor';

const describe = (value: unknown): string => {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (tree.isRecord(value)) return `an object with keys ${Object.keys(value).join(', ') || '(none)'}`;
  return typeof value === 'object' ? `a ${value.constructor.name}` : typeof value;
};

/** A state that another transformation made, or none at all. */
export class OptimizerStateError extends FlaxonError {
  readonly transformation: string;
  readonly expected: string;
  readonly found: string;

  constructor(transformation: string, expected: string, state: unknown) {
    const found = describe(state);
    super(
      `${transformation}: the state must be ${expected}, found ${found}. Pass what \`init\` of this same transformation returned, then what each ` +
        `\`update\` returned: \`let state = optimizer.init(params); [updates, state] = optimizer.update(gradients, state, params)\`.`,
    );
    this.transformation = transformation;
    this.expected = expected;
    this.found = found;
  }
}

/** A transformation that works on the parameters was not given them. */
export class MissingParamsError extends FlaxonError {
  readonly transformation: string;

  constructor(transformation: string) {
    super(
      `${transformation} needs the parameters to compute updates. Wrong: \`optimizer.update(gradients, state)\`. ` +
        `Right: \`optimizer.update(gradients, state, params)\`.`,
    );
    this.transformation = transformation;
  }
}

/** A transformation that needs more than gradients and parameters was not given it. */
export class MissingExtraArgsError extends FlaxonError {
  readonly transformation: string;
  /** The names of what was not given. */
  readonly missing: readonly string[];

  constructor(transformation: string, missing: readonly string[]) {
    const names = missing.map((name) => `\`${name}\``).join(', ');
    super(`${transformation} needs ${names}. Wrong: \`optimizer.update(gradients, state, params)\`. Right: \`optimizer.update(gradients, state, params, { ${missing.join(', ')} })\`.`);
    this.transformation = transformation;
    this.missing = missing;
  }
}
