/**
 * The names that are taken in one scope. Variables of different collections may share a name; an inner scope shares its
 * name with nothing.
 */
export class Reservations {
  readonly #taken = new Map<string, Set<string> | 'scope'>();

  /** Whether `name` is taken for a variable of `collection`, or for an inner scope where that is not given. */
  has(name: string, collection?: string): boolean {
    const taken = this.#taken.get(name);
    if (taken === undefined) return false;
    return taken === 'scope' || collection === undefined || taken.has(collection);
  }

  add(name: string, collection?: string): void {
    const taken = this.#taken.get(name);
    if (collection === undefined) this.#taken.set(name, 'scope');
    else if (taken === undefined) this.#taken.set(name, new Set([collection]));
    else if (taken !== 'scope') taken.add(collection);
  }

  /** The first of `prefix0`, `prefix1`, ... that nothing has. */
  firstFree(prefix: string): string {
    let i = 0;
    while (this.#taken.has(`${prefix}${i}`)) i++;
    return `${prefix}${i}`;
  }
}
