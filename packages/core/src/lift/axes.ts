/** Which collections and streams a transformation maps, and how. */
import { LiftArgumentError } from '../errors/lift-errors.js';
import { checkFilter, type Filter } from '../filter.js';

/**
 * Values by the name of a collection or stream; where a key is a filter and not a name, a list of pairs stands instead. The first
 * that matches counts.
 */
export type ByFilter<Value> = { readonly [name: string]: Value } | readonly (readonly [filter: Filter, value: Value])[];

/** The axis of a collection: in both directions, or only where it goes in or comes out. */
export type VariableAxis<Axis> = Axis | { readonly in: Axis } | { readonly out: Axis };

const isList = <Value>(value: ByFilter<Value>): value is readonly (readonly [Filter, Value])[] => Array.isArray(value);

/** The pairs of filters and values. @throws InvalidFilterError */
export function pairsOf<Value>(by: ByFilter<Value>): readonly (readonly [Filter, Value])[] {
  const pairs = isList(by) ? by : Object.entries(by);
  for (const [filter] of pairs) checkFilter(filter);
  return pairs;
}

export interface DirectedAxes<Axis> {
  readonly filters: readonly Filter[];
  readonly axes: readonly Axis[];
}

type AxisPair<Axis> = readonly [Filter, Axis];

/** The axes of collections on the way in and on the way out. @throws LiftArgumentError */
export function splitDirections<Axis extends number | null>(by: ByFilter<VariableAxis<Axis>>): { readonly in: DirectedAxes<Axis>; readonly out: DirectedAxes<Axis> } {
  const pairs = pairsOf(by);
  const directed = (direction: 'in' | 'out'): DirectedAxes<Axis> => {
    const kept = pairs.flatMap(([filter, axis]): AxisPair<Axis>[] => {
      const found = axisOf(axis, direction);
      return found === undefined ? [] : [[filter, found]];
    });
    return { filters: kept.map(([filter]) => filter), axes: kept.map(([, axis]) => axis) };
  };
  return { in: directed('in'), out: directed('out') };
}

/** The axis in a direction; undefined where the other direction alone is meant. */
function axisOf<Axis extends number | null>(axis: VariableAxis<Axis>, direction: 'in' | 'out'): Axis | undefined {
  if (axis === null || typeof axis === 'number') return axis;
  const found: unknown = typeof axis === 'object' ? Reflect.get(axis, direction) : undefined;
  if (found === undefined && typeof axis === 'object' && ('in' in axis || 'out' in axis)) return undefined;
  if (found === null || typeof found === 'number') return found as Axis;
  throw new LiftArgumentError('variableAxes', 'an axis must be a number, null, `{ in: axis }` or `{ out: axis }`');
}
