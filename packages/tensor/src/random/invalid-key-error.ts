import { FlaxonError } from '../errors/errors.js';

/** What was given as a random key is not one. */
export class InvalidKeyError extends FlaxonError {
  readonly operation: string;
  /** What was given instead, such as `uint32[3,2]`. */
  readonly found: string;

  constructor(operation: string, found: string, fix: string) {
    super(`${operation}: needs a key, a uint32 tensor of shape (2,); found ${found}. ${fix}`);
    this.operation = operation;
    this.found = found;
  }
}
