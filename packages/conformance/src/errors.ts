/**
 * What can go wrong with a case, other than an error of the library.
 *
 * A case may expect that a call throws, and for some names any error is right. These errors are the runner's own and are
 * never taken for such a one.
 */
export class ConformanceError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** The library does not have something that the case needs. */
export class MissingError extends ConformanceError {
  readonly missing: string;

  constructor(missing: string) {
    super(`missing: ${missing}`);
    this.missing = missing;
  }
}

/** The library's result is not the expected one. */
export class MismatchError extends ConformanceError {
  readonly what: string;

  constructor(what: string, difference: string) {
    super(`${what}: ${difference}`);
    this.what = what;
  }
}

/** The case, or the file it stands in, does not follow the format. */
export class CaseFormatError extends ConformanceError {}
