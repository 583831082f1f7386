import type { Dtype } from '../dtype/dtype.js';
import type { Tensor } from '../tensor/tensor.js';

/** Makes the first value of a parameter: of a key, its shape, and its dtype (float32 by default). Any such function will do. */
export type Initializer = (key: Tensor, shape: readonly number[], dtype?: Dtype) => Tensor;

/** A value that JSON holds. */
export type JsonValue = number | string | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The name of an initializer of this library, and the attributes given to it. */
export interface InitializerConfig {
  readonly name: string;
  readonly [attribute: string]: JsonValue;
}

/** An initializer of this library: it knows what made it, so that a module's configuration can be written down. */
export interface NamedInitializer extends Initializer {
  readonly config: InitializerConfig;
}

/** Adds a name and attributes to `initialize`; attributes that are undefined were not given. */
export function named(name: string, attributes: object, initialize: Initializer): NamedInitializer {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const config = Object.freeze({ name, ...Object.fromEntries(given) }) as InitializerConfig;
  return Object.assign((key: Tensor, shape: readonly number[], dtype?: Dtype) => initialize(key, shape, dtype), { config });
}

/** What made the initializer, as JSON: `{ name: 'normal', stddev: 0.02 }`; undefined for a function that is not of this library. */
export function initializerConfig(initializer: Initializer): InitializerConfig | undefined {
  return (initializer as Partial<NamedInitializer>).config;
}
