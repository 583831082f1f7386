import type { Tensor, Tree } from '@flaxon/tensor';
import { CallUnbindOnUnboundModuleError } from '../errors/module-errors.js';
import { inFilter, type Filter } from '../filter.js';
import type { LazyRng } from '../rng/lazy-rng.js';
import type { Variables } from '../variables.js';
import type { ModuleJson } from './json.js';
import { stateOf } from './state.js';
import type { Module } from './module.js';

/**
 * A bound module as a function and its data, which is all that an exporter has to know of it: `apply(variables, ...args)` is pure,
 * and `variables` are those that were bound. With mutable collections `apply` returns the result and the collections.
 */
export interface Exportable {
  apply(variables: Tree<Tensor>, ...args: readonly unknown[]): unknown;
  /** As `apply`, with keys in the place of those that were bound. */
  applyWithRngs(variables: Tree<Tensor>, rngs: { readonly [stream: string]: Tensor }, ...args: readonly unknown[]): unknown;
  readonly variables: Variables;
  /** The keys that were bound, uint32 (2,) by stream; their paths are folded in when they are used. */
  readonly rngs: { readonly [stream: string]: Tensor };
  readonly mutable: Filter;
  /** The collections among the variables that `apply` gives back, changed. */
  readonly mutableCollections: readonly string[];
  readonly config: ModuleJson;
}

/** What runs a module: `Module.apply` of the unbound module. */
type Apply = (variables: Variables, args: readonly unknown[], options: { readonly rngs: { readonly [stream: string]: LazyRng }; readonly mutable: Filter }) => unknown;

export function exportable(module: Module, unbound: { readonly variables: Variables; readonly config: ModuleJson; readonly apply: Apply }): Exportable {
  const { scope, info } = stateOf(module);
  if (scope === undefined) throw new CallUnbindOnUnboundModuleError(info.name);
  const { streams } = scope;
  const { mutable } = scope.root;
  const keys = Object.fromEntries(Object.entries(streams).map(([stream, rng]) => [stream, rng.key]));
  const applyWithRngs: Exportable['applyWithRngs'] = (variables, rngs, ...args) => {
    // The path of a submodule stays part of its streams, so that it draws what it draws inside the whole.
    const given = Object.entries(rngs).map(([stream, key]): [string, LazyRng] => [stream, streams[stream]!.withKey(key)]);
    // Exporters know trees; that this one has the form of variables is checked when it is applied.
    return unbound.apply(variables as Variables, args, { rngs: Object.fromEntries(given), mutable });
  };
  return {
    apply: (variables, ...args) => applyWithRngs(variables, keys, ...args),
    applyWithRngs,
    variables: unbound.variables,
    rngs: keys,
    mutable,
    mutableCollections: Object.keys(unbound.variables).filter((collection) => inFilter(mutable, collection)),
    config: unbound.config,
  };
}
