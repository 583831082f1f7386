import type { Filter } from '../filter.js';
import type { Collection } from '../variables.js';

/** What all scopes of one `init`, `apply` or `bind` have in common. */
export class ScopeRoot {
  /** The data. Collections that may be written are copies of the caller's, others the caller's own. */
  readonly collections: { [collection: string]: Collection };
  readonly mutable: Filter;
  readonly initializing: boolean;
  /** The name scope that was open when this root was made: paths of modules come after it. */
  readonly namePrefix: string;
  /** What was taken up under this root, by the original: two users of one original share what it became. */
  readonly adopted = new Map<object, object>();
  /** False once the function that this root was made for has returned. */
  valid = true;

  constructor(collections: { [collection: string]: Collection }, mutable: Filter, initializing: boolean, namePrefix: string) {
    this.collections = collections;
    this.mutable = mutable;
    this.initializing = initializing;
    this.namePrefix = namePrefix;
  }
}
