/**
 * What every lifted transformation does around its function (Flax: `lift.pack`): collections and streams that the filters name are
 * taken out of the scopes; the function runs on scopes made over them, which makes it a pure function of tensors; and what it left
 * in the collections that may come out is written back.
 */
import { groupCollections, inFilter, intersectFilters, isFilterEmpty, unionFilters, type Filter } from '../filter.js';
import type { LazyRng } from '../rng/lazy-rng.js';
import type { RngCounters } from '../scope/rng-counters.js';
import { ScopeRoot } from '../scope/root.js';
import { Scope } from '../scope/scope.js';
import { copyCollection, type Collection } from '../variables.js';
import { enterPlaces, findPlaces } from './places.js';

/** A function of scopes, as transformations take and return it. */
export type ScopeFunction = (scopes: readonly Scope[], ...args: readonly unknown[]) => unknown;

type Collections = { readonly [collection: string]: Collection };
type Streams = { readonly [stream: string]: LazyRng };

/** The collections that one filter takes, for each outermost scope. */
export type VariableGroup = readonly Collections[];
/** The streams that one filter takes, for each outermost scope. */
export type StreamGroup = readonly Streams[];

export interface PackFilters {
  /** The collections that go in; each goes to the first filter that matches it. */
  readonly in: readonly Filter[];
  /** The collections that may be written inside and come out. */
  readonly out: readonly Filter[];
  readonly rngs: readonly Filter[];
}

/** Scopes over given collections and streams, while a function runs on them. */
export interface Opened {
  /** One for each scope that was packed. */
  readonly scopes: readonly Scope[];
  /** Whether anything may be written. */
  readonly isMutable: boolean;
  /** Ends them: what the mutable collections hold now, by the filters of what comes out. */
  close(): VariableGroup[];
}

export interface Packed {
  /** By the filters of what goes in. */
  readonly variables: readonly VariableGroup[];
  /** By the filters of streams. */
  readonly streams: readonly StreamGroup[];
  /** New scopes over such groups; `mutable` narrows what may be written. */
  open(variables: readonly VariableGroup[], streams: readonly StreamGroup[], mutable?: Filter): Opened;
  /** As `open`, for what runs after the call has ended: whenever it is called, random streams count on from now. */
  opener(): Packed['open'];
  /** Writes back what came out, by the filters of that. */
  publish(variables: readonly VariableGroup[]): void;
}

/** The rows of a table as its columns; `count` is how many there are, also where there are no rows. */
const transpose = <T>(rows: readonly (readonly T[])[], count: number): T[][] => Array.from({ length: count }, (_, i) => rows.map((row) => row[i]!));

const withoutEmpty = (collections: Collections): Collections =>
  Object.fromEntries(Object.entries(collections).filter(([, collection]) => Object.keys(collection).length > 0));

/** Copies, so that a group stays what it was: publishing writes into the collections that it was taken from. */
const copied = (collections: Collections): Collections =>
  Object.fromEntries(Object.entries(collections).map(([name, collection]) => [name, copyCollection(collection)]));

export function pack(scopes: readonly Scope[], filters: PackFilters): Packed {
  for (const scope of scopes) scope.checkValid();
  const { outermost, places } = findPlaces(scopes);
  const written = filters.out.reduce<Filter>(unionFilters, false);

  const openWith = (counters: readonly RngCounters[] | undefined): Packed['open'] => (variables, streams, mutable = true) => {
    const roots = outermost.map((outer, i) => {
      const collections: { [collection: string]: Collection } = {};
      // Copied, so that nothing is written outside before it is published.
      for (const group of variables) for (const [name, collection] of Object.entries(group[i]!)) collections[name] = copyCollection(collection);
      const { root } = outer;
      const inner = new ScopeRoot(collections, intersectFilters(intersectFilters(root.mutable, written), mutable), root.initializing, root.namePrefix);
      return Scope.lifted(outer, inner, Object.assign({}, ...streams.map((group) => group[i]!)) as Streams, counters?.[i]!.copy());
    });
    const close = (): VariableGroup[] => {
      const byScope = roots.map(({ root }) => {
        root.valid = false;
        const changed = Object.fromEntries(Object.entries(withoutEmpty(root.collections)).filter(([name]) => inFilter(root.mutable, name)));
        return groupCollections(changed, filters.out);
      });
      return transpose(byScope, filters.out.length);
    };
    return { scopes: enterPlaces(places, roots), isMutable: roots.some(({ root }) => !isFilterEmpty(root.mutable)), close };
  };

  return {
    variables: transpose(outermost.map((scope) => groupCollections(copied(withoutEmpty(scope.variables())), filters.in)), filters.in.length),
    streams: transpose(outermost.map((scope) => groupCollections(scope.streams, filters.rngs)), filters.rngs.length),
    open: openWith(undefined),
    opener: () => openWith(outermost.map((scope) => scope.countersNow())),
    publish: (variables) => {
      for (const group of variables) group.forEach((collections, i) => writeBack(outermost[i]!, collections));
    },
  };
}

function writeBack(scope: Scope, collections: Collections): void {
  for (const [name, collection] of Object.entries(collections)) {
    // Some transformations hand back what they only read.
    if (!scope.isMutableCollection(name)) continue;
    for (const [variable, value] of Object.entries(collection)) scope.putVariable(name, variable, value);
  }
}
