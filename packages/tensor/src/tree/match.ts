/** Two trees that should have the same leaves: what fits, what is missing, what is left over, what has another shape. */
import { ArgumentError } from '../errors/errors.js';
import { nearestName } from '../errors/nearest.js';
import { equalShapes, type Spec } from '../shape/shape.js';
import { TreeMatchError } from './match-error.js';
import { renamePath, type Rename } from './rename.js';
import { flattenWithPath, structure, unflatten, type Tree } from './tree.js';

/** A leaf of one tree that the other one lacks. */
export interface Unpaired<T> {
  readonly path: string;
  readonly leaf: T;
  /** The path like it that the other tree has and this one lacks: of the same shape, if one is. */
  readonly nearest: string | undefined;
}

export interface Pair<T> {
  readonly path: string;
  /** Where the leaf was in the found tree, before it was renamed. */
  readonly from: string;
  readonly expected: T;
  readonly found: T;
}

export interface TreeMatch<T> {
  readonly matched: readonly Pair<T>[];
  /** Expected and not found. */
  readonly missing: readonly Unpaired<T>[];
  /** Found and not expected; under their own path. */
  readonly unexpected: readonly Unpaired<T>[];
  /** Found, with another shape, or where that is asked for another dtype. */
  readonly mismatched: readonly Pair<T>[];
}

export interface MatchOptions {
  /** How paths of the found tree become paths of the expected one. */
  readonly rename?: Rename | undefined;
  /** Whether dtypes must be equal as well as shapes. False by default. */
  readonly sameDtype?: boolean;
}

/** What a leaf must be like: tensors are. */
type Leaf = Spec;

/**
 * Compares the leaves of two trees by path and shape.
 * @throws ArgumentError where `rename` gives two leaves one path
 */
export function match<T extends Leaf>(expected: Tree<T>, found: Tree<T>, { rename, sameDtype = false }: MatchOptions = {}): TreeMatch<T> {
  const wanted = new Map(flattenWithPath(expected).map(({ path, leaf }) => [path, leaf]));
  const given = renamed(flattenWithPath(found), rename);
  const pairs = [...given].flatMap(([path, { from, leaf }]): Pair<T>[] => {
    const own = wanted.get(path);
    return own === undefined ? [] : [{ path, from, expected: own, found: leaf }];
  });
  const fits = (pair: Pair<T>): boolean => equalShapes(pair.expected.shape, pair.found.shape) && (!sameDtype || pair.expected.dtype === pair.found.dtype);
  const missing = [...wanted].filter(([path]) => !given.has(path));
  const unexpected = [...given].filter(([path]) => !wanted.has(path));
  return {
    matched: pairs.filter(fits),
    mismatched: pairs.filter((pair) => !fits(pair)),
    missing: missing.map(([path, leaf]) => unpaired(path, path, leaf, () => unexpected.map(([other, one]) => [other, one.leaf]))),
    unexpected: unexpected.map(([path, { from, leaf }]) => unpaired(from, path, leaf, () => missing)),
  };
}

interface Given<T> {
  readonly from: string;
  readonly leaf: T;
}

function renamed<T>(leaves: readonly { readonly path: string; readonly leaf: T }[], rename: Rename | undefined): Map<string, Given<T>> {
  const given = new Map<string, Given<T>>();
  for (const { path: from, leaf } of leaves) {
    const path = renamePath(from, rename);
    if (path === null) continue;
    const other = given.get(path);
    if (other !== undefined) throw new ArgumentError('tree.match', 'rename', `gives "${other.from}" and "${from}" the one path "${path}"; give each its own, or null for the one to drop`);
    given.set(path, { from, leaf });
  }
  return given;
}

/** The nearest name is looked for when somebody asks, since that compares every letter of every path. */
function unpaired<T extends Leaf>(path: string, compared: string, leaf: T, others: () => readonly (readonly [string, T])[]): Unpaired<T> {
  return {
    path,
    leaf,
    get nearest() {
      const all = others();
      const alike = all.filter(([, other]) => equalShapes(other.shape, leaf.shape)).map(([name]) => name);
      return nearestName(compared, alike) ?? nearestName(compared, all.map(([name]) => name));
    },
  };
}

/** @throws TreeMatchError, which lists everything that does not fit. `operation` is who asks, `fix` what to do about it. */
export function requireMatch<T extends Leaf>(operation: string, found: TreeMatch<T>, fix: string): void {
  if (found.missing.length + found.unexpected.length + found.mismatched.length > 0) throw new TreeMatchError(operation, found, fix);
}

export interface MergeOptions extends MatchOptions {
  /** Whether leaves may be missing, left over, or of another shape: the expected tree then keeps its own. False by default. */
  readonly partial?: boolean;
}

/**
 * `expected` with its leaves replaced by those of `found` at the same paths, and what fitted.
 * @throws TreeMatchError where not everything fits and `partial` is not true
 */
export function merge<T extends Leaf>(expected: Tree<T>, found: Tree<T>, { partial = false, ...options }: MergeOptions = {}): { readonly tree: Tree<T>; readonly match: TreeMatch<T> } {
  const compared = match(expected, found, options);
  if (!partial) requireMatch('tree.merge', compared, 'Give `rename` where paths differ; with `partial: true` what does not fit is left as it was.');
  const replaced = new Map(compared.matched.map((pair) => [pair.path, pair.found]));
  const leaves = flattenWithPath(expected).map(({ path, leaf }) => replaced.get(path) ?? leaf);
  return { tree: unflatten(structure(expected), leaves), match: compared };
}
