import { initializers, Tensor, tree, type Initializer } from '@flaxon/tensor';
import { attributesOf } from './clone.js';
import { isModule, type ModuleState } from './state.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A module as data: the name of its class, its attributes, and its name where it has one. */
export interface ModuleJson {
  readonly [key: string]: Json;
  readonly type: string;
  readonly config: { readonly [attribute: string]: Json };
}

/**
 * Attributes as JSON. Functions are there by name, initializers with their attributes, tensors as dtype, shape and data. An
 * attribute that was not given is left out.
 */
export function moduleToJson(state: ModuleState): ModuleJson {
  return { type: state.info.name, config: toJsonObject(attributesOf(state)) };
}

function toJsonObject(record: Readonly<Record<string, unknown>>): { readonly [key: string]: Json } {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, toJson(value)]));
}

function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (isModule(value)) return value.toJSON();
  if (typeof value === 'function') return functionToJson(value);
  if (value instanceof Tensor) return { dtype: value.dtype, shape: toJson(value.shape), data: value.isTraced ? null : toJson(value.toArray()) };
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return toJsonObject(Object.fromEntries([...value].map(([key, inner]: [unknown, unknown]) => [String(key), inner])));
  return tree.isRecord(value) ? toJsonObject(value) : String(value);
}

/** An initializer of the library as what made it, `{ name, ...attributes }`; another function as its name. */
export function functionToJson(value: { readonly name: string }): string | initializers.InitializerConfig {
  const config = initializers.initializerConfig(value as Initializer);
  return config ?? (value.name === '' ? '(function)' : value.name);
}
