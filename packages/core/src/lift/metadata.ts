/** The account that transformations keep of axes with metadata. */
import { mapMetadata, type AxisMetadata, type MetadataParams } from '../metadata/axis-metadata.js';
import type { Variables } from '../variables.js';
import { pairsOf, type ByFilter } from './axes.js';
import { mapVariables } from './map-variables.js';
import type { VariableGroup } from './pack.js';
import type { LiftTarget } from './targets.js';

type Direction = 'addAxis' | 'removeAxis';

/** Groups of variables with their axes, where they have one, added to the metadata or taken out of it; tensors stay. */
export const accountForAxes = (groups: readonly VariableGroup[], axes: readonly (number | null)[], direction: Direction, params: MetadataParams): VariableGroup[] =>
  groups.map((group, i) => {
    const axis = axes[i] ?? null;
    return axis === null ? group : mapMetadata(group, (box: AxisMetadata) => box[direction](axis, params));
  });

/**
 * A class of modules, or a function of a module, whose variables' metadata have one more axis outside than inside, without any
 * transformation of the tensors (Flax: `nn.add_metadata_axis`).
 * @throws TransformTargetError, PartitioningUnspecifiedError
 */
export function addMetadataAxis<Target extends LiftTarget>(target: Target, { variableAxes = {}, metadataParams = {} }: { readonly variableAxes?: ByFilter<number>; readonly metadataParams?: MetadataParams } = {}): Target {
  const along = (direction: Direction, axis: number) => (collections: Variables): Variables => mapMetadata(collections, (box) => box[direction](axis, metadataParams));
  return pairsOf(variableAxes).reduce<Target>(
    (lifted, [mappedCollections, axis]) => mapVariables(lifted, { mappedCollections, transIn: along('removeAxis', axis), transOut: along('addAxis', axis), mutable: true }),
    target,
  );
}
