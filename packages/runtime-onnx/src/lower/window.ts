/** Sums of windows, and reading and adding at the indices that windows select. */
import { type ConvParams, dimSizeOf, isStatic, type Shape, windowedAxes } from '@flaxon/tensor';
import { lessThan, max, mul, scalar } from '../emit/arithmetic.js';
import { expand, insertAxes, pad, reshape } from '../emit/layout.js';
import { filled, tensorData } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import { int, text, type Value } from '../graph/graph.js';
import { throughCarrier } from './carrier.js';
import { choose } from './choose.js';
import type { Lowering, LoweringTable } from './context.js';
import { convNodes } from './conv.js';
import { exact, materialize } from './lowered.js';
import { averagePool, fitsPool, toPoolLayout, type WindowAxis, windowAxesOf } from './pool-layout.js';
import { reduceValue } from './reduce.js';
import { isTiling, tiles, windowSelect } from './window-select.js';

/** True where each place sees one element, and each element is seen by as many places as the window has taps: copies of it. */
const isUpsampling = (axes: readonly WindowAxis[], sizes: Shape): boolean =>
  axes.every(({ window, stride, low, high, baseDilation, windowDilation }, i) => baseDilation === window && stride === 1 && windowDilation === 1 && low === window - 1 && high >= window - 1 && isStatic(sizes[i]!));

/** Each element `window` times, then zeros where the windows leave a rest. */
function upsample(b: GraphBuilder, x: Value, moved: readonly number[], axes: readonly WindowAxis[]): Value {
  const apart = insertAxes(b, x, moved.map((axis, i) => axis + i + 1));
  const repeated = apart.shape.map((dim, axis) => {
    const i = moved.findIndex((one, k) => one + k + 1 === axis);
    return i < 0 ? dim : axes[i]!.window;
  });
  const sizes = x.shape.map((dim, axis) => (moved.includes(axis) ? (dim as number) * axes[moved.indexOf(axis)]!.window : dim));
  const copies = reshape(b, expand(b, apart, repeated), sizes);
  const rest = x.shape.map((_, axis) => (moved.includes(axis) ? axes[moved.indexOf(axis)]!.high - axes[moved.indexOf(axis)]!.window + 1 : 0));
  return throughCarrier(b, 'Pad', [copies, scalar(b, x.dtype, 0)], ([y, zero]) => pad(b, y!, rest.map(() => 0), rest, zero));
}

/** As a convolution of one channel with a kernel of ones. */
function convolveOnes(b: GraphBuilder, x: Value, moved: readonly number[], axes: readonly WindowAxis[], places: Shape): Value {
  const layout = toPoolLayout(b, x, moved);
  const rows = dimSizeOf(layout.value.shape.slice(0, 2));
  const params: ConvParams = {
    strides: axes.map(({ stride }) => stride),
    padding: axes.map(({ low, high }) => [low, high] as const),
    lhsDilation: axes.map(({ baseDilation }) => baseDilation),
    rhsDilation: axes.map(({ windowDilation }) => windowDilation),
    featureGroupCount: 1,
    batchGroupCount: 1,
  };
  const kernel = b.constant(filled(tensorData(x.dtype, [], [1]), [1, 1, ...axes.map(({ window }) => window)]));
  const single = reshape(b, layout.value, [rows, 1, ...layout.value.shape.slice(2)]);
  const sums = convNodes(b, single, kernel, params, [rows, 1, ...places]);
  return layout.restore(reshape(b, sums, [...layout.value.shape.slice(0, 2), ...places]));
}

/**
 * Case 1: copies. Case 2: float32 by `AveragePool`. Case 3: windows side by side are axes to sum over. Case 4: a convolution.
 */
const windowSum: Lowering<'windowSum'> = ({ builder: b }, { params, outputs }, [lowered]) => {
  const moved = windowedAxes(params);
  if (moved.length === 0) return [lowered!];
  const x = materialize(b, lowered!);
  const axes = windowAxesOf(params);
  const sizes = moved.map((axis) => x.shape[axis]!);
  const places = moved.map((axis) => outputs[0]!.shape[axis]!);
  if (isUpsampling(axes, sizes)) return [exact(upsample(b, x, moved, axes))];
  // `AveragePool` has dilations from opset 19 on only.
  if (x.dtype === 'float32' && fitsPool(axes) && axes.every(({ windowDilation }) => windowDilation === 1)) {
    const layout = toPoolLayout(b, x, moved);
    const average = averagePool(b, layout.value, axes, places, { countIncludePad: true });
    const count = axes.reduce((product, { window }) => product * window, 1);
    return [exact(layout.restore(mul(b, average, scalar(b, x.dtype, count))))];
  }
  if (isTiling(axes, sizes, places)) {
    const { value, windows } = tiles(b, x, moved, axes);
    return [exact(reduceValue(b, 'reduceSum', value, windows, false))];
  }
  return [exact(convolveOnes(b, x, moved, axes, places))];
};

/** The elements at indices none of which is negative. */
const gatherElements = (b: GraphBuilder, x: Value, indices: Value, axis: number): Value =>
  b.node('GatherElements', [x, indices], { dtype: x.dtype, shape: indices.shape }, { axis: int(axis) });

const takeAlong: Lowering<'takeAlong'> = ({ builder: b }, { params: { axis, partial } }, [operand, places]) => {
  const x = materialize(b, operand!);
  const indices = materialize(b, places!);
  if (!partial) return [exact(gatherElements(b, x, indices, axis))];
  const outside = lessThan(b, indices, 0);
  const inside = max(b, indices, scalar(b, 'int32', 0));
  const taken = gatherElements(b, x, inside, axis);
  return [exact(choose(b, outside, scalar(b, x.dtype, 0), taken))];
};

const putAlong: Lowering<'putAlong'> = ({ builder: b }, { params: { axis, partial }, outputs }, [operand, places]) => {
  const updates = materialize(b, operand!);
  const indices = materialize(b, places!);
  const kept = !partial ? updates : choose(b, lessThan(b, indices, 0), scalar(b, updates.dtype, 0), updates);
  const inside = partial ? max(b, indices, scalar(b, 'int32', 0)) : indices;
  const zeros = materialize(b, { value: scalar(b, updates.dtype, 0), shape: outputs[0]!.shape });
  const sum = throughCarrier(b, 'ScatterElementsAdd', [kept, zeros], ([wide, target]) =>
    b.node('ScatterElements', [target, inside, wide], { dtype: target!.dtype, shape: target!.shape }, { axis: int(axis), reduction: text('add') }),
  );
  return [exact(sum)];
};

export const windowLowerings: LoweringTable<'windowSum' | 'windowSelect' | 'takeAlong' | 'putAlong'> = { windowSum, windowSelect, takeAlong, putAlong };
