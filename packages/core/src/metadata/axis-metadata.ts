import { Tensor, tree } from '@flaxon/tensor';

/** What a transformation that adds or takes away an axis says of it, by name: `{ partitionName: 'layers' }`. */
export interface MetadataParams {
  readonly [name: string]: string;
}

/**
 * A tensor with something known of its axes (Flax: `AxisMetadata`, a box around the value). It is a tensor like any other; results of
 * operations are plain ones. Variables keep it, modules get the plain tensor, and lifted transformations keep account of the axes.
 */
export abstract class AxisMetadata extends Tensor {
  constructor({ shape, dtype, source }: Tensor) {
    super(shape, dtype, source);
  }

  /** The tensor alone. */
  unbox(): Tensor {
    return new Tensor(this.shape, this.dtype, this.source);
  }

  /** The same metadata around another tensor. */
  abstract replaceBoxed(value: Tensor): AxisMetadata;

  /** What is known after an axis is added at `axis`; the tensor itself stays. */
  abstract addAxis(axis: number, params: MetadataParams): AxisMetadata;

  /** What is known after the axis at `axis` is taken away; the tensor itself stays. */
  abstract removeAxis(axis: number, params: MetadataParams): AxisMetadata;
}

const mapLeaves = (value: unknown, f: (leaf: unknown) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((inner: unknown) => mapLeaves(inner, f));
  return tree.isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapLeaves(inner, f)])) : f(value);
};

/** A tree with `f` of each tensor that has metadata in its place; other leaves stay. */
export const mapMetadata = <T>(value: T, f: (box: AxisMetadata) => Tensor): T =>
  // The tree is of the same form: a tensor stands where one stood.
  mapLeaves(value, (leaf) => (leaf instanceof AxisMetadata ? f(leaf) : leaf)) as T;

/** A tree without metadata: `unbox(variables)` (Flax: `meta.unbox`). */
export const unbox = <T>(value: T): T => (hasMetadata(value) ? mapMetadata(value, (box) => box.unbox()) : value);

function hasMetadata(value: unknown): boolean {
  if (value instanceof Tensor) return value instanceof AxisMetadata;
  if (Array.isArray(value)) return value.some(hasMetadata);
  return tree.isRecord(value) && Object.values(value).some(hasMetadata);
}
