/** Convolutions, plain and transposed. */
import { bind, type ConvParams, flip, reshape, type Tensor, transpose } from '@flaxon/tensor';
import type { NodeCall, OperatorRule } from '../node-call.js';
import { divided, type Geometry, geometryOf, givenPadding, onesOf, reachOf } from './windows.js';

/** x: (n, in, spatial...), kernel: (out, in / groups, window...); a tensor of rank 2 has no spatial axis. */
function correlate(x: Tensor, kernel: Tensor, params: Omit<ConvParams, 'batchGroupCount'>): Tensor {
  return bind('conv', [x, kernel], { ...params, batchGroupCount: 1 })[0]!;
}

/** Adds one number a channel. */
function withBias(y: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? bind('add', [y, reshape(bias, [-1, ...y.shape.slice(2).map(() => 1)])], {})[0]! : y;
}

function conv(call: NodeCall): Tensor {
  const [x, kernel] = [call.input(0), call.input(1)];
  const sizes = x.staticShape().slice(2);
  const { strides, dilations, padding } = geometryOf(call, kernel.staticShape().slice(2), sizes);
  const y = correlate(x, kernel, { strides, padding, lhsDilation: onesOf(sizes.length), rhsDilation: dilations, featureGroupCount: call.int('group', 1) });
  return withBias(y, call.inputs[2]);
}

/** The kernel (in, out / groups, window...) as the one of a correlation: (out, in / groups, window... turned round). */
function turnedKernel(kernel: Tensor, groups: number): Tensor {
  const [inner, features, ...window] = kernel.staticShape() as [number, number, ...number[]];
  const spatial = window.map((_, i) => i + 2);
  const grouped = reshape(flip(kernel, spatial), [groups, inner / groups, features, ...window]);
  const swapped = transpose(grouped, [0, 2, 1, ...window.map((_, i) => i + 3)]);
  return reshape(swapped, [groups * features, inner / groups, ...window]);
}

/** What is cut off the full result, and what is put behind it. */
function transposedPadding(call: NodeCall, given: Geometry, sizes: readonly number[]): { readonly crops: readonly (readonly [number, number])[]; readonly extra: readonly number[] } {
  const extra = call.ints('output_padding', sizes.map(() => 0));
  const automatic = call.text('auto_pad', 'NOTSET');
  const isSame = automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER';
  const wanted = call.optionalInts('output_shape')?.slice(-sizes.length) ?? (isSame ? sizes.map((size, i) => size * given.strides[i]!) : undefined);
  if (wanted === undefined) return { crops: givenPadding(call, sizes.length), extra };
  const crops = sizes.map((size, i) => divided(given.strides[i]! * (size - 1) + extra[i]! + reachOf(given, i) - wanted[i]!, automatic === 'SAME_UPPER'));
  return { crops, extra };
}

/** The elements of x are moved apart by the strides, and a turned kernel goes over them. */
function convTranspose(call: NodeCall): Tensor {
  const [x, kernel] = [call.input(0), call.input(1)];
  const sizes = x.staticShape().slice(2);
  const window = kernel.staticShape().slice(2);
  const groups = call.int('group', 1);
  const given: Geometry = { window, strides: call.ints('strides', onesOf(sizes.length)), dilations: call.ints('dilations', onesOf(sizes.length)), padding: [] };
  const { crops, extra } = transposedPadding(call, given, sizes);
  const padding = crops.map(([low, high], i) => [reachOf(given, i) - 1 - low, reachOf(given, i) - 1 - high + extra[i]!] as const);
  const y = correlate(x, turnedKernel(kernel, groups), { strides: onesOf(sizes.length), padding, lhsDilation: given.strides, rhsDilation: given.dilations, featureGroupCount: groups });
  return withBias(y, call.inputs[2]);
}

export const convolutionOperators = {
  Conv: (call) => [conv(call)],
  ConvTranspose: (call) => [convTranspose(call)],
} as const satisfies Readonly<Record<string, OperatorRule>>;
