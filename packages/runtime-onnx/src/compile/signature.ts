/**
 * The signature of a call, and its leaves: what is done at every call, so without paths or rebuilding functions. Leaves come in the order
 * of `flattenArguments`.
 */
import { Tensor } from '@flaxon/tensor';

export interface CallSignature {
  readonly leaves: readonly Tensor[];
  /** Equal for calls with the same structure, static values, dtypes and shapes; undefined where an argument is of no kind that can be passed. */
  readonly key: string | undefined;
}

class Reader {
  readonly leaves: Tensor[] = [];
  key = '';
  isValid = true;

  visit(value: unknown): void {
    if (value instanceof Tensor) {
      this.leaves.push(value);
      this.key += `${value.dtype}[${value.shape.join()}]`;
    } else if (Array.isArray(value)) {
      this.key += '(';
      for (const child of value) this.visit(child);
      this.key += ')';
    } else if (typeof value === 'object' && value !== null) this.#record(value);
    else if (typeof value === 'function' || typeof value === 'symbol') this.isValid = false;
    else this.key += `${typeof value}:${Object.is(value, -0) ? '-0' : JSON.stringify(String(value))};`;
  }

  #record(value: object): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      this.isValid = false;
      return;
    }
    this.key += '{';
    for (const name of Object.keys(value).sort()) {
      this.key += `${JSON.stringify(name)}:`;
      this.visit(Reflect.get(value, name));
    }
    this.key += '}';
  }
}

export function signatureOf(args: readonly unknown[]): CallSignature {
  const reader = new Reader();
  for (const arg of args) {
    reader.visit(arg);
    reader.key += ',';
  }
  return { leaves: reader.leaves, key: reader.isValid ? reader.key : undefined };
}
