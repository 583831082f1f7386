import { Tensor, tree, type Initializer } from '@flaxon/tensor';
import { PartitioningUnspecifiedError } from '../errors/lift-errors.js';
import { AxisMetadata, type MetadataParams } from './axis-metadata.js';

/** The name of an axis, or null for one that has none. */
export type AxisName = string | null;

/** A tensor whose axes have names (Flax: `nn.Partitioned`). */
export class Partitioned extends AxisMetadata {
  readonly names: readonly AxisName[];

  constructor(value: Tensor, names: readonly AxisName[]) {
    super(value);
    this.names = Object.freeze([...names]);
  }

  override replaceBoxed(value: Tensor): Partitioned {
    return new Partitioned(value, this.names);
  }

  /** @throws PartitioningUnspecifiedError where `params` has no `partitionName` */
  override addAxis(axis: number, params: MetadataParams): Partitioned {
    const name = partitionName(params, this.names);
    // Names may be given of the first axes alone.
    const names = [...this.names, ...Array.from({ length: Math.max(0, axis - this.names.length) }, () => null)];
    const at = axis < 0 ? names.length + axis + 1 : axis;
    return new Partitioned(this.unbox(), [...names.slice(0, at), name, ...names.slice(at)]);
  }

  /** @throws PartitioningUnspecifiedError where `params` has no `partitionName`, or the axis has another name */
  override removeAxis(axis: number, params: MetadataParams): Partitioned {
    const name = partitionName(params, this.names);
    const at = axis < 0 ? this.names.length + axis : axis;
    if (this.names[at] !== name) throw new PartitioningUnspecifiedError(this.names, { axis: at, partitionName: name });
    return new Partitioned(this.unbox(), [...this.names.slice(0, at), ...this.names.slice(at + 1)]);
  }
}

function partitionName(params: MetadataParams, names: readonly AxisName[]): string {
  const name = params['partitionName'];
  if (name === undefined) throw new PartitioningUnspecifiedError(names);
  return name;
}

/** An initializer whose parameters have named axes: `withPartitioning(initializers.lecunNormal(), ['in', 'out'])` (Flax: `nn.with_partitioning`). */
export const withPartitioning =
  (initialize: Initializer, names: readonly AxisName[]): Initializer =>
  (...args) => new Partitioned(initialize(...args), names);

/** The tree of the names of axes: those of a partitioned tensor, an empty list for another one, null for anything else (Flax: `nn.get_partition_spec`). */
export function getPartitionSpec(value: unknown): unknown {
  if (value instanceof Partitioned) return value.names;
  if (value instanceof Tensor) return [];
  if (Array.isArray(value)) return value.map(getPartitionSpec);
  return tree.isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, getPartitionSpec(inner)])) : null;
}
