/** Normalisations and softmax. */
import { add, astype, div, isHalf, logSoftmax, mean, mul, pow, reshape, rsqrt, scalar, softmax, sqrt, square, sub, type Tensor, variance, bind } from '@flaxon/tensor';
import type { NodeCall, OperatorRule } from '../node-call.js';
import { onesOf } from './windows.js';

/** Half floats are normalised in float32, as `stash_type` says. */
const stashed = (x: Tensor): Tensor => (isHalf(x.dtype) ? astype(x, 'float32') : x);

const axesFrom = (axis: number, rank: number): number[] => Array.from({ length: rank - axis }, (_, i) => axis + i);

function layerNormalization(call: NodeCall): readonly Tensor[] {
  const given = call.input(0);
  const axis = axesFrom(call.axisOf(call.int('axis', -1), given.rank), given.rank);
  const x = stashed(given);
  const centre = mean(x, { axis, keepdims: true });
  const inverse = div(1, sqrt(add(variance(x, { axis, keepdims: true }), call.float('epsilon', 1e-5))));
  const scaled = mul(astype(mul(sub(x, centre), inverse), given.dtype), call.input(1));
  return [call.inputs[2] ? add(scaled, call.input(2)) : scaled, centre, inverse];
}

function rmsNormalization(call: NodeCall): Tensor {
  const given = call.input(0);
  const axis = axesFrom(call.axisOf(call.int('axis', -1), given.rank), given.rank);
  const x = stashed(given);
  const normal = div(x, sqrt(add(mean(square(x), { axis, keepdims: true }), call.float('epsilon', 1e-5))));
  return mul(astype(normal, given.dtype), call.input(1));
}

/** One number a channel, as (channels, 1, ...). */
const byChannel = (value: Tensor, rank: number): Tensor => reshape(value, [value.size, ...onesOf(Math.max(0, rank - 2))]);

function batchNormalization(call: NodeCall): readonly Tensor[] {
  const [x, scale, bias, givenMean, givenVariance] = call.all() as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const epsilon = call.float('epsilon', 1e-5);
  const isTraining = call.flag('training_mode');
  const axis = x.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  const [centre, spread] = isTraining ? [mean(x, { axis }), variance(x, { axis })] : [givenMean, givenVariance];
  const place = (value: Tensor): Tensor => byChannel(value, x.rank);
  const y = add(mul(div(sub(x, place(centre)), sqrt(add(place(spread), epsilon))), place(scale)), place(bias));
  const momentum = call.float('momentum', 0.9);
  const running = (old: Tensor, now: Tensor): Tensor => add(mul(old, momentum), mul(now, 1 - momentum));
  return isTraining ? [astype(y, x.dtype), running(givenMean, centre), running(givenVariance, spread)] : [astype(y, x.dtype)];
}

/** Over the spatial axes and the channels of a group; scale and bias are one a channel, or (before opset 21) one a group. */
function groupNormalization(call: NodeCall, groups: number): Tensor {
  const given = call.input(0);
  const x = stashed(given);
  const [n, channels, ...spatial] = given.staticShape() as [number, number, ...number[]];
  const grouped = reshape(x, [n, groups, -1]);
  const centred = sub(grouped, mean(grouped, { axis: 2, keepdims: true }));
  const normal = mul(centred, rsqrt(add(mean(square(centred), { axis: 2, keepdims: true }), call.float('epsilon', 1e-5))));
  const affine = (parameter: Tensor, f: typeof mul, y: Tensor): Tensor =>
    parameter.size === channels
      ? reshape(f(reshape(y, [n, channels, -1]), reshape(stashed(parameter), [channels, 1])), [n, groups, -1])
      : f(y, reshape(stashed(parameter), [groups, 1]));
  const y = affine(call.input(2), add, affine(call.input(1), mul, normal));
  return astype(reshape(y, [n, channels, ...spatial]), given.dtype);
}

/** Divided by a power of the sum of squares over neighbouring channels. */
function localResponse(call: NodeCall): Tensor {
  const x = call.input(0);
  const size = call.int('size');
  const dims = onesOf(x.rank);
  const dimensions = dims.map((one, axis) => (axis === 1 ? size : one));
  const low = Math.floor((size - 1) / 2);
  const padding = dims.map((_, axis) => (axis === 1 ? ([low, size - 1 - low] as const) : ([0, 0] as const)));
  const sums = bind('windowSum', [square(x)], { dimensions, strides: dims, padding, baseDilation: dims, windowDilation: dims })[0]!;
  return div(x, pow(add(mul(sums, call.float('alpha', 1e-4) / size), call.float('bias', 1)), scalar(call.float('beta', 0.75), x.dtype)));
}

export const normalizationOperators = {
  BatchNormalization: batchNormalization,
  GroupNormalization: (call) => [groupNormalization(call, call.int('num_groups'))],
  InstanceNormalization: (call) => [groupNormalization(call, call.input(0).staticShape()[1]!)],
  LRN: (call) => [localResponse(call)],
  LayerNormalization: layerNormalization,
  LogSoftmax: (call) => [logSoftmax(call.input(0), { axis: call.int('axis', -1) })],
  RMSNormalization: (call) => [rmsNormalization(call)],
  Softmax: (call) => [softmax(call.input(0), { axis: call.int('axis', -1) })],
} as const satisfies Readonly<Record<string, OperatorRule>>;
