import type { Dtype, TypedArray } from '../dtype/dtype.js';
import type { Primitive, PrimitiveParams } from '../primitives/params.js';
import type { StaticShape } from '../shape/shape.js';

/** A contiguous row-major array. */
export interface ArrayView {
  readonly data: TypedArray;
  readonly shape: StaticShape;
  readonly dtype: Dtype;
}

export interface StaticSpec {
  readonly shape: StaticShape;
  readonly dtype: Dtype;
}

/** The primitives that run other programs: the executor interprets them, they have no kernel. */
export type HigherOrderPrimitive = 'call' | 'checkpoint' | 'linearCall' | 'scan' | 'whileLoop' | 'switchCase';
/** The primitives across the examples of a named axis: `vmap` replaces them, so that no executor meets them. */
export type AxisPrimitive = 'collective' | 'allGather' | 'axisIndex';
export type KernelPrimitive = Exclude<Primitive, HigherOrderPrimitive | AxisPrimitive>;

/**
 * Computes the outputs, whose shapes and dtypes the shape rule has found. A kernel never writes to its inputs; it may
 * return an input's own array where the data are the same (reshape).
 */
export type Kernel<P extends KernelPrimitive> = (
  inputs: readonly ArrayView[],
  params: PrimitiveParams[P],
  outputs: readonly StaticSpec[],
) => readonly TypedArray[];

export type KernelTable = { readonly [P in KernelPrimitive]: Kernel<P> };
