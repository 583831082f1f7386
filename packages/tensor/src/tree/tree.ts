import { TreeError } from '../errors/errors.js';

/** Nested plain objects and arrays with leaves of one type; null is a tree without leaves. */
export type Tree<T> = T | null | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** The shape of a tree without its leaves. */
export type TreeStructure =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'none' }
  | { readonly kind: 'array'; readonly children: readonly TreeStructure[] }
  | { readonly kind: 'object'; readonly keys: readonly string[]; readonly children: readonly TreeStructure[] };

export interface Flat<T> {
  readonly leaves: T[];
  readonly structure: TreeStructure;
}

const leafStructure: TreeStructure = { kind: 'leaf' };
const noneStructure: TreeStructure = { kind: 'none' };

/** True for objects that are records of a tree, not leaves such as tensors. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}/${key}`);

function visit(value: unknown, path: string, leaf: (value: unknown, path: string) => void): TreeStructure {
  if (value === null || value === undefined) return noneStructure;
  if (Array.isArray(value)) return { kind: 'array', children: value.map((child, i) => visit(child, join(path, i), leaf)) };
  if (isRecord(value)) {
    const keys = Object.keys(value).sort();
    return { kind: 'object', keys, children: keys.map((key) => visit(value[key], join(path, key), leaf)) };
  }
  leaf(value, path);
  return leafStructure;
}

/** The leaves in order, keys of objects sorted as JAX does, and the structure around them. */
export function flatten<T>(tree: Tree<T>): Flat<T> {
  const leaves: T[] = [];
  const found = visit(tree, '', (leaf) => void leaves.push(leaf as T));
  return { leaves, structure: found };
}

export const leaves = <T>(tree: Tree<T>): T[] => flatten(tree).leaves;
export const structure = (tree: Tree<unknown>): TreeStructure => visit(tree, '', () => undefined);

/** Each leaf with its path, such as `params/Dense_0/kernel`. */
export function flattenWithPath<T>(tree: Tree<T>): { readonly path: string; readonly leaf: T }[] {
  const found: { path: string; leaf: T }[] = [];
  visit(tree, '', (leaf, path) => void found.push({ path, leaf: leaf as T }));
  return found;
}

/** How many leaves a structure has. */
export const leafCount = (of: TreeStructure): number =>
  of.kind === 'leaf' ? 1 : of.kind === 'none' ? 0 : of.children.reduce((count, child) => count + leafCount(child), 0);

/** The tree of a structure with the given leaves. @throws TreeError where their number differs. */
export function unflatten<T>(of: TreeStructure, values: readonly T[]): Tree<T> {
  const expected = leafCount(of);
  if (expected !== values.length) throw new TreeError('', `${expected} leaves`, `${values.length}`);
  let next = 0;
  const build = (node: TreeStructure): Tree<T> => {
    if (node.kind === 'leaf') return values[next++]!;
    if (node.kind === 'none') return null;
    if (node.kind === 'array') return node.children.map(build);
    return Object.fromEntries(node.keys.map((key, i) => [key, build(node.children[i]!)]));
  };
  return build(of);
}

/** A structure in words, for messages. */
export const describe = (node: TreeStructure): string =>
  node.kind === 'object' ? `an object with keys ${node.keys.join(', ') || '(none)'}` : node.kind === 'array' ? `an array of ${node.children.length}` : node.kind === 'none' ? 'null' : 'a leaf';

/** @throws TreeError that names the first path at which the structures differ. */
export function requireSameStructure(expected: TreeStructure, found: TreeStructure, path = ''): void {
  const fail = (): never => {
    throw new TreeError(path, describe(expected), describe(found));
  };
  if (expected.kind === 'array' && found.kind === 'array') {
    if (expected.children.length !== found.children.length) fail();
    expected.children.forEach((child, i) => requireSameStructure(child, found.children[i]!, join(path, i)));
  } else if (expected.kind === 'object' && found.kind === 'object') {
    if (expected.keys.join('\0') !== found.keys.join('\0')) fail();
    expected.children.forEach((child, i) => requireSameStructure(child, found.children[i]!, join(path, expected.keys[i]!)));
  } else if (expected.kind !== found.kind) fail();
}

/** A text that is equal for equal structures. */
export function structureKey(of: TreeStructure): string {
  if (of.kind === 'leaf') return '*';
  if (of.kind === 'none') return '-';
  if (of.kind === 'array') return `[${of.children.map(structureKey).join(',')}]`;
  return `{${of.keys.map((key, i) => `${JSON.stringify(key)}:${structureKey(of.children[i]!)}`).join(',')}}`;
}


/**
 * `f` over the leaves of one tree, or of several of the same structure, leaf by leaf.
 * @throws TreeError where the structures differ, naming the first path.
 */
export function map<T, R>(f: (leaf: T, ...others: T[]) => R, first: Tree<T>, ...rest: readonly Tree<T>[]): Tree<R> {
  const { leaves: values, structure: shape } = flatten(first);
  const others = rest.map((tree) => {
    const flat = flatten(tree);
    requireSameStructure(shape, flat.structure);
    return flat.leaves;
  });
  return unflatten(shape, values.map((leaf, i) => f(leaf, ...others.map((other) => other[i]!))));
}
