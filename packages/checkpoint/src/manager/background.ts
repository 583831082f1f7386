/** Work that goes on beside the program: one after another, at most so many waiting, and failures that somebody hears of. */
export class Background {
  /** What is under way or waits, in order. */
  readonly #pending = new Set<Promise<unknown>>();
  #last: Promise<unknown> = Promise.resolve();
  #failures: unknown[] = [];

  /** Does `work` after all that has been given before. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    const settled = done.then(() => undefined, () => undefined);
    this.#last = settled;
    this.#pending.add(settled);
    void settled.then(() => this.#pending.delete(settled));
    return done;
  }

  /**
   * As `run`, but done as soon as `work` is one of at most `most` that are unfinished; its failure waits for `rethrow`.
   * @throws what earlier unattended work failed with, and then this one is not begun
   */
  async runUnattended(work: () => Promise<unknown>, most: number): Promise<void> {
    while (this.#pending.size >= most) await Promise.race(this.#pending);
    this.rethrow();
    this.run(work).catch((error: unknown) => void this.#failures.push(error));
  }

  /** Waits for all that has been given; nothing is thrown. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Throws the first failure that nobody has heard of, and forgets it. */
  rethrow(): void {
    if (this.#failures.length > 0) throw this.#failures.shift();
  }
}
