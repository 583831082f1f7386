import { ArgumentError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { requireAxis, toTensor } from '../operand.js';
import { concatenate, expandDims, ravel, reshape, split, squeeze } from '../shape.js';

/** With one axis at least (jnp.atleast_1d). */
export const atleast1d = (x: TensorLike): Tensor => {
  const operand = toTensor('atleast1d', x);
  return operand.rank === 0 ? reshape(operand, [1]) : operand;
};

/** With two axes at least; new ones stand in front (jnp.atleast_2d). */
export const atleast2d = (x: TensorLike): Tensor => {
  const operand = atleast1d(x);
  return operand.rank === 1 ? expandDims(operand, 0) : operand;
};

/** With three axes at least: a vector becomes (1, n, 1), a matrix (m, n, 1) (jnp.atleast_3d). */
export const atleast3d = (x: TensorLike): Tensor => {
  const operand = toTensor('atleast3d', x);
  if (operand.rank === 0) return reshape(operand, [1, 1, 1]);
  if (operand.rank === 1) return expandDims(operand, [0, 2]);
  return operand.rank === 2 ? expandDims(operand, 2) : operand;
};

/** Rows (or matrices) one under the other (jnp.vstack). */
export const vstack = (xs: readonly TensorLike[]): Tensor => concatenate(xs.map(atleast2d), 0);

/** Side by side: along the second axis, vectors along their only one (jnp.hstack). */
export function hstack(xs: readonly TensorLike[]): Tensor {
  const operands = xs.map(atleast1d);
  return concatenate(operands, operands[0]?.rank === 1 ? 0 : 1);
}

/** One behind the other, along the third axis (jnp.dstack). */
export const dstack = (xs: readonly TensorLike[]): Tensor => concatenate(xs.map(atleast3d), 2);

/** Vectors as the columns of a matrix, beside matrices (jnp.column_stack). */
export const columnStack = (xs: readonly TensorLike[]): Tensor =>
  concatenate(xs.map((x) => {
    const operand = toTensor('columnStack', x);
    return operand.rank < 2 ? reshape(operand, [operand.rank === 0 ? 1 : operand.shape[0]!, 1]) : operand;
  }), 1);

/** x and then `values` along an axis; both flattened where none is given (jnp.append). */
export const append = (x: TensorLike, values: TensorLike, axis?: number): Tensor =>
  axis === undefined ? concatenate([ravel(x), ravel(values)], 0) : concatenate([x, values], axis);

/** Tensors in nested lists, all of one depth. */
export type Blocks = TensorLike | readonly Blocks[];

const depthOf = (blocks: Blocks): number => (Array.isArray(blocks) ? 1 + depthOf((blocks as readonly Blocks[])[0]!) : 0);

function leavesOf(blocks: Blocks): TensorLike[] {
  return Array.isArray(blocks) ? (blocks as readonly Blocks[]).flatMap(leavesOf) : [blocks as TensorLike];
}

/**
 * One tensor from nested lists of them: the innermost lists join along the last axis, those around them along the one before, and
 * so on (jnp.block).
 * @throws ArgumentError where the lists differ in depth or one is empty.
 */
export function block(blocks: Blocks): Tensor {
  const depth = depthOf(blocks);
  const rank = Math.max(depth, ...leavesOf(blocks).map((leaf) => toTensor('block', leaf).rank));
  const join = (part: Blocks, level: number): Tensor => {
    if (Array.isArray(part) !== level < depth || (Array.isArray(part) && part.length === 0)) throw new ArgumentError('block', 'blocks', 'must be lists of one depth, none of them empty');
    if (Array.isArray(part)) return concatenate((part as readonly Blocks[]).map((inner) => join(inner, level + 1)), rank - depth + level);
    const leaf = toTensor('block', part as TensorLike);
    return reshape(leaf, [...Array.from({ length: rank - leaf.rank }, () => 1), ...leaf.shape]);
  };
  return join(blocks, 0);
}

/** The slices along an axis, without it (jnp.unstack). @throws ArgumentError where its size is symbolic. */
export function unstack(x: TensorLike, axis = 0): Tensor[] {
  const operand = toTensor('unstack', x);
  const at = requireAxis('unstack', axis, operand.rank);
  const size = operand.shape[at]!;
  if (!isStatic(size)) throw new ArgumentError('unstack', 'axis', `names axis ${at} of symbolic size ${String(size)}`);
  return size === 0 ? [] : split(operand, size, at).map((part) => squeeze(part, at));
}

/** As `split`, with parts that differ by one element where the axis does not divide: the first ones are larger (jnp.array_split). */
export function arraySplit(x: TensorLike, indicesOrSections: number | readonly number[], axis = 0): Tensor[] {
  if (typeof indicesOrSections !== 'number') return split(x, indicesOrSections, axis);
  const operand = toTensor('arraySplit', x);
  const size = operand.shape[requireAxis('arraySplit', axis, operand.rank)]!;
  if (!isStatic(size)) return split(operand, indicesOrSections, axis);
  const [part, larger] = [Math.floor(size / indicesOrSections), size % indicesOrSections];
  const bounds = Array.from({ length: indicesOrSections - 1 }, (_, i) => (i + 1) * part + Math.min(i + 1, larger));
  return split(operand, bounds, axis);
}

/** Along the first axis (jnp.vsplit). */
export const vsplit = (x: TensorLike, indicesOrSections: number | readonly number[]): Tensor[] => split(x, indicesOrSections, 0);
/** Along the second axis, of vectors along their only one (jnp.hsplit). */
export const hsplit = (x: TensorLike, indicesOrSections: number | readonly number[]): Tensor[] => {
  const operand = toTensor('hsplit', x);
  return split(operand, indicesOrSections, operand.rank === 1 ? 0 : 1);
};
/** Along the third axis (jnp.dsplit). */
export const dsplit = (x: TensorLike, indicesOrSections: number | readonly number[]): Tensor[] => split(x, indicesOrSections, 2);
