import { Tensor, tree } from '@flaxon/tensor';
import { subtractFilters, type Filter } from '../filter.js';
import { AxisMetadata } from '../metadata/axis-metadata.js';
import type { Variables } from '../variables.js';
import { pack, type ScopeFunction, type VariableGroup } from './pack.js';
import { liftTarget, type LiftTarget, type Methods } from './targets.js';

/** A function of collections, `{ params: ... }`, that gives collections. */
export type MapCollections = (collections: Variables) => Variables;

export interface MapVariablesOptions {
  /** The collections that are mapped; all by default. */
  readonly mappedCollections?: Filter;
  /** What the method sees, of what is stored. */
  readonly transIn?: MapCollections;
  /** What is stored, of what the method leaves. */
  readonly transOut?: MapCollections;
  /** Whether the method may make mapped variables: it then runs twice while anything is mutable, first to make them. */
  readonly init?: boolean;
  /** Whether the method may change mapped variables. */
  readonly mutable?: boolean;
  /** The other collections that are there inside. */
  readonly variables?: Filter;
  /** The streams that are there inside. */
  readonly rngs?: Filter;
}

const identity: MapCollections = (collections) => collections;

/**
 * What `map` made of a value, with the metadata that the value had: results of operations are plain tensors, while in Flax a function of
 * every array sees through the box. A tensor that was unboxed on purpose stays so, as does one with another number of axes.
 */
function withMetadataOf(before: unknown, after: unknown): unknown {
  if (before instanceof AxisMetadata && after instanceof Tensor) {
    const isKept = !(after instanceof AxisMetadata) && after.source !== before.source && after.rank === before.rank;
    return isKept ? before.replaceBoxed(after) : after;
  }
  if (!tree.isRecord(before) || !tree.isRecord(after)) return after;
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, withMetadataOf(before[name], value)]));
}

const keepingMetadata =
  (map: MapCollections): MapCollections =>
  (collections) =>
    // Of the form of what `map` gave.
    withMetadataOf(collections, map(collections)) as Variables;

/**
 * A class of modules, or a function of a module, that sees its variables through a function (Flax: `nn.map_variables`): binary or
 * standardised weights, the transposed kernel of a tied decoder. The class is named `Map_variablesDense`.
 *
 *     const Tied = lift.mapVariables(Dense, { mappedCollections: 'params', transIn: transposeAll, transOut: transposeAll, init: true });
 *
 * @throws TransformTargetError
 */
export function mapVariables<Target extends LiftTarget>(target: Target, options: MapVariablesOptions & { readonly methods?: Methods<MapVariablesOptions> } = {}): Target {
  return liftTarget<MapVariablesOptions>({ name: 'mapVariables', prefix: 'Map_variables' }, target, options, mapVariablesScopes) as Target;
}

export function mapVariablesScopes(f: ScopeFunction, options: MapVariablesOptions): ScopeFunction {
  const { mappedCollections = true, init = false, mutable = false, variables = true, rngs = true } = options;
  const [transIn, transOut] = [keepingMetadata(options.transIn ?? identity), keepingMetadata(options.transOut ?? identity)];
  const isStored = init || mutable;
  const filters = {
    in: [mappedCollections, variables],
    out: isStored ? [mappedCollections, variables] : [false, subtractFilters(variables, mappedCollections)],
    rngs: [rngs],
  };
  return (scopes, ...args) => {
    const packed = pack(scopes, filters);
    const [stored, others] = packed.variables as [VariableGroup, VariableGroup];
    const made = (): VariableGroup => {
      const opened = packed.open([stored, others], packed.streams);
      if (!opened.isMutable) return stored;
      f(opened.scopes, ...args);
      const [mapped] = opened.close() as [VariableGroup, VariableGroup];
      // What is immutable does not come out, and stays as it is.
      return mapped.map((collections, i) => ({ ...stored[i], ...transOut(collections) }));
    };
    const seen = (init ? made() : stored).map(transIn);
    // Mapped variables that cannot be mapped back must not change.
    const opened = packed.open([seen, others], packed.streams, isStored ? true : subtractFilters(true, mappedCollections));
    const y = f(opened.scopes, ...args);
    const [mapped, rest] = opened.close() as [VariableGroup, VariableGroup];
    packed.publish([isStored ? mapped.map(transOut) : mapped, rest]);
    return y;
  };
}
