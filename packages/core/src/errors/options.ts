import { FlaxonError, listNames, suggestion } from '@flaxon/tensor';

/** An option that the function does not have. */
export class UnknownOptionError extends FlaxonError {
  readonly operation: string;
  readonly option: string;
  readonly known: readonly string[];

  constructor(operation: string, option: string, known: readonly string[]) {
    super(`${operation} has no option \`${option}\`; it has ${listNames(known, 20)}.${suggestion(option, known)}`);
    this.operation = operation;
    this.option = option;
    this.known = known;
  }
}

/** @throws UnknownOptionError where `options` has a key that is not among `known` */
export function checkOptions(operation: string, options: object, known: readonly string[]): void {
  for (const option of Object.keys(options)) {
    if (!known.includes(option)) throw new UnknownOptionError(operation, option, known);
  }
}
