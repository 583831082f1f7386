/**
 * How many keys each stream of a scope has given. The counters of inner scopes live in those of the outer one, so that a
 * submodule that is called a second time goes on counting instead of drawing the same numbers again.
 */
export class RngCounters {
  readonly #counts = new Map<string, number>();
  readonly #inner = new Map<string, RngCounters>();

  /** Counts one more key of `stream`: 1 at first. */
  next(stream: string): number {
    const count = (this.#counts.get(stream) ?? 0) + 1;
    this.#counts.set(stream, count);
    return count;
  }

  /** The counters of the inner scope `name`: the same ones whenever it is entered. */
  of(name: string): RngCounters {
    const known = this.#inner.get(name);
    if (known !== undefined) return known;
    const made = new RngCounters();
    this.#inner.set(name, made);
    return made;
  }

  /** Counters of their own that go on from here. */
  copy(): RngCounters {
    const copy = new RngCounters();
    for (const [stream, count] of this.#counts) copy.#counts.set(stream, count);
    for (const [name, inner] of this.#inner) copy.#inner.set(name, inner.copy());
    return copy;
  }
}
