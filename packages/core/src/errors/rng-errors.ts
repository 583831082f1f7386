import { FlaxonError, listNames } from '@flaxon/tensor';
import { describe } from './describe.js';

/** A random key is missing, or something else was given in its place. */
export class InvalidRngError extends FlaxonError {
  readonly stream: string | undefined;
  readonly path: string | undefined;
  readonly found: unknown;

  private constructor(message: string, fields: { stream?: string; path?: string; found?: unknown }) {
    super(message);
    this.stream = fields.stream;
    this.path = fields.path;
    this.found = fields.found;
  }

  /** `makeRng` without the stream, and without `params` to stand in for it. */
  static missing(stream: string, path: string, given: readonly string[]): InvalidRngError {
    return new InvalidRngError(
      `"${path}" needs a random key of the stream "${stream}"; streams that were given: ${listNames(given)}. Pass one, ` +
        `\`{ rngs: { ${stream}: random.key(0) } }\`, or a single key, which is the stream "params" and stands in for all that are missing.`,
      { stream, path, found: given },
    );
  }

  /** Something that is neither a key nor an object of keys. */
  static notKeys(found: unknown, stream?: string): InvalidRngError {
    const where = stream === undefined ? '' : ` for the stream "${stream}"`;
    return new InvalidRngError(
      `Random keys are a tensor uint32[2], or an object from stream names to such tensors; found ${describe(found)}${where}. ` +
        `For example \`random.key(0)\` or \`{ params: random.key(0), dropout: random.key(1) }\`.`,
      stream === undefined ? { found } : { found, stream },
    );
  }
}

/** `lazyInit` came upon a variable whose value depends on the data, of which only shapes are known. */
export class LazyInitError extends FlaxonError {
  readonly path: string;

  constructor(path: string) {
    super(
      `lazyInit: the variable "${path}" depends on the values of the inputs, of which lazyInit knows shapes and dtypes only. ` +
        `Use \`init\` with real inputs, or make the initializer depend on shapes alone.`,
    );
    this.path = path;
  }
}
