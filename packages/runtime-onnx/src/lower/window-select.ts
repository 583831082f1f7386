/** The largest or smallest element of each window, and where it lies. */
import { dimSizeOf, type Dtype, type EquationOf, isFloating, isHalf, isStatic, type Shape, windowedAxes } from '@flaxon/tensor';
import { add, cast, div, equalTo, isNan, mul, neg, predicate, scalar, sub, where } from '../emit/arithmetic.js';
import { gather, reshape } from '../emit/layout.js';
import { tensorData } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { producerOf, type Value } from '../graph/graph.js';
import { choose } from './choose.js';
import type { Lowering, LoweringContext } from './context.js';
import { integerRange } from './convert.js';
import { exact, type Lowered, materialize } from './lowered.js';
import { poolAttributes, prepare, type Prepared, toPoolLayout, type WindowAxis, windowAxesOf } from './pool-layout.js';
import { reduceValue } from './reduce.js';

const isWideInteger = (dtype: Dtype): boolean => dtype === 'int64' || dtype === 'uint64';

/** The dtype in which a pool runs: it holds every number of the given one. */
const poolCarrier = (dtype: Dtype): Dtype => (isHalf(dtype) ? 'float32' : isFloating(dtype) ? dtype : 'float64');

/** Less than every number of the dtype, of which `largest` says whether they are negated. */
function fillerOf(dtype: Dtype, largest: boolean): number {
  if (isFloating(dtype)) return -Infinity;
  if (dtype === 'bool') return largest ? 0 : -1;
  const { low, high } = integerRange(dtype);
  return largest ? Number(low) : -Number(high);
}

const identityOf = (dtype: Dtype, largest: boolean): number | bigint =>
  isFloating(dtype) ? (largest ? -Infinity : Infinity) : dtype === 'bool' ? (largest ? 0 : 1) : integerRange(dtype)[largest ? 'low' : 'high'];

const activations: ReadonlySet<string> = new Set(['Relu', 'LeakyRelu', 'Elu', 'Selu', 'Gelu', 'Softplus', 'Sigmoid', 'Tanh', 'Clip', 'HardSwish', 'HardSigmoid']);

/** True where the value is what an activation gives, in another layout perhaps. */
function isActivation(value: Value): boolean {
  const node = producerOf(value);
  if (node?.domain !== '') return false;
  if (node.op === 'Transpose' || node.op === 'Reshape') return isActivation(node.inputs[0]!);
  return activations.has(node.op);
}

const placesOf = (shape: Shape, moved: readonly number[]): Shape => moved.map((axis) => shape[axis]!);

/** True where windows lie side by side and cover the operand. */
export const isTiling = (axes: readonly WindowAxis[], sizes: Shape, places: Shape): boolean =>
  axes.every(({ window, stride, low, high, baseDilation, windowDilation }, i) => {
    const [size, count] = [sizes[i]!, places[i]!];
    return window === stride && low === 0 && high === 0 && baseDilation === 1 && windowDilation === 1 && isStatic(size) && isStatic(count) && size === count * window;
  });

/** Every axis over which the window moves in two, (places, window), and the axes of the windows. */
export function tiles(b: GraphBuilder, x: Value, moved: readonly number[], axes: readonly WindowAxis[]): { readonly value: Value; readonly windows: readonly number[] } {
  const shape = x.shape.flatMap((dim, axis) => (moved.includes(axis) ? [(dim as number) / axes[moved.indexOf(axis)]!.window, axes[moved.indexOf(axis)]!.window] : [dim]));
  return { value: reshape(b, x, shape), windows: moved.map((axis, i) => axis + i + 1) };
}

/** Along one axis: what each tap sees, (places, window) in its place, reduced. */
function reduceTaps(b: GraphBuilder, x: Value, axis: number, { window, stride, windowDilation }: WindowAxis, places: number, largest: boolean): Value {
  const elements = Array.from({ length: places * window }, (_, i) => Math.floor(i / window) * stride + (i % window) * windowDilation);
  const seen = gather(b, x, b.constant(tensorData('int64', [places, window], elements)), axis);
  return reduceValue(b, largest ? 'reduceMax' : 'reduceMin', seen, [axis + 1], false);
}

/** 64-bit integers have no pool and no wider dtype, and a pool has three axes at most: the rest goes axis by axis. */
function selectByAxis(context: LoweringContext, equation: EquationOf<'windowSelect'>, x: Value): Value {
  const b = context.builder;
  const { params, outputs } = equation;
  const moved = windowedAxes(params);
  const layout = toPoolLayout(b, x, moved);
  const prepared = prepare(b, layout.value, windowAxesOf(params), scalar(b, x.dtype, identityOf(x.dtype, params.largest)), { padsAll: true });
  const value = prepared.axes.reduce((result, axis, i) => {
    const places = outputs[0]!.shape[moved[i]!]!;
    if (!isStatic(places)) throw context.unsupported(equation, x.dtype, 'a window over 64-bit integers or more than three axes needs axes of known size');
    return reduceTaps(b, result, i + 2, axis, places, params.largest);
  }, prepared.value);
  return layout.restore(value);
}

interface Pooled {
  readonly value: Value;
  /** Flat over (n, channels, spatial...) of what was pooled. */
  readonly index: Value;
}

function maxPool(b: GraphBuilder, { value, axes }: Prepared, places: Shape): Pooled {
  const shape = [...value.shape.slice(0, 2), ...places];
  const [pooled, index] = b.nodes('MaxPool', [value], [{ dtype: value.dtype, shape }, { dtype: 'int64', shape }], poolAttributes(axes));
  return { value: pooled!, index: index! };
}

/** 1 where the window sees a NaN, which the operator passes over. */
function restoreNans(b: GraphBuilder, pooled: Value, { value, axes, shifts }: Prepared): Value {
  const nans: Prepared = { value: cast(b, isNan(b, value), 'float32'), axes, shifts };
  const seen = b.node('MaxPool', [nans.value], { dtype: 'float32', shape: pooled.shape }, poolAttributes(axes));
  return choose(b, cast(b, seen, 'bool'), scalar(b, pooled.dtype, NaN), pooled);
}

/** The flat index over the spatial axes of the operand, -1 where the element is padding. */
function operandIndex(b: GraphBuilder, index: Value, prepared: Prepared, given: readonly WindowAxis[], sizes: Shape): Value {
  const { value, shifts } = prepared;
  const spatial = value.shape.slice(2);
  const int64 = (number: number): Value => scalar(b, 'int64', number);
  const dim = (size: Shape[number]): Value => (isStatic(size) ? int64(size) : b.dim(size));
  const remainder = (x: Value, y: Value): Value => b.node('Mod', [x, y], x);
  const isAlone = value.shape[0] === 1 && value.shape[1] === 1;
  const flat = isAlone ? index : remainder(index, dim(dimSizeOf(spatial)));
  if (spatial.every((size, i) => size === sizes[i])) return flat;
  let rest = flat;
  let result: Value | undefined;
  let outside: Value | undefined;
  for (let i = spatial.length - 1; i >= 0; i--) {
    const at = sub(b, i === 0 ? rest : remainder(rest, dim(spatial[i]!)), int64(shifts[i]!));
    rest = i === 0 ? rest : div(b, rest, dim(spatial[i]!));
    const { baseDilation } = given[i]!;
    const element = baseDilation === 1 ? at : div(b, at, int64(baseDilation));
    const beyond = predicate(b, 'Or', [predicate(b, 'Less', [at, int64(0)]), predicate(b, 'GreaterOrEqual', [element, dim(sizes[i]!)])]);
    const between = baseDilation === 1 ? beyond : predicate(b, 'Or', [beyond, b.node('Not', [equalTo(b, remainder(at, int64(baseDilation)), 0)], { dtype: 'bool', shape: at.shape })]);
    outside = outside === undefined ? between : predicate(b, 'Or', [outside, between]);
    const scaled = i === spatial.length - 1 ? element : mul(b, element, dim(dimSizeOf(sizes.slice(i + 1))));
    result = result === undefined ? scaled : add(b, result, scaled);
  }
  return where(b, outside!, int64(-1), result!);
}

/**
 * `MaxPool` on (negated) numbers. ONNX Runtime's kernel (1.30) has two oddities: it passes over NaN, and without its second output
 * it gives -3.4e38 for a window of -Infinity in float32. Where an activation went before, as in a network, it stands alone; on other
 * operands NaN is put back and the slower kernel is used.
 */
function selectFloats(context: LoweringContext, equation: EquationOf<'windowSelect'>, x: Value): Lowered[] {
  const b = context.builder;
  const { params, outputs } = equation;
  const [valueSpec, indexSpec] = outputs;
  const moved = windowedAxes(params);
  const axes = windowAxesOf(params);
  const places = placesOf(valueSpec!.shape, moved);
  const sizes = placesOf(x.shape, moved);
  const wantsIndex = context.usesOf(indexSpec!).length > 0;
  const unread = { value: scalar(b, 'int32', 0), shape: indexSpec!.shape };
  const isPlain = !isFloating(valueSpec!.dtype) || isActivation(x);
  if (!isPlain && !wantsIndex && isTiling(axes, sizes, places)) {
    const { value, windows } = tiles(b, x, moved, axes);
    return [exact(reduceValue(b, params.largest ? 'reduceMax' : 'reduceMin', value, windows, false)), unread];
  }
  const layout = toPoolLayout(b, params.largest ? x : neg(b, x), moved);
  // Padding that is as small as an element, and lies before it, is what is found: the operator's own padding never is.
  const padsAll = wantsIndex && !isFloating(valueSpec!.dtype);
  const prepared = prepare(b, layout.value, axes, scalar(b, x.dtype, fillerOf(valueSpec!.dtype, params.largest)), { padsAll });
  const fits = prepared.value === layout.value;
  const shape = [...prepared.value.shape.slice(0, 2), ...places];
  const isAlone = isPlain && fits && !wantsIndex;
  const pooled = isAlone ? undefined : maxPool(b, prepared, places);
  const found = pooled?.value ?? b.node('MaxPool', [prepared.value], { dtype: x.dtype, shape }, poolAttributes(prepared.axes));
  const kept = isPlain ? found : restoreNans(b, found, prepared);
  const value = layout.restore(kept);
  const index = wantsIndex ? exact(layout.restore(cast(b, operandIndex(b, pooled!.index, prepared, axes, sizes), 'int32'))) : unread;
  return [exact(params.largest ? value : neg(b, value)), index];
}

export const windowSelect: Lowering<'windowSelect'> = (context, equation, [lowered]) => {
  const b = context.builder;
  const { params, outputs } = equation;
  const [valueSpec, indexSpec] = outputs;
  const { dtype } = valueSpec!;
  const moved = windowedAxes(params);
  if (moved.length === 0) return [lowered!, { value: scalar(b, 'int32', 0), shape: indexSpec!.shape }];
  const x = materialize(b, lowered!);
  if (isWideInteger(dtype) || moved.length > 3) {
    if (context.usesOf(indexSpec!).length > 0) throw context.unsupported(equation, dtype, 'a window has an index (which its derivative needs) for up to three axes and dtypes that fit float64');
    const wide = cast(b, x, isHalf(dtype) ? 'float32' : dtype);
    return [exact(cast(b, selectByAxis(context, equation, wide), dtype)), { value: scalar(b, 'int32', 0), shape: indexSpec!.shape }];
  }
  const [value, index] = selectFloats(context, equation, cast(b, x, poolCarrier(dtype)));
  return [{ value: cast(b, value!.value, dtype), shape: value!.shape }, index!];
};
