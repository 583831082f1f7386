/**
 * The algebra of filters, which name sets of collections or of random streams: what `apply` may write (`mutable`), what a
 * lifted transformation carries, what a summary shows.
 */
import { InvalidFilterError } from './errors/scope-errors.js';

/** True is everything, false nothing, a string that name, a list or set those names, a `DenyList` all but those. */
export type Filter = boolean | string | readonly string[] | ReadonlySet<string> | DenyList;

/** Everything except what `deny` matches: `new DenyList('params')`. */
export class DenyList {
  readonly deny: Filter;

  constructor(deny: Filter) {
    this.deny = deny;
  }
}

const isArray: (value: Filter) => value is readonly string[] = Array.isArray;

/** @throws InvalidFilterError where `filter`, which may come from untyped code, is none of the kinds. */
export function checkFilter(filter: unknown): asserts filter is Filter {
  if (filter instanceof DenyList) return checkFilter(filter.deny);
  if (typeof filter === 'boolean' || typeof filter === 'string') return;
  if ((Array.isArray(filter) || filter instanceof Set) && [...filter].every((name) => typeof name === 'string')) return;
  throw new InvalidFilterError(filter);
}

/** Whether `filter` matches `name`. @throws InvalidFilterError */
export function inFilter(filter: Filter, name: string): boolean {
  if (typeof filter === 'boolean') return filter;
  if (typeof filter === 'string') return filter === name;
  if (filter instanceof DenyList) return !inFilter(filter.deny, name);
  if (isArray(filter)) return filter.includes(name);
  if (filter instanceof Set) return filter.has(name);
  throw new InvalidFilterError(filter);
}

/** Whether `filter` matches nothing at all. A name is never empty; a deny list is empty where it denies everything. */
export function isFilterEmpty(filter: Filter): boolean {
  if (typeof filter === 'boolean') return !filter;
  if (typeof filter === 'string') return false;
  // Names are without end, so that only `true` and the complement of nothing can be denied with nothing left.
  if (filter instanceof DenyList) return filter.deny === true || (filter.deny instanceof DenyList && isFilterEmpty(filter.deny.deny));
  return namesOf(filter).size === 0;
}

type FiniteFilter = Exclude<Filter, true | DenyList>;

/** The names of a filter that has finitely many. @throws InvalidFilterError for `true` and deny lists */
export function namesOf(filter: Filter): Set<string> {
  checkFilter(filter);
  if (filter === true || filter instanceof DenyList) throw new InvalidFilterError(filter);
  return finiteNames(filter);
}

function finiteNames(filter: FiniteFilter): Set<string> {
  if (filter === false) return new Set();
  return typeof filter === 'string' ? new Set([filter]) : new Set(filter);
}

/** What `a` or `b` matches. */
export function unionFilters(a: Filter, b: Filter): Filter {
  if (a === true || b === true) return true;
  if (a instanceof DenyList && b instanceof DenyList) return new DenyList(intersectFilters(a.deny, b.deny));
  if (a instanceof DenyList) return new DenyList(subtractFilters(a.deny, b));
  if (b instanceof DenyList) return new DenyList(subtractFilters(b.deny, a));
  return new Set([...namesOf(a), ...namesOf(b)]);
}

/** What `a` matches and `b` does not. */
export function subtractFilters(a: Filter, b: Filter): Filter {
  if (b === true) return false;
  if (a === true) return new DenyList(b);
  if (a instanceof DenyList && b instanceof DenyList) return subtractFilters(b.deny, a.deny);
  if (a instanceof DenyList) return new DenyList(unionFilters(a.deny, b));
  if (b instanceof DenyList) return intersectFilters(a, b.deny);
  const removed = namesOf(b);
  return new Set([...namesOf(a)].filter((name) => !removed.has(name)));
}

/** What both `a` and `b` match. */
export function intersectFilters(a: Filter, b: Filter): Filter {
  if (a === true) return b;
  if (b === true) return a;
  if (a instanceof DenyList && b instanceof DenyList) return new DenyList(unionFilters(a.deny, b.deny));
  if (a instanceof DenyList) return subtractFilters(b, a.deny);
  if (b instanceof DenyList) return subtractFilters(a, b.deny);
  const kept = namesOf(b);
  return new Set([...namesOf(a)].filter((name) => kept.has(name)));
}

/** One object for each filter: every collection goes to the first filter that matches it, and nowhere where none does. */
export function groupCollections<C>(collections: { readonly [name: string]: C }, filters: readonly Filter[]): { [name: string]: C }[] {
  const groups = filters.map((): { [name: string]: C } => ({}));
  for (const [name, collection] of Object.entries(collections)) {
    const at = filters.findIndex((filter) => inFilter(filter, name));
    if (at >= 0) groups[at]![name] = collection;
  }
  return groups;
}
