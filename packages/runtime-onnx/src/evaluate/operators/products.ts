/** Products of matrices, and Fourier transforms. */
import { astype, bind, concatenate, einsum, expandDims, flip, isHalf, matmul, neg, pad, scalar, sliceAxis, squeeze, swapaxes, type Tensor, zerosLike, isFloating, det } from '@flaxon/tensor';
import type { NodeCall, OperatorRule } from '../node-call.js';

/** A factor that is a float attribute; factors of integers are whole. */
const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : bind('mul', [x, scalar(isFloating(x.dtype) ? factor : Math.trunc(factor), x.dtype)], {})[0]!);

/** alpha A' B' + beta C. */
function gemm(call: NodeCall): Tensor {
  const [a, b, c] = [call.input(0), call.input(1), call.inputs[2]];
  const product = matmul(call.flag('transA') ? swapaxes(a, 0, 1) : a, call.flag('transB') ? swapaxes(b, 0, 1) : b);
  const first = scaled(product, call.float('alpha', 1));
  return c ? bind('add', [first, scaled(c, call.float('beta', 1))], {})[0]! : first;
}

/** Cut or filled with zeros behind, to `length` along the axis. */
function fitted(x: Tensor, axis: number, length: number): Tensor {
  const size = x.staticShape()[axis]!;
  return size >= length ? sliceAxis(x, axis, 0, length) : pad(x, x.shape.map((_, i) => [0, i === axis ? length - size : 0] as const));
}

type Parts = readonly [real: Tensor, imag: Tensor];

/** The whole spectrum of a real signal from its first half: what is left out are the conjugates, from behind. */
function mirrored([real, imag]: Parts, axis: number, length: number): Parts {
  const rest = (one: Tensor): Tensor => flip(sliceAxis(one, axis, 1, length - Math.floor(length / 2)), axis);
  return [concatenate([real, rest(real)], axis), concatenate([imag, neg(rest(imag))], axis)];
}

/** x: (batch, axes..., 1 or 2) with real and imaginary parts last. */
function fourier(call: NodeCall): Tensor {
  const given = call.input(0);
  const x = isHalf(given.dtype) ? astype(given, 'float32') : given;
  const last = x.rank - 1;
  const axis = call.axisOf(call.opset >= 20 ? (call.optionalNumbers(2)?.[0] ?? -2) : call.int('axis', 1), x.rank);
  const inverse = call.flag('inverse');
  const isOneSided = call.flag('onesided');
  const size = x.staticShape()[axis]!;
  const length = call.optionalNumbers(1)?.[0] ?? (isOneSided && inverse ? 2 * (size - 1) : size);
  const stored = isOneSided && inverse ? Math.floor(length / 2) + 1 : length;
  const part = (at: number): Tensor => fitted(squeeze(sliceAxis(x, last, at, at + 1), last), axis, stored);
  const parts: Parts = [part(0), x.shape[last] === 2 ? part(1) : zerosLike(part(0))];
  const sums = bind('dft', [...(isOneSided && inverse ? mirrored(parts, axis, length) : parts)], { axis, inverse });
  const scaledSums = inverse ? sums.map((one) => bind('div', [one, scalar(length, one.dtype)], {})[0]!) : sums;
  if (isOneSided && inverse) return astype(expandDims(scaledSums[0]!, last), given.dtype);
  const kept = isOneSided ? scaledSums.map((one) => sliceAxis(one, axis, 0, Math.floor(length / 2) + 1)) : scaledSums;
  return astype(concatenate(kept.map((one) => expandDims(one, last)), last), given.dtype);
}

export const productOperators = {
  DFT: (call) => [fourier(call)],
  Det: (call) => [det(call.input(0))],
  Einsum: (call) => [einsum(call.text('equation'), ...call.all())],
  Gemm: (call) => [gemm(call)],
  MatMul: (call) => [matmul(call.input(0), call.input(1))],
} as const satisfies Readonly<Record<string, OperatorRule>>;
