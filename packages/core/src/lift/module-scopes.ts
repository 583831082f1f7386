/**
 * The scopes of a module, of the modules and variable references that it holds as attributes, and of those among the arguments; and
 * the same things again over other scopes.
 */
import { attributesOf, cloneModule } from '../module/clone.js';
import { mapLeaves } from '../module/containers.js';
import type { Module } from '../module/module.js';
import { isModule, stateOf } from '../module/state.js';
import type { Scope } from '../scope/scope.js';
import { Variable } from '../scope/variable.js';

type Holder = Module | Variable;

const isHolder = (value: unknown): value is Holder => value instanceof Variable || (isModule(value) && stateOf(value).scope !== undefined);

export class ModuleScopes {
  readonly module: Module;
  readonly scopes: readonly Scope[];
  /** Each module and reference with the place of its scope in `scopes`. */
  readonly #places = new Map<Holder, number>();

  /** `module` must be bound. */
  constructor(module: Module, args: readonly unknown[]) {
    this.module = module;
    const scopes: Scope[] = [];
    const gather = (value: unknown): void => {
      if (!isHolder(value) || this.#places.has(value)) return;
      if (isModule(value)) mapLeaves(attributesOf(stateOf(value)), gather);
      this.#places.set(value, scopes.length);
      scopes.push(isModule(value) ? stateOf(value).scope! : value.scope);
    };
    mapLeaves(args, gather);
    gather(module);
    this.scopes = scopes;
  }

  /** `scopes` with another one in the place of the module's own, which may be that of references among the arguments too. */
  withOwn(scope: Scope): readonly Scope[] {
    return this.scopes.map((one) => (one.isSamePlace(scope) ? scope : one));
  }

  /** The module, as one of `moduleClass`, and what it and the arguments hold, made anew over other scopes. */
  over(scopes: readonly Scope[], args: readonly unknown[], moduleClass: object): { readonly module: Module; readonly args: readonly unknown[] } {
    const made = new Map<Holder, Holder>();
    const remake = (holder: Holder): Holder => {
      const scope = scopes[this.#places.get(holder)!]!;
      if (holder instanceof Variable) return new Variable(scope, holder.collection, holder.name);
      const state = stateOf(holder);
      const held = mapLeaves(attributesOf(state), replace) as Readonly<Record<string, unknown>>;
      return cloneModule(holder, { parent: scope, name: state.name, held, ...(holder === this.module && { moduleClass }) });
    };
    const replace = (value: unknown): unknown => {
      if (!isHolder(value)) return value;
      const known = made.get(value) ?? remake(value);
      made.set(value, known);
      return known;
    };
    return { args: mapLeaves(args, replace) as readonly unknown[], module: replace(this.module) as Module };
  }
}
