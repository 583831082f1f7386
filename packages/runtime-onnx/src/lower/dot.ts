/**
 * Contractions. Two matrices become `Gemm` (whose flags transpose for nothing and whose C takes a bias later), the rest
 * `MatMul`, with transposes and reshapes where the axes do not lie as it wants them.
 */
import { dimSizeOf, type Dim, type DotParams, isFloating, isStatic, type Shape } from '@flaxon/tensor';
import { mul, scalar } from '../emit/arithmetic.js';
import { isEmpty, reshape, transpose } from '../emit/layout.js';
import type { GraphBuilder } from '../graph/builder.js';
import { constantData, int, type Value } from '../graph/graph.js';
import { throughCarrier } from './carrier.js';
import type { Lowering, LoweringTable } from './context.js';
import { aligned, exact, lazyAxes, type Lowered } from './lowered.js';
import { reduceLowerings, reduceValue } from './reduce.js';

/** One operand: its value (axes along which it is broadcast have size 1) and the part that each axis plays. */
interface Side {
  readonly value: Value;
  readonly batch: readonly number[];
  readonly free: readonly number[];
  readonly contract: readonly number[];
}

const sizes = (value: Value, axes: readonly number[]): Dim[] => axes.map((axis) => value.shape[axis]!);

function sideOf(value: Value, batch: readonly number[], contract: readonly number[]): Side {
  const free = value.shape.map((_, axis) => axis).filter((axis) => !batch.includes(axis) && !contract.includes(axis));
  return { value, batch, free, contract };
}

/** The contracted pairs after those are dropped that are broadcast on one side: there the other side is summed. */
interface Contraction {
  readonly lhs: Side;
  readonly rhs: Side;
  /** The sizes of pairs that are broadcast on both sides. */
  readonly repeated: readonly Dim[];
}

const sumOver = (b: GraphBuilder, x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : reduceValue(b, 'reduceSum', x, axes, true);

/** Case 1: a pair of size 1 contracts nothing. Case 2: broadcast on both sides. Case 3: on one side. Case 4: on neither. */
function withoutLazyPairs(b: GraphBuilder, lhs: Lowered, rhs: Lowered, params: DotParams): Contraction {
  const [lazyLhs, lazyRhs] = [lazyAxes(lhs), lazyAxes(rhs)];
  const repeated: Dim[] = [];
  const kept: number[] = [];
  const summed = { lhs: [] as number[], rhs: [] as number[] };
  params.lhsContract.forEach((l, i) => {
    const r = params.rhsContract[i]!;
    if (lhs.shape[l] === 1) return;
    if (lazyLhs[l] && lazyRhs[r]) repeated.push(lhs.shape[l]!);
    else if (lazyLhs[l]) summed.rhs.push(r);
    else if (lazyRhs[r]) summed.lhs.push(l);
    else kept.push(i);
  });
  // What is left of a dropped axis has size 1, and goes.
  const drop = (value: Value, contract: readonly number[], batch: readonly number[]): Side => {
    const keptAxes = kept.map((i) => contract[i]!);
    const gone = contract.filter((axis) => !keptAxes.includes(axis));
    const place = (axis: number): number => axis - gone.filter((one) => one < axis).length;
    const squeezed = reshape(b, value, value.shape.filter((_, axis) => !gone.includes(axis)));
    return sideOf(squeezed, batch.map(place), keptAxes.map(place));
  };
  return {
    lhs: drop(sumOver(b, aligned(b, lhs), summed.lhs), params.lhsContract, params.lhsBatch),
    rhs: drop(sumOver(b, aligned(b, rhs), summed.rhs), params.rhsContract, params.rhsBatch),
    repeated,
  };
}

/** Nothing is contracted: (batch..., lhs free..., 1...) times (batch..., 1..., rhs free...). */
function outerProduct(b: GraphBuilder, lhs: Side, rhs: Side): Value {
  const left = transpose(b, lhs.value, [...lhs.batch, ...lhs.free]);
  const right = transpose(b, rhs.value, [...rhs.batch, ...rhs.free]);
  const x = reshape(b, left, [...left.shape, ...rhs.free.map(() => 1)]);
  const y = reshape(b, right, [...sizes(rhs.value, rhs.batch), ...lhs.free.map(() => 1), ...sizes(rhs.value, rhs.free)]);
  return throughCarrier(b, 'Mul', [x, y], ([p, q]) => mul(b, p!, q!));
}

interface Matrix {
  readonly value: Value;
  /** True where the contracted axis comes first (left operand) or last (right operand). */
  readonly transposed: boolean;
}

const isRun = (axes: readonly number[], from: number): boolean => axes.every((axis, i) => axis === from + i);

/**
 * An operand without batch axes as a matrix with the contracted axes on one side, by reshaping alone if they lie together. A vector may lie either way:
 * as a row of the left operand, so that layers on one point follow each other without reshapes.
 */
function matrixOf(b: GraphBuilder, { value, free, contract }: Side, order: readonly number[], vectorIsRow: boolean): { readonly value: Value; readonly contractsFirst: boolean } {
  const axes = order.map((i) => contract[i]!);
  const rank = value.shape.length;
  const free1 = dimSizeOf(sizes(value, free));
  const contract1 = dimSizeOf(sizes(value, axes));
  if (isRun(axes, 0) && !(vectorIsRow && free.length === 0)) return { value: reshape(b, value, [contract1, free1]), contractsFirst: true };
  const moved = isRun(axes, rank - axes.length) ? value : transpose(b, value, [...free, ...axes]);
  return { value: reshape(b, moved, [free1, contract1]), contractsFirst: false };
}

/** lhs (M, K) or (K, M) by rhs (K, N) or (N, K). */
function gemm(b: GraphBuilder, lhs: Matrix, rhs: Matrix): Value {
  const rows = lhs.value.shape[lhs.transposed ? 1 : 0]!;
  const columns = rhs.value.shape[rhs.transposed ? 0 : 1]!;
  const spec = { dtype: lhs.value.dtype, shape: [rows, columns] };
  const attributes = { ...(lhs.transposed ? { transA: int(1) } : {}), ...(rhs.transposed ? { transB: int(1) } : {}) };
  return b.node('Gemm', [lhs.value, rhs.value], spec, attributes);
}

/** The order in which pairs are merged: by their place in the operand that is not a constant, so that it need not move. */
function pairOrder(lhs: Side, rhs: Side): number[] {
  const leader = constantData(lhs.value) ? rhs.contract : lhs.contract;
  return leader.map((_, i) => i).sort((i, j) => leader[i]! - leader[j]!);
}

function matMulShape(left: Shape, right: Shape): Shape {
  if (left.length === 1 && right.length === 1) return [];
  if (left.length === 1) return [...right.slice(0, -2), right[right.length - 1]!];
  if (right.length === 1) return left.slice(0, -1);
  const depth = Math.max(left.length, right.length) - 2;
  const batch = Array.from({ length: depth }, (_, i) => {
    const l = left[i - depth + left.length - 2] ?? 1;
    return l === 1 ? (right[i - depth + right.length - 2] ?? 1) : l;
  });
  return [...batch, left[left.length - 2]!, right[right.length - 1]!];
}

function matMul(b: GraphBuilder, left: Value, right: Value): Value {
  return throughCarrier(b, 'MatMul', [left, right], ([x, y]) => b.node('MatMul', [x, y], { dtype: x!.dtype, shape: matMulShape(x!.shape, y!.shape) }));
}

/** True where the rows of `lhs` can be one axis and come apart again without computing a shape. */
const mergesRows = ({ value, free }: Side): boolean => isFloating(value.dtype) && sizes(value, free).filter((dim) => !isStatic(dim)).length <= 1;

/**
 * Without batch axes. Case 1: rows of any number of axes by a matrix: as two matrices, for the sake of `Gemm`. Case 2: vectors, and
 * rows of several symbolic axes, as `MatMul` takes them. Case 3: two matrices.
 */
function contractPlain(b: GraphBuilder, lhs: Side, rhs: Side): Value {
  const [leftRank, rightRank] = [lhs.value.shape.length, rhs.value.shape.length];
  const shape = [...sizes(lhs.value, lhs.free), ...sizes(rhs.value, rhs.free)];
  const single = lhs.contract.length === 1;
  const isMatrices = rightRank === 2 && mergesRows(lhs);
  if (single && !isMatrices) {
    const leftLast = lhs.contract[0] === leftRank - 1;
    if (rightRank === 1 && leftLast) return matMul(b, lhs.value, rhs.value);
    if (rightRank === 1 && leftRank === 2) return matMul(b, rhs.value, lhs.value);
    if (rightRank === 2 && leftLast) return matMul(b, lhs.value, transpose(b, rhs.value, rhs.contract[0] === 0 ? [0, 1] : [1, 0]));
    if (leftRank === 1 && rhs.contract[0] === rightRank - 1) return matMul(b, rhs.value, lhs.value);
  }
  const order = pairOrder(lhs, rhs);
  const left = matrixOf(b, lhs, order, true);
  const right = matrixOf(b, rhs, order, false);
  if (isFloating(lhs.value.dtype)) {
    const product = gemm(b, { value: left.value, transposed: left.contractsFirst }, { value: right.value, transposed: !right.contractsFirst });
    return reshape(b, product, shape);
  }
  const rows = left.contractsFirst ? transpose(b, left.value, [1, 0]) : left.value;
  const columns = right.contractsFirst ? right.value : transpose(b, right.value, [1, 0]);
  return reshape(b, matMul(b, rows, columns), shape);
}

/** With batch axes: (batch..., M, K) by (batch..., K, N). */
function contractBatched(b: GraphBuilder, lhs: Side, rhs: Side): Value {
  const order = pairOrder(lhs, rhs);
  const [lhsContract, rhsContract] = [lhs, rhs].map(({ contract }) => order.map((i) => contract[i]!));
  const left = transpose(b, lhs.value, [...lhs.batch, ...lhs.free, ...lhsContract!]);
  const right = transpose(b, rhs.value, [...rhs.batch, ...rhsContract!, ...rhs.free]);
  const rows = dimSizeOf(sizes(lhs.value, lhs.free));
  const columns = dimSizeOf(sizes(rhs.value, rhs.free));
  const inner = dimSizeOf(sizes(lhs.value, lhsContract!));
  const x = reshape(b, left, [...sizes(lhs.value, lhs.batch), rows, inner]);
  const y = reshape(b, right, [...sizes(rhs.value, rhs.batch), inner, columns]);
  const product = matMul(b, x, y);
  return reshape(b, product, [...product.shape.slice(0, -2), ...sizes(lhs.value, lhs.free), ...sizes(rhs.value, rhs.free)]);
}

function contractSides(b: GraphBuilder, { lhs, rhs }: Contraction): Value {
  if (lhs.contract.length === 0) return outerProduct(b, lhs, rhs);
  return lhs.batch.length === 0 ? contractPlain(b, lhs, rhs) : contractBatched(b, lhs, rhs);
}

/** A pair of size 1 with nothing broadcast stays: as a `Gemm` it takes the bias that follows. */
function isColumnByRow(lhs: Lowered, rhs: Lowered, params: DotParams): boolean {
  const isWhole = (x: Lowered): boolean => !lazyAxes(x).includes(true) && x.shape.length === 2;
  return params.lhsBatch.length === 0 && params.lhsContract.length === 1 && isWhole(lhs) && isWhole(rhs) && isFloating(lhs.value.dtype) && lhs.shape[params.lhsContract[0]!] === 1;
}

const dot: Lowering<'dot'> = (context, equation, [lhs, rhs]) => {
  const { builder: b } = context;
  const { params, outputs } = equation;
  const { shape, dtype } = outputs[0]!;
  if (isEmpty(lhs!.shape) || isEmpty(rhs!.shape)) return [{ value: scalar(b, dtype, 0), shape }];
  if (isColumnByRow(lhs!, rhs!, params)) {
    const sides = [sideOf(aligned(b, lhs!), [], params.lhsContract), sideOf(aligned(b, rhs!), [], params.rhsContract)] as const;
    return [exact(contractPlain(b, sides[0], sides[1]))];
  }
  const contraction = withoutLazyPairs(b, lhs!, rhs!, params);
  const value = contractSides(b, contraction);
  if (contraction.repeated.length === 0) return [{ value, shape }];
  const repeats: Lowered = { value, shape: [...contraction.repeated, ...value.shape] };
  const axes = contraction.repeated.map((_, axis) => axis);
  return reduceLowerings.reduceSum(context, { ...equation, primitive: 'reduceSum', params: { axes, keepDims: false } }, [repeats]).map((summed) => ({ value: summed.value, shape }));
};

export const dotLowerings: LoweringTable<'dot'> = { dot };
