/**
 * The form of variables: plain objects, nested by scope, under the name of their collection. Nothing more is needed to
 * save, print, map or differentiate them.
 */
import { FlaxonError, listNames, suggestion, Tensor, tree, type Tree } from '@flaxon/tensor';

/** What a variable holds: a tensor, or a tree of tensors (what `sow` collects is an array). */
export type VariableValue = Tree<Tensor>;

/** One collection, or the part of it that belongs to one scope: variables by name, and the parts of inner scopes by theirs. */
export interface Collection {
  readonly [name: string]: VariableValue;
}

/** All collections: `{ params: { Dense_0: { kernel, bias } }, batch_stats: { ... } }`. */
export interface Variables {
  readonly [collection: string]: Collection;
}

/** A collection that may be written. */
export interface MutableCollection {
  [name: string]: VariableValue;
}

/** A path that leads to no tensor. */
export class VariablePathError extends FlaxonError {
  readonly path: string;
  readonly at: string;

  constructor(path: string, at: string, key: string, found: readonly string[]) {
    super(`There is no tensor at "${path}": "${at === '' ? '(root)' : at}" has no "${key}"; found: ${listNames(found)}.${suggestion(key, found)}`);
    this.path = path;
    this.at = at;
  }
}

/**
 * The tensor at a path such as `params/Dense_0/kernel`.
 * @throws VariablePathError where the path leads nowhere, with the nearest name
 */
export function tensorAt(variables: VariableValue | Variables, path: string): Tensor {
  let at: VariableValue | Variables = variables;
  let walked = '';
  for (const key of path.split('/')) {
    const inner = childOf(at, key);
    if (inner === undefined) throw new VariablePathError(path, walked, key, childNames(at));
    at = inner;
    walked = walked === '' ? key : `${walked}/${key}`;
  }
  if (!(at instanceof Tensor)) throw new VariablePathError(path, walked, '(tensor)', childNames(at));
  return at;
}

function childOf(value: VariableValue | Variables, key: string): VariableValue | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return tree.isRecord(value) && Object.hasOwn(value, key) ? (value[key] as VariableValue) : undefined;
}

const childNames = (value: VariableValue | Variables): string[] =>
  Array.isArray(value) || tree.isRecord(value) ? Object.keys(value) : [];

/** Whether `value` is an inner part of a collection rather than a variable. */
export const isCollection = (value: unknown): value is Collection => tree.isRecord(value);

/** The part of a collection that belongs to a path; empty where there is none. */
export function partAt(collection: Collection, path: readonly string[]): Collection {
  let at: unknown = collection;
  for (const name of path) at = isCollection(at) && Object.hasOwn(at, name) ? at[name] : {};
  return isCollection(at) ? at : {};
}

/** A copy of the nested objects of `collection`; the tensors, and the arrays that `sow` made, are shared. */
export function copyCollection(collection: Collection): MutableCollection {
  const copy: MutableCollection = {};
  for (const [name, value] of Object.entries(collection)) copy[name] = isCollection(value) ? copyCollection(value) : value;
  return copy;
}

/**
 * Puts `value` under `name`. Where both the old and the new value are objects they are merged key by key, in place: inner
 * scopes hold references to the objects inside, and must go on seeing what is written.
 */
export function putInto(collection: MutableCollection, name: string, value: VariableValue): void {
  const old = Object.hasOwn(collection, name) ? collection[name] : undefined;
  if (isCollection(old) && isCollection(value)) {
    for (const [key, inner] of Object.entries(value)) putInto(old as MutableCollection, key, inner);
  } else {
    collection[name] = value;
  }
}
