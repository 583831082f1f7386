import type { Dtype } from '../dtype/dtype.js';
import type { Dim } from '../shape/dim.js';
import type { Shape } from '../shape/shape.js';
import type { Equation, Program } from '../program/program.js';
import type { CallRule, LinearCallRule } from './call-rules.js';

/** No parameters. */
export type None = Readonly<Record<never, never>>;

/** Elementwise functions of one operand; the result has its shape and dtype (`isFinite`: bool). */
export type UnaryPrimitive =
  | 'neg' | 'abs' | 'sign' | 'exp' | 'expm1' | 'log' | 'log1p' | 'sqrt'
  | 'sin' | 'cos' | 'tan' | 'asin' | 'acos' | 'atan' | 'sinh' | 'cosh' | 'tanh' | 'asinh' | 'acosh' | 'atanh'
  | 'sigmoid' | 'erf' | 'erfInv' | 'lgamma' | 'digamma' | 'floor' | 'ceil' | 'round' | 'not' | 'isNan';

/** Elementwise functions of two operands of one dtype, broadcast as NumPy does; the result has their dtype. */
export type BinaryPrimitive =
  | 'add' | 'sub' | 'mul' | 'div' | 'rem' | 'pow' | 'max' | 'min' | 'atan2'
  | 'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRightLogical' | 'shiftRightArithmetic';

/** As the binary ones, with a bool result. */
export type ComparisonPrimitive = 'equal' | 'notEqual' | 'less' | 'lessEqual' | 'greater' | 'greaterEqual';

export interface ReduceParams {
  /** The reduced axes, non-negative and ascending. */
  readonly axes: readonly number[];
  /** True keeps each reduced axis with size 1. */
  readonly keepDims: boolean;
}

export interface DotParams {
  /** Contracted axes of each operand, pairwise. */
  readonly lhsContract: readonly number[];
  readonly rhsContract: readonly number[];
  /** Batch axes of each operand, pairwise. The result is (batch..., lhs free..., rhs free...), as JAX's `dot_general`. */
  readonly lhsBatch: readonly number[];
  readonly rhsBatch: readonly number[];
}

/**
 * Correlation as XLA defines it, in the fixed layout: operand (batch, channel, ...spatial), kernel
 * (outChannel, inChannel / groups, ...spatial), result (batch, outChannel, ...spatial).
 */
export interface ConvParams {
  readonly strides: readonly number[];
  /** Low and high padding of each spatial axis, after lhs dilation; negative numbers crop. */
  readonly padding: readonly (readonly [number, number])[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
  readonly featureGroupCount: number;
  readonly batchGroupCount: number;
}

/**
 * A window that moves over every axis of an operand, as XLA's ReduceWindow has it; where it has size 1, moves by 1 and nothing is
 * padded, an axis stays as it is. Padding takes no part in what is reduced.
 */
export interface WindowParams {
  /** The number of the window's elements along each axis. */
  readonly dimensions: readonly number[];
  readonly strides: readonly number[];
  /** Low and high padding of each axis, after base dilation; negative numbers crop. */
  readonly padding: readonly (readonly [number, number])[];
  /** How far elements of the operand are moved apart. */
  readonly baseDilation: readonly number[];
  /** How far elements of the window are moved apart. */
  readonly windowDilation: readonly number[];
}

export interface ScanParams {
  /**
   * One step: inputs (constants..., carry..., slices of xs...), outputs (carry..., slices of ys...).
   * It captures nothing: what it needs from outside are constants.
   */
  readonly body: Program;
  readonly constants: number;
  readonly carry: number;
  readonly length: Dim;
  readonly reverse: boolean;
}

export interface WhileParams {
  /** (condition constants..., carry...) to one bool scalar: go on? */
  readonly condition: Program;
  /** (body constants..., carry...) to the carry. Neither program captures anything. */
  readonly body: Program;
  readonly conditionConstants: number;
  readonly bodyConstants: number;
}

/** Whether reverse mode keeps what an equation of a checkpointed function gives (true), or computes it anew. */
export type CheckpointPolicy = (equation: Equation) => boolean;

export interface CheckpointParams {
  /** The function. It captures nothing. */
  readonly body: Program;
  readonly policy: CheckpointPolicy;
  /** False lets executors share the work done anew with that of the forward pass, where both are in one graph. */
  readonly preventCse: boolean;
}

export interface CallParams {
  /** `softmax`, `gelu`, ... for a composite of the library; what the author gave for a custom derivative. */
  readonly name: string;
  /** Plain data that with `name` says what is computed. Axes in it count from the end (negative), so batching keeps them. */
  readonly attributes: Readonly<Record<string, CallAttribute>>;
  /** The decomposition. It captures nothing. */
  readonly body: Program;
  /** The author's derivative, where there is one. */
  readonly rule: CallRule | null;
}

export type CallAttribute = number | string | boolean | readonly number[];

/** The parameters of every primitive. The tables of rules are exhaustive over its keys. */
export type PrimitiveParams = { readonly [P in UnaryPrimitive | BinaryPrimitive | ComparisonPrimitive]: None } & {
  /** x to a whole power, by multiplication. */
  readonly integerPow: { readonly exponent: number };
  /** (condition: bool, onTrue, onFalse), all three broadcast. */
  readonly where: None;
  /** To another dtype: floats to integers truncate, anything to bool is `!= 0`. */
  readonly convert: { readonly dtype: Dtype };
  /** The operand, through which no derivative flows. */
  readonly stopGradient: None;
  /** The operand, under a name by which policies of `checkpoint` choose what is kept. */
  readonly checkpointName: { readonly name: string };
  /**
   * The operands as they are, one output each. An executor that shares or reorders work may not look through it: what is computed
   * from the outputs is computed anew, and after all operands are there.
   */
  readonly optimizationBarrier: None;

  readonly reduceSum: ReduceParams;
  readonly reduceProd: ReduceParams;
  readonly reduceMax: ReduceParams;
  readonly reduceMin: ReduceParams;
  /** The int32 index of the first largest (smallest) element along `axis`; NaN counts as the largest (smallest). */
  readonly argMax: { readonly axis: number; readonly keepDims: boolean };
  readonly argMin: { readonly axis: number; readonly keepDims: boolean };
  readonly cumSum: { readonly axis: number; readonly reverse: boolean };
  readonly cumProd: { readonly axis: number; readonly reverse: boolean };

  readonly reshape: { readonly shape: Shape };
  /** Axis `i` of the result is axis `permutation[i]` of the operand. */
  readonly transpose: { readonly permutation: readonly number[] };
  /** To `shape`, aligned at the last axis as NumPy does. */
  readonly broadcastTo: { readonly shape: Shape };
  readonly concatenate: { readonly axis: number };
  /** Elements `start, start + stride, ...` below `limit` of each axis. A limit may be symbolic; strides are positive. */
  readonly slice: { readonly starts: readonly Dim[]; readonly limits: readonly Dim[]; readonly strides: readonly number[] };
  /** Cuts an axis into parts of the given sizes, one output each (lax.split). */
  readonly split: { readonly axis: number; readonly sizes: readonly Dim[] };
  /** (operand, value: scalar). Low and high may be negative (crop); `interior` zeros between elements. */
  readonly pad: { readonly low: readonly number[]; readonly high: readonly number[]; readonly interior: readonly number[] };
  readonly reverse: { readonly axes: readonly number[] };
  /** No operands: counts 0, 1, ... along `axis` of `shape`. */
  readonly iota: { readonly shape: Shape; readonly dtype: Dtype; readonly axis: number };
  /** No operands: the size of a dimension as a scalar of `dtype`. */
  readonly dimension: { readonly size: Dim; readonly dtype: Dtype };
  /** (operand, start of each axis: int32 scalars...). Starts are clamped so that the slice fits. */
  readonly dynamicSlice: { readonly sizes: Shape };
  /** (operand, update, start of each axis: int32 scalars...). Starts are clamped so that the update fits. */
  readonly dynamicUpdateSlice: None;
  /**
   * (operand, indices: int32 of any shape). The result replaces `axis` of the operand by the axes of `indices`, as
   * `numpy.take`. Indices must be in range (the functions above clamp or mask).
   */
  readonly gather: { readonly axis: number };
  /**
   * (operand, indices: int32 (n), updates: the operand with `axis` of size n). Each slice of the updates goes into the
   * operand at its index along `axis`; equal indices combine (`set`: the last one stays). Indices out of range are dropped.
   */
  readonly scatter: { readonly axis: number; readonly mode: 'set' | 'add' | 'mul' | 'min' | 'max' };
  /** Orders the operands together by the first `keys` of them along `axis`, ascending and stable; NaN last. */
  readonly sort: { readonly axis: number; readonly keys: number };

  readonly dot: DotParams;
  readonly conv: ConvParams;

  /**
   * (real, imaginary), float32 or float64, to the same of the sums over j of (x_j exp(-2 pi i j k / n)) along `axis`; of exp(+...) where
   * `inverse`. Nothing is divided by n.
   */
  readonly dft: { readonly axis: number; readonly inverse: boolean };

  /** The sum of each window. */
  readonly windowSum: WindowParams;
  /**
   * Two outputs: the largest (smallest) element of each window, where NaN wins; and where the first of those lies, an int32 index
   * into the axes over which the window moves, flattened together, or -1 in the padding (XLA's SelectAndScatter with `ge` or `le`).
   */
  readonly windowSelect: WindowParams & { readonly largest: boolean };
  /**
   * (operand, indices: int32, of its shape but for `axis`). One element along `axis` for each index; zero where it is negative, which
   * is possible only where `partial` says so.
   */
  readonly takeAlong: { readonly axis: number; readonly partial: boolean };
  /** (updates, indices: int32, of their shape). Adds each update to zeros of `size` along `axis` at its index, if not negative. */
  readonly putAlong: { readonly axis: number; readonly partial: boolean; readonly size: Dim };

  /** (key0, key1, counter0, counter1), uint32, broadcast; two outputs: the two words of each block. */
  readonly threefry2x32: None;

  /** The operand of all examples of the named axis, combined: the sum (lax.psum), the largest (pmax) or the smallest (pmin). */
  readonly collective: { readonly axisName: string; readonly reduction: 'sum' | 'max' | 'min' };
  /** The operands of all examples of the named axis along a new `axis` of the given size (lax.all_gather). */
  readonly allGather: { readonly axisName: string; readonly axis: number; readonly length: Dim };
  /** No operands: the int32 number of the example along the named axis. */
  readonly axisIndex: { readonly axisName: string };

  readonly call: CallParams;
  /** The body, of which reverse mode keeps only what the policy says (jax.checkpoint). */
  readonly checkpoint: CheckpointParams;
  /** (residuals..., linear operands...): linear in the operands after the first `residuals`; only its transpose can run. */
  readonly linearCall: { readonly residuals: number; readonly rule: LinearCallRule; readonly outputs: readonly { readonly shape: Shape; readonly dtype: Dtype }[] };
  readonly scan: ScanParams;
  /** (condition constants..., body constants..., carry...): the body while the condition holds. */
  readonly whileLoop: WhileParams;
  /** (index: int32 scalar, operands...): the branch at the index, clamped; all branches have one signature and capture nothing. */
  readonly switchCase: { readonly branches: readonly Program[] };
};

export type Primitive = keyof PrimitiveParams;
