import { ArgumentError, ShapeError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import type { DotParams } from '../primitives/params.js';
import type { Dim } from '../shape/dim.js';
import { broadcastShapes, formatShape } from '../shape/shape.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { convert, promote, requireAxis } from './operand.js';
import { broadcastTo, expandDims, ravel, transpose } from './shape.js';

const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** bools contract as int32 and return to bool, as jnp.matmul has it. */
function dotPrimitive(x: Tensor, y: Tensor, params: DotParams): Tensor {
  if (x.dtype !== 'bool') return bindOne('dot', [x, y], params);
  return convert(bindOne('dot', [convert(x, 'int32'), convert(y, 'int32')], params), 'bool');
}

/** Contraction of any axes; the result is (batch..., free of x..., free of y...) (lax.dot_general). */
export function dotGeneral(x: TensorLike, y: TensorLike, params: DotParams): Tensor {
  const [a, b] = promote('dotGeneral', [x, y]);
  return dotPrimitive(a!, b!, params);
}

/** Matrix product over the last two axes; leading ones broadcast, vectors are rows and columns (jnp.matmul). */
export function matmul(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('matmul', [x, y]);
  if (a!.rank === 0 || b!.rank === 0) throw new ShapeError('matmul', [formatShape(a!.shape), formatShape(b!.shape)], 'needs operands of rank 1 or more; use `mul` for scalars');
  const lhs = a!.rank - 1;
  const rhs = Math.max(0, b!.rank - 2);
  if (a!.rank === 1 || b!.rank <= 2) {
    const product = dotPrimitive(a!, b!, { lhsContract: [lhs], rhsContract: [rhs], lhsBatch: [], rhsBatch: [] });
    // (k) by (..., k, n) leaves the free axes of y in their order already.
    return product;
  }
  const batch = broadcastShapes([a!.shape.slice(0, -2), b!.shape.slice(0, -2)]);
  if (batch === undefined) throw new ShapeError('matmul', [formatShape(a!.shape), formatShape(b!.shape)], 'leading axes do not broadcast');
  const axes = range(0, batch.length);
  const left = broadcastTo(a!, [...batch, ...a!.shape.slice(-2)]);
  const right = broadcastTo(b!, [...batch, ...b!.shape.slice(-2)]);
  return dotPrimitive(left, right, { lhsContract: [batch.length + 1], rhsContract: [batch.length], lhsBatch: axes, rhsBatch: axes });
}

/** The last axis of x with the second to last of y (jnp.dot); scalars multiply. */
export function dot(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('dot', [x, y]);
  if (a!.rank === 0 || b!.rank === 0) return bindOne(a!.dtype === 'bool' ? 'and' : 'mul', [a!, b!], {});
  return dotPrimitive(a!, b!, { lhsContract: [a!.rank - 1], rhsContract: [Math.max(0, b!.rank - 2)], lhsBatch: [], rhsBatch: [] });
}

/** The sum of products of all elements (jnp.vdot). */
export const vdot = (x: TensorLike, y: TensorLike): Tensor => dot(ravel(x), ravel(y));

/** Every element of x by every element of y (jnp.outer). */
export function outer(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = promote('outer', [ravel(x), ravel(y)]);
  return bindOne(a!.dtype === 'bool' ? 'and' : 'mul', [expandDims(a!, 1), expandDims(b!, 0)], {});
}

/** The last `axes` axes of x with the first of y, or the listed pairs (jnp.tensordot). */
export function tensordot(x: TensorLike, y: TensorLike, axes: number | readonly [number | readonly number[], number | readonly number[]] = 2): Tensor {
  const [a, b] = promote('tensordot', [x, y]);
  const listed = (found: number | readonly number[], rank: number): number[] => (typeof found === 'number' ? [found] : found).map((axis) => requireAxis('tensordot', axis, rank));
  const [lhsContract, rhsContract] = typeof axes === 'number' ? [range(a!.rank - axes, a!.rank), range(0, axes)] : [listed(axes[0], a!.rank), listed(axes[1], b!.rank)];
  if (lhsContract.length !== rhsContract.length) throw new ArgumentError('tensordot', 'axes', 'must name as many axes of x as of y');
  return dotPrimitive(a!, b!, { lhsContract, rhsContract, lhsBatch: [], rhsBatch: [] });
}

export type ConvPadding = 'SAME' | 'SAME_LOWER' | 'VALID' | readonly (readonly [number, number])[];

export interface ConvOptions {
  readonly windowStrides?: readonly number[];
  readonly padding: ConvPadding;
  readonly lhsDilation?: readonly number[];
  readonly rhsDilation?: readonly number[];
  /** The layouts of operand, kernel and result, such as `['NHWC', 'HWIO', 'NHWC']`; `['NCHW', 'OIHW', 'NCHW']` by default. */
  readonly dimensionNumbers?: readonly [string, string, string];
  readonly featureGroupCount?: number;
  readonly batchGroupCount?: number;
}

/** Low and high padding of each spatial axis (lax.padtype_to_pads). */
export function resolvePadding(operation: string, padding: ConvPadding, sizes: readonly Dim[], windows: readonly Dim[], strides: readonly number[]): (readonly [number, number])[] {
  if (typeof padding !== 'string') return [...padding];
  if (padding === 'VALID') return sizes.map(() => [0, 0]);
  if (padding !== 'SAME' && padding !== 'SAME_LOWER') throw new ArgumentError(operation, 'padding', `must be 'SAME', 'SAME_LOWER', 'VALID' or pairs, found ${JSON.stringify(padding)}`);
  return sizes.map((size, i): readonly [number, number] => {
    const [window, stride] = [windows[i]!, strides[i]!];
    if (typeof window !== 'number') throw new ArgumentError(operation, 'padding', 'needs a kernel of known size');
    const total = typeof size === 'number' ? Math.max(0, (Math.ceil(size / stride) - 1) * stride + window - size) : stride === 1 ? window - 1 : undefined;
    if (total === undefined) throw new ArgumentError(operation, 'padding', `'${padding}' with a stride needs a spatial axis of known size`);
    const small = Math.floor(total / 2);
    return padding === 'SAME' ? [small, total - small] : [total - small, small];
  });
}

const places = (layout: string, names: readonly string[]): number[] => names.map((name) => layout.indexOf(name));

/** Correlation of x with a kernel (lax.conv_general_dilated). */
export function convGeneralDilated(x: TensorLike, kernel: TensorLike, options: ConvOptions): Tensor {
  const [a, w] = promote('convGeneralDilated', [x, kernel]);
  const spatial = a!.rank - 2;
  const letters = 'DHW'.slice(Math.max(0, 3 - spatial)) || '';
  const [lhs, rhs, out] = options.dimensionNumbers ?? [`NC${letters}`, `OI${letters}`, `NC${letters}`];
  const names = [...rhs].filter((name) => name !== 'O' && name !== 'I');
  const toLhs = places(lhs, ['N', 'C', ...names]);
  const toRhs = places(rhs, ['O', 'I', ...names]);
  const toOut = places(out, ['N', 'C', ...names]);
  if ([toLhs, toRhs, toOut].some((found) => found.includes(-1) || found.length !== a!.rank) || w!.rank !== a!.rank) {
    throw new ArgumentError('convGeneralDilated', 'dimensionNumbers', `must be three layouts such as ['NHWC', 'HWIO', 'NHWC'] of the operands' rank ${a!.rank}, found ${JSON.stringify(options.dimensionNumbers)}`);
  }
  const ones = names.map(() => 1);
  const { windowStrides: strides = ones, lhsDilation = ones, rhsDilation = ones, featureGroupCount = 1, batchGroupCount = 1 } = options;
  const operand = transpose(a!, toLhs);
  const filter = transpose(w!, toRhs);
  const spread = (size: Dim, dilation: number): Dim => (typeof size === 'number' ? (size === 0 ? 0 : (size - 1) * dilation + 1) : size);
  const sizes = operand.shape.slice(2).map((size, i) => spread(size, lhsDilation[i]!));
  const windows = filter.shape.slice(2).map((size, i) => spread(size, rhsDilation[i]!));
  const padding = resolvePadding('convGeneralDilated', options.padding, sizes, windows, strides);
  const result = bindOne('conv', [operand, filter], { strides, padding, lhsDilation, rhsDilation, featureGroupCount, batchGroupCount });
  return transpose(result, toOut.map((_, i) => toOut.indexOf(i)));
}

