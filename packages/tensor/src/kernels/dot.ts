import { type TypedArray } from '../dtype/dtype.js';
import { sizeOf } from '../shape/shape.js';
import type { ArrayView, Kernel } from './kernel.js';
import { matmul, type Matrix } from './matmul.js';
import { allocateCompute, computeData, storeData, unsupported } from './number-class.js';
import { transposeData } from './layout.js';
import { collapse, Odometer, rowMajorStrides } from './strides.js';

/** An operand seen as a stack of matrices: (batch..., rows, columns), with strides for all of them. */
interface MatrixStack {
  readonly data: TypedArray;
  readonly batchStrides: readonly number[];
  readonly rows: number;
  readonly rowStride: number;
  readonly columns: number;
  readonly columnStride: number;
}

/** One loop over several axes, where their strides allow it. */
function joinAxes(sizes: readonly number[], strides: readonly number[]): { readonly size: number; readonly stride: number } | undefined {
  const joined = collapse(sizes, [strides]);
  if (joined.sizes.length > 1) return undefined;
  return { size: joined.sizes[0] ?? 1, stride: joined.strides[0]![0] ?? 0 };
}

/** The operand with `rows` and `columns` axes as one axis each: in place where its strides allow it, else copied in that order. */
function stack(x: ArrayView, batch: readonly number[], rows: readonly number[], columns: readonly number[]): MatrixStack {
  const strides = rowMajorStrides(x.shape);
  const pick = (values: readonly number[], axes: readonly number[]): number[] => axes.map((axis) => values[axis]!);
  const row = joinAxes(pick(x.shape, rows), pick(strides, rows));
  const column = joinAxes(pick(x.shape, columns), pick(strides, columns));
  if (row !== undefined && column !== undefined) {
    return { data: computeData(x), batchStrides: pick(strides, batch), rows: row.size, rowStride: row.stride, columns: column.size, columnStride: column.stride };
  }
  const permutation = [...batch, ...rows, ...columns];
  const ordered = transposeData(x, permutation);
  const shape = pick(x.shape, permutation);
  const rowCount = sizeOf(pick(x.shape, rows));
  const columnCount = sizeOf(pick(x.shape, columns));
  return {
    data: computeData({ data: ordered, dtype: x.dtype }),
    batchStrides: rowMajorStrides(shape).slice(0, batch.length),
    rows: rowCount,
    rowStride: columnCount,
    columns: columnCount,
    columnStride: 1,
  };
}

const matrixAt = ({ data, rowStride, columnStride }: MatrixStack, offset: number): Matrix => ({ data, offset, rowStride, columnStride });

export const dotKernel: Kernel<'dot'> = ([lhs, rhs], { lhsContract, rhsContract, lhsBatch, rhsBatch }, [output]) => {
  const { dtype, shape } = output!;
  if (dtype === 'bool') return unsupported('dot', dtype);
  const free = (x: ArrayView, used: readonly number[]): number[] => x.shape.map((_, axis) => axis).filter((axis) => !used.includes(axis));
  const left = stack(lhs!, lhsBatch, free(lhs!, [...lhsBatch, ...lhsContract]), lhsContract);
  const right = stack(rhs!, rhsBatch, rhsContract, free(rhs!, [...rhsBatch, ...rhsContract]));
  const out = allocateCompute(dtype, sizeOf(shape));
  if (out.length === 0) return [storeData(out, dtype)];
  const batch = new Odometer(collapse(lhsBatch.map((axis) => lhs!.shape[axis]!), [left.batchStrides, right.batchStrides]));
  const { offsets } = batch;
  const sizes = { rows: left.rows, inner: left.columns, columns: right.columns };
  let start = 0;
  do {
    const result: Matrix = { data: out, offset: start, rowStride: right.columns, columnStride: 1 };
    matmul(sizes, matrixAt(left, offsets[0]!), matrixAt(right, offsets[1]!), result);
    start += sizes.rows * sizes.columns;
  } while (batch.advance());
  return [storeData(out, dtype)];
};
