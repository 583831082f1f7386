/** Small programs for one primitive: of any dtype, any rank, with sizes that may become symbolic. */
import { bind, type Dtype, isBigInt, isFloating, type Primitive, type PrimitiveParams, sizeOf, type Tensor, tensor } from '@flaxon/tensor';
import { arbitrary } from '../values.js';

export interface Operand {
  readonly shape: readonly number[];
  /** That of the sweep by default. */
  readonly dtype?: Dtype;
  /** Axes whose sizes stay numbers. */
  readonly fixed?: readonly number[];
  /** Its elements; numbers from -5 to 5 by default. */
  readonly draw?: (shape: readonly number[], dtype: Dtype) => Tensor;
}

/**
 * A program. Sizes from 2 on may be made symbolic, equal ones under one name, and be others: `f` takes them from its operands.
 */
export interface Case {
  readonly operands: readonly Operand[];
  readonly f: (...operands: Tensor[]) => readonly Tensor[];
  /** True where the sizes are part of what is computed. */
  readonly isStatic?: true;
}

export interface Row {
  readonly cases: readonly Case[];
  /** Both executors give the same bits; else the results may differ by the rounding of the dtype, `scale` times. */
  readonly isExact: boolean;
  readonly scale: number;
}

export interface RowOptions {
  readonly scale?: number;
}

/** Results are the same bit for bit. */
export const exact = (cases: readonly Case[]): Row => ({ cases, isExact: true, scale: 1 });
/** Integers and bools are the same, floats near: `scale` times the rounding of their dtype. */
export const close = (cases: readonly Case[], { scale = 1 }: RowOptions = {}): Row => ({ cases, isExact: false, scale });

/** A primitive on operands of these shapes, all of the dtype of the sweep. */
export const plain = <P extends Primitive>(primitive: P, params: PrimitiveParams[P], shapes: readonly (readonly number[])[], draw?: Operand['draw']): Case => ({
  operands: shapes.map((shape) => (draw ? { shape, draw } : { shape })),
  f: (...operands) => bind(primitive, operands, params),
});

export const of = (shape: readonly number[], dtype?: Dtype): Operand => (dtype ? { shape, dtype } : { shape });

/** Every rank from 0 to 6, and arrays without elements. */
export const allShapes: readonly (readonly number[])[] = [[], [3], [2, 3], [2, 1, 3], [1, 3, 2, 2], [2, 1, 1, 3, 2], [1, 2, 1, 3, 2, 1], [0], [2, 0, 3]];

/** Pairs that broadcast. */
export const allPairs: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []], [[3], []], [[3], [3]], [[2, 3], [3]], [[2, 1], [1, 3]], [[3, 1, 2], [1, 4, 1]], [[2, 3, 1, 2], [3, 4, 1]], [[2, 1, 3, 1, 2], [2]], [[1, 2, 1, 3, 2, 1], [2, 2, 3, 1, 1, 2]], [[0], [1]], [[2, 0, 3], [3]],
];

/** Numbers that no rule of sign, zero or size hits: from 1 to 3. */
export function positive(shape: readonly number[], dtype: Dtype): Tensor {
  const elements = Array.from({ length: sizeOf(shape) }, (_, i) => (isFloating(dtype) ? 1 + ((i * 7) % 11) / 6 : 1 + ((i * 7) % 3)));
  return tensor(isBigInt(dtype) ? elements.map(BigInt) : dtype === 'bool' ? elements.map((x) => x > 1) : elements, { dtype, shape });
}

/** Numbers inside (-1, 1). */
export const inside = (shape: readonly number[], dtype: Dtype): Tensor => {
  const elements = Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 5) % 13) / 8 - 0.77);
  return isFloating(dtype) ? tensor(elements, { dtype, shape }) : arbitrary(shape, dtype);
};

/** Whole numbers from 0 below `count`, as indices. */
export const below =
  (count: number) =>
  (shape: readonly number[], dtype: Dtype): Tensor => {
    const elements = Array.from({ length: sizeOf(shape) }, (_, i) => (i * 5 + 1) % count);
    return tensor(isBigInt(dtype) ? elements.map(BigInt) : elements, { dtype, shape });
  };
