import { equalShapes, nameScope, Tensor, type StaticShape } from '@flaxon/tensor';
import { describe } from '../errors/describe.js';
import { InvalidRngError } from '../errors/rng-errors.js';
import {
  InvalidNameError,
  InvalidScopeError,
  ModifyScopeVariableError,
  NameInUseError,
  ScopeCollectionNotFound,
  ScopeParamNotFoundError,
  ScopeParamShapeError,
  ScopeVariableNotFoundError,
  type NameKind,
} from '../errors/scope-errors.js';
import { inFilter } from '../filter.js';
import { unbox } from '../metadata/axis-metadata.js';
import type { LazyRng } from '../rng/lazy-rng.js';
import { isCollection, putInto, type Collection, type MutableCollection, type Variables, type VariableValue } from '../variables.js';
import { Reservations } from './reservations.js';
import { RngCounters } from './rng-counters.js';
import type { ScopeRoot } from './root.js';
import { Variable } from './variable.js';

export type Streams = { readonly [stream: string]: LazyRng };

const emptyCollection: Collection = Object.freeze({});

const kindOf = (collection: string | undefined): NameKind =>
  collection === undefined ? 'submodule' : collection === 'params' ? 'param' : 'variable';

/**
 * One place in the tree of variables: the variables, names and random keys of one module (Flax: `Scope`). All data are in the
 * root; an inner scope only looks into it, under its name, and creates its part of a collection when it first writes there.
 */
export class Scope {
  readonly root: ScopeRoot;
  readonly name: string | undefined;
  #parent: Scope | undefined;
  /** Worked out when it is asked for, since `moveTo` may change it before. */
  #path: readonly string[] | undefined;
  #nameScope: string | undefined;
  #streams: Streams | undefined;
  #counters: RngCounters;
  #views: Map<string, Collection>;
  readonly #reservations = new Reservations();

  private constructor(root: ScopeRoot, name: string | undefined, parent: Scope | undefined, counters: RngCounters, views: Map<string, Collection>) {
    this.root = root;
    this.name = name;
    this.#parent = parent;
    this.#counters = counters;
    this.#views = views;
  }

  /** The outermost scope over the data of `root`. */
  static atRoot(root: ScopeRoot, streams: Streams): Scope {
    const scope = new Scope(root, undefined, undefined, new RngCounters(), new Map());
    scope.#streams = streams;
    return scope;
  }

  /**
   * The place of `outer` over data of its own, cut off from the scopes around it: what a lifted transformation runs its function
   * in. Counters of random streams are those of `outer`, unless others are given.
   */
  static lifted(outer: Scope, root: ScopeRoot, streams: Streams, counters: RngCounters = outer.#counters): Scope {
    const scope = new Scope(root, outer.name, undefined, counters, new Map());
    scope.#path = outer.path;
    scope.#streams = streams;
    return scope;
  }

  get parent(): Scope | undefined {
    return this.#parent;
  }

  /** The counters of random streams as they are now, to go on from here a second time. */
  countersNow(): RngCounters {
    return this.#counters.copy();
  }

  /** Whether both are cursors to one place: the same variables, names and counters. */
  isSamePlace(other: Scope): boolean {
    return this.root === other.root && this.#counters === other.#counters && this.pathText === other.pathText;
  }

  /** The names from the root to here. */
  get path(): readonly string[] {
    this.#path ??= this.#parent === undefined ? [] : [...this.#parent.path, this.name!];
    return this.#path;
  }

  /** The path as errors show it: `/encoder/Dense_0`. */
  get pathText(): string {
    return `/${this.path.join('/')}`;
  }

  /** The name scope that equations made here carry. */
  get nameScope(): string {
    this.#nameScope ??= [this.root.namePrefix, ...this.path].filter((name) => name !== '').join('/');
    return this.#nameScope;
  }

  get isInitializing(): boolean {
    return this.root.initializing;
  }

  /** @throws InvalidScopeError where the function that the root was made for has returned */
  checkValid(): void {
    if (!this.root.valid) throw new InvalidScopeError(this.pathText);
  }

  // ---- Names and inner scopes

  /**
   * The same place with no name taken, as a second run of the same code needs it. Random streams go on counting, unless
   * `rewindRngs`.
   */
  rewound({ rewindRngs = false }: { readonly rewindRngs?: boolean } = {}): Scope {
    this.checkValid();
    const scope = new Scope(this.root, this.name, this.#parent, rewindRngs ? new RngCounters() : this.#counters, this.#views);
    scope.#path = this.#path;
    scope.#streams = this.#streams;
    return scope;
  }

  /** The same place with other random streams. Names that are taken here are free there. */
  withStreams(streams: Streams): Scope {
    const scope = this.rewound();
    scope.#streams = streams;
    return scope;
  }

  /** Whether `name` is taken for a variable of `collection`, or for an inner scope where that is not given. */
  nameReserved(name: string, collection?: string): boolean {
    return this.#reservations.has(name, collection);
  }

  /** Takes `name`. @throws NameInUseError where it is taken; `owner` is whose name it would be */
  reserve(name: string, collection?: string, owner?: string): void {
    if (typeof name !== 'string' || name === '__proto__') throw new InvalidNameError(name);
    if (this.#reservations.has(name, collection)) throw new NameInUseError(kindOf(collection), name, owner ?? `scope "${this.pathText}"`);
    this.#reservations.add(name, collection);
  }

  /** The first free one of `prefix0`, `prefix1`, ... */
  defaultName(prefix: string): string {
    return this.#reservations.firstFree(prefix);
  }

  /** The inner scope `name`. @throws NameInUseError, InvalidScopeError */
  push(name: string, owner?: string): Scope {
    this.checkValid();
    this.reserve(name, undefined, owner);
    return new Scope(this.root, name, this, this.#counters.of(name), new Map());
  }

  /** The inner scope `name`, which may have been entered before. */
  reenter(name: string): Scope {
    return this.nameReserved(name) ? new Scope(this.root, name, this, this.#counters.of(name), new Map()) : this.push(name);
  }

  /**
   * `f` in an inner scope named `name`, or after `prefix` and a number. Calling the result again reuses the variables.
   */
  child<A extends unknown[], R>(f: (scope: Scope, ...args: A) => R, { name, prefix = '' }: { readonly name?: string; readonly prefix?: string } = {}): (...args: A) => R {
    const scope = this.push(name ?? this.defaultName(prefix));
    return (...args) => nameScope(scope.nameScope, () => f(scope.rewound(), ...args));
  }

  /**
   * Makes this scope an inner one of `parent`, under the same name. The random keys stay those of its old place, as in Flax.
   * @throws NameInUseError
   */
  moveTo(parent: Scope): void {
    if (this.name === undefined) throw new InvalidScopeError(this.pathText);
    parent.reserve(this.name);
    this.#streams = this.streams;
    this.#parent = parent;
    this.#path = undefined;
    this.#nameScope = undefined;
    this.#views.clear();
  }

  // ---- Random keys

  /** The streams that were given, with the path to here. */
  get streams(): Streams {
    this.#streams ??= this.#innerStreams();
    return this.#streams;
  }

  #innerStreams(): Streams {
    const streams: { [stream: string]: LazyRng } = {};
    if (this.#parent === undefined || this.name === undefined) return streams;
    for (const [stream, rng] of Object.entries(this.#parent.streams)) streams[stream] = rng.with(this.name);
    return streams;
  }

  /** Whether a key was given for `stream` itself; `params` standing in for it does not count. */
  hasRng(stream: string): boolean {
    return Object.hasOwn(this.streams, stream);
  }

  /**
   * A new key of `stream`, or of `params` where that was not given: uint32 (2,). The path of this scope and the number of
   * keys that the stream has given in it are folded in.
   * @throws InvalidRngError where neither was given
   */
  makeRng(stream = 'params'): Tensor {
    this.checkValid();
    const used = this.hasRng(stream) ? stream : 'params';
    if (!this.hasRng(used)) throw InvalidRngError.missing(stream, this.pathText, Object.keys(this.streams));
    return this.streams[used]!.with(this.#counters.next(used)).materialize();
  }

  // ---- Variables

  isMutableCollection(collection: string): boolean {
    return inFilter(this.root.mutable, collection);
  }

  /** Whether the whole collection, not just the part here, is empty or missing. */
  isCollectionEmpty(collection: string): boolean {
    return !Object.hasOwn(this.root.collections, collection) || Object.keys(this.root.collections[collection]!).length === 0;
  }

  /** The part of `collection` here; empty where there is none. */
  #collection(collection: string): Collection {
    const known = this.#views.get(collection);
    if (known !== undefined) return known;
    const outer: Collection = this.#parent === undefined ? this.root.collections : this.#parent.#collection(collection);
    const key = this.#parent === undefined ? collection : this.name!;
    const found = Object.hasOwn(outer, key) ? outer[key] : undefined;
    // A tensor in the place of an inner scope holds no variables: what is looked for in it is reported as missing.
    if (!isCollection(found)) return emptyCollection;
    this.#views.set(collection, found);
    return found;
  }

  /** The part of `collection` here, made where there is none. */
  #mutableCollection(collection: string): MutableCollection {
    const known = this.#collection(collection);
    if (known !== emptyCollection) return known as MutableCollection;
    const made: MutableCollection = {};
    if (this.#parent === undefined) this.root.collections[collection] = made;
    else this.#parent.#mutableCollection(collection)[this.name!] = made;
    this.#views.set(collection, made);
    return made;
  }

  hasVariable(collection: string, name: string): boolean {
    this.checkValid();
    return Object.hasOwn(this.#collection(collection), name);
  }

  /** The value of a variable, or undefined where there is none. */
  getVariable(collection: string, name: string): VariableValue | undefined {
    this.checkValid();
    const variables = this.#collection(collection);
    return Object.hasOwn(variables, name) ? variables[name] : undefined;
  }

  /** Writes a variable; does not take its name. @throws ModifyScopeVariableError where the collection is immutable */
  putVariable(collection: string, name: string, value: VariableValue): void {
    this.checkValid();
    if (!this.isMutableCollection(collection)) throw new ModifyScopeVariableError(collection, name, this.pathText);
    if (name === '__proto__') throw new InvalidNameError(name);
    putInto(this.#mutableCollection(collection), name, value);
  }

  /**
   * The variable `name`, by reference; made by `initialize` where it does not exist. Its shape is not checked.
   * @throws NameInUseError, ScopeCollectionNotFound, ScopeVariableNotFoundError
   */
  variable<T extends VariableValue>(collection: string, name: string, initialize?: () => T): Variable<T> {
    this.reserve(name, collection);
    if (!this.hasVariable(collection, name)) {
      if (initialize === undefined || !this.isMutableCollection(collection)) {
        if (this.isCollectionEmpty(collection)) throw this.#collectionNotFound(collection, name);
        throw new ScopeVariableNotFoundError(collection, name, this.pathText, Object.keys(this.#collection(collection)));
      }
      this.putVariable(collection, name, initialize());
    }
    return new Variable<T>(this, collection, name);
  }

  /**
   * The parameter `name`: the one that was passed in, or where `params` is mutable a new one, by `initialize` from a key of the
   * stream `params`. Where `shape` is given the one passed in must have it; `initialize` is not run to find out.
   * @throws NameInUseError, ScopeParamShapeError, ScopeCollectionNotFound, ScopeParamNotFoundError, InvalidRngError
   */
  param<T extends VariableValue>(name: string, initialize: (key: Tensor) => T, shape?: StaticShape): T {
    this.reserve(name, 'params');
    const known = this.getVariable('params', name);
    if (known !== undefined) {
      if (shape !== undefined) this.#checkShape(name, known, shape);
      // Without a shape the type is the caller's word: the tree was made by the same code, or passed in for it.
      return unbox(known) as T;
    }
    if (!this.isMutableCollection('params')) {
      if (this.isCollectionEmpty('params')) throw this.#collectionNotFound('params', name);
      throw new ScopeParamNotFoundError(name, this.pathText, Object.keys(this.#collection('params')));
    }
    const value = initialize(this.makeRng('params'));
    this.putVariable('params', name, value);
    return unbox(value);
  }

  #checkShape(name: string, value: VariableValue, shape: StaticShape): void {
    const found = value instanceof Tensor ? value.shape : undefined;
    if (found === undefined || !equalShapes(found, shape)) throw new ScopeParamShapeError(name, this.pathText, shape, found);
  }

  #collectionNotFound(collection: string, name: string): ScopeCollectionNotFound {
    return new ScopeCollectionNotFound(collection, name, this.pathText, Object.keys(this.root.collections));
  }

  /** The collections as they are now, of those that have something here; written variables show in them. */
  variables(): Variables {
    const found: { [collection: string]: Collection } = {};
    for (const collection of Object.keys(this.root.collections)) {
      const here = this.#collection(collection);
      if (here !== emptyCollection) found[collection] = here;
    }
    return found;
  }

  /** Those of `variables()` that may be written. */
  mutableVariables(): Variables {
    return Object.fromEntries(Object.entries(this.variables()).filter(([collection]) => this.isMutableCollection(collection)));
  }

  toString(): string {
    return `Scope(${describe(this.pathText)})`;
  }
}
