/** Keeps the values that were used last, up to a number; what falls out is handed to `dispose`. */
export class LeastRecentlyUsed<Value> {
  readonly #values = new Map<string, Value>();
  readonly #capacity: number;
  readonly #dispose: (value: Value) => void;

  constructor(capacity: number, dispose: (value: Value) => void) {
    this.#capacity = capacity;
    this.#dispose = dispose;
  }

  get size(): number {
    return this.#values.size;
  }

  /** The value under `key`, which counts as used now. */
  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    for (const [oldest, dropped] of this.#values) {
      if (this.#values.size <= this.#capacity) break;
      this.#values.delete(oldest);
      this.#dispose(dropped);
    }
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  /** Takes out every value. */
  clear(): Value[] {
    const values = [...this.#values.values()];
    this.#values.clear();
    return values;
  }
}
