/** A bound module as the function that is exported: what of it is fixed, and what goes in and comes out. */
import { type Spec, type Tensor, tree, type Tree, type TypedArray } from '@flaxon/tensor';

/** What can be exported apart from functions: a bound module has it. */
export interface ExportableModule {
  exportable(): {
    readonly apply: (variables: Tree<Tensor>, ...args: readonly never[]) => unknown;
    /** The variables that become initialisers, named by their paths. */
    readonly variables: Tree<Tensor>;
    /** The module as JSON, for the metadata. */
    readonly config: unknown;
    /** The collections that go in and come out; `apply` then returns the result and the collections. */
    readonly mutableCollections?: readonly string[];
    /** The keys that were bound, by stream: they go in. */
    readonly rngs?: { readonly [stream: string]: Tensor };
    /** As `apply`, with these keys. */
    readonly applyWithRngs?: (variables: Tree<Tensor>, rngs: { readonly [stream: string]: Tensor }, ...args: readonly never[]) => unknown;
  };
}

type Trees<T> = Readonly<Record<string, Tree<T>>>;

/** A function to be exported, with the arguments that stand before those of the caller. */
export interface ExportTarget {
  readonly f: (...args: readonly unknown[]) => unknown;
  readonly name: string;
  readonly leading: readonly Trees<Spec>[];
  readonly constantNames: ReadonlyMap<TypedArray, string>;
  readonly metadata: Readonly<Record<string, string>>;
}

export const isModule = (target: unknown): target is ExportableModule =>
  typeof target === 'object' && target !== null && 'exportable' in target && typeof target.exportable === 'function';

function variableMetadata(variables: Tree<Tensor>): string {
  const entries = tree.flattenWithPath<Tensor>(variables).map(({ path, leaf }) => [path, { dtype: leaf.dtype, shape: leaf.shape }]);
  return JSON.stringify(Object.fromEntries(entries));
}

const specsOf = (values: Trees<Tensor>): Trees<Spec> => tree.map<Tensor, Spec>(({ dtype, shape }) => ({ dtype, shape }), values) as Trees<Spec>;

const collectionsOf = (variables: Tree<Tensor>): Trees<Tensor> => (tree.isRecord(variables) ? (variables as Trees<Tensor>) : {});

/** The variables and keys that are inputs come first, each under its own path; changed collections come out beside the result. */
export function moduleTarget(module: ExportableModule): ExportTarget {
  const { apply, applyWithRngs, variables, config, mutableCollections = [], rngs = {} } = module.exportable();
  const collections = Object.entries(collectionsOf(variables));
  const state: Trees<Tensor> = Object.fromEntries(collections.filter(([name]) => mutableCollections.includes(name)));
  const keyed = applyWithRngs !== undefined && Object.keys(rngs).length > 0;
  const plain = apply as (all: Tree<Tensor>, ...args: readonly unknown[]) => unknown;
  const withKeys = applyWithRngs as (all: Tree<Tensor>, keys: typeof rngs, ...args: readonly unknown[]) => unknown;
  const run = keyed ? withKeys : (all: Tree<Tensor>, _: typeof rngs, ...args: readonly unknown[]) => plain(all, ...args);

  const f = (...inputs: readonly unknown[]): unknown => {
    const rest = [...inputs];
    const changed = mutableCollections.length > 0 ? (rest.shift() as Trees<Tensor>) : {};
    const given = keyed ? (rest.shift() as { readonly rngs: typeof rngs }).rngs : {};
    const all = mutableCollections.length > 0 ? { ...Object.fromEntries(collections), ...changed } : variables;
    const result = run(all, given, ...rest);
    if (mutableCollections.length === 0) return result;
    const [output, updates] = result as readonly [unknown, Trees<Tensor>];
    return { output, ...updates };
  };
  const fixed = collections.filter(([name]) => !(name in state));
  const constants = mutableCollections.length > 0 ? Object.fromEntries(fixed) : variables;
  const json = config === undefined ? {} : { 'flaxon.module': JSON.stringify(config) };
  return {
    f,
    name: 'module',
    leading: [...(mutableCollections.length > 0 ? [specsOf(state)] : []), ...(keyed ? [specsOf({ rngs })] : [])],
    constantNames: new Map(tree.flattenWithPath<Tensor>(constants).map(({ path, leaf }) => [leaf.data(), path])),
    metadata: { ...json, 'flaxon.variables': variableMetadata(variables) },
  };
}
