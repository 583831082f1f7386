import { describe, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { checkDerivatives, randomNumbers, type TensorFunction } from './differences.js';

const f64 = (shape: readonly number[], low = -1.5, high = 1.5, seed = 7): Tensor => {
  const next = randomNumbers(seed + shape.length + Math.round(low * 10));
  return fx.tensor(Float64Array.from({ length: fx.sizeOf(shape) }, () => low + (high - low) * next()), { shape });
};

const indices = fx.tensor([2, 0, 2, 1]);

type Case = readonly [name: string, f: TensorFunction, args: readonly Tensor[]];

const unary: readonly (readonly [string, TensorFunction, low: number, high: number])[] = [
  ['neg', (x) => fx.neg(x), -2, 2],
  ['abs', (x) => fx.abs(x), 0.5, 2],
  ['exp', (x) => fx.exp(x), -2, 2],
  ['expm1', (x) => fx.expm1(x), -2, 2],
  ['log', (x) => fx.log(x), 0.5, 3],
  ['log1p', (x) => fx.log1p(x), -0.5, 3],
  ['sqrt', (x) => fx.sqrt(x), 0.5, 3],
  ['sin', (x) => fx.sin(x), -2, 2],
  ['cos', (x) => fx.cos(x), -2, 2],
  ['tan', (x) => fx.tan(x), -1, 1],
  ['asin', (x) => fx.asin(x), -0.8, 0.8],
  ['acos', (x) => fx.acos(x), -0.8, 0.8],
  ['atan', (x) => fx.atan(x), -2, 2],
  ['sinh', (x) => fx.sinh(x), -2, 2],
  ['cosh', (x) => fx.cosh(x), -2, 2],
  ['tanh', (x) => fx.tanh(x), -2, 2],
  ['asinh', (x) => fx.asinh(x), -2, 2],
  ['acosh', (x) => fx.acosh(x), 1.5, 3],
  ['atanh', (x) => fx.atanh(x), -0.8, 0.8],
  ['sigmoid', (x) => fx.sigmoid(x), -3, 3],
  ['erf', (x) => fx.erf(x), -2, 2],
  ['erfInv', (x) => fx.erfInv(x), -0.8, 0.8],
  ['lgamma', (x) => fx.lgamma(x), 0.6, 4],
  ['digamma', (x) => fx.digamma(x), 0.6, 4],
  ['integerPow', (x) => fx.integerPow(x, 3), -2, 2],
  ['integerPow with a negative exponent', (x) => fx.integerPow(x, -2), 0.5, 2],
  ['relu', (x) => fx.relu(x), 0.2, 2],
  ['softplus', (x) => fx.softplus(x), -3, 3],
  ['silu', (x) => fx.silu(x), -3, 3],
  ['gelu', (x) => fx.gelu(x), -3, 3],
  ['exact gelu', (x) => fx.gelu(x, { approximate: false }), -3, 3],
  ['elu', (x) => fx.elu(x, { alpha: 0.7 }), -3, -0.1],
  ['leakyRelu', (x) => fx.leakyRelu(x), -3, -0.1],
];

const convolution = (options: Omit<fx.ConvOptions, 'dimensionNumbers'>): TensorFunction => (x, w) => fx.convGeneralDilated(x, w, options);

const cases: readonly Case[] = [
  ...unary.map(([name, f, low, high]): Case => [name, f, [f64([2, 3], low, high)]]),
  ['add of a row to a matrix', fx.add, [f64([2, 3]), f64([3])]],
  ['sub of a column from a row', fx.sub, [f64([3]), f64([2, 1])]],
  ['mul by a scalar', fx.mul, [f64([2, 3]), f64([])]],
  ['div', fx.div, [f64([2, 3]), f64([3], 1, 2)]],
  ['rem', fx.rem, [f64([4], 2.1, 2.9), f64([4], 0.9, 1)]],
  ['pow', fx.pow, [f64([2, 3], 0.5, 2), f64([3])]],
  ['maximum', fx.maximum, [f64([5]), f64([5], -1, 1, 3)]],
  ['minimum', fx.minimum, [f64([5]), f64([5], -1, 1, 3)]],
  ['atan2', fx.atan2, [f64([4], 0.5, 2), f64([4])]],
  ['where', (x, y) => fx.where(fx.tensor([true, false, true]), x, y), [f64([2, 3]), f64([1])]],
  ['convert there and back', (x) => fx.astype(fx.astype(fx.mul(x, x), 'float64'), 'float64'), [f64([3])]],
  ['sum over an axis', (x) => fx.sum(fx.square(x), { axis: 1 }), [f64([2, 3, 2])]],
  ['sum with kept axes', (x) => fx.mul(fx.sum(x, { axis: [0, 2], keepdims: true }), x), [f64([2, 3, 2])]],
  ['mean', (x) => fx.mean(fx.square(x), { axis: 0 }), [f64([2, 3])]],
  ['variance', (x) => fx.variance(x, { axis: 1 }), [f64([2, 3])]],
  ['prod', (x) => fx.prod(x, { axis: [0, 2] }), [f64([2, 2, 3])]],
  ['prod with a zero', (x) => fx.prod(fx.mul(x, fx.tensor([1, 0, 2]))), [f64([3])]],
  ['max', (x) => fx.max(x, { axis: 1 }), [f64([3, 4])]],
  ['min', (x) => fx.min(x, { axis: 0, keepdims: true }), [f64([3, 4])]],
  ['logsumexp', (x) => fx.logsumexp(x, { axis: 1 }), [f64([3, 4])]],
  ['cumsum', (x) => fx.cumsum(fx.square(x), { axis: 1 }), [f64([2, 4])]],
  ['cumsum from the end', (x) => fx.cumsum(fx.square(x), { axis: 0, reverse: true }), [f64([4])]],
  ['cumprod', (x) => fx.cumprod(x, { axis: 1 }), [f64([2, 4])]],
  ['cumprod from the end', (x) => fx.cumprod(x, { axis: 0, reverse: true }), [f64([4])]],
  ['sort', (x) => fx.mul(fx.sort(x, { axis: 0 }), fx.tensor([[1], [2], [3]])), [f64([3, 2])]],
  ['softmax', (x) => fx.softmax(x, { axis: 0 }), [f64([3, 2])]],
  ['logSoftmax', (x) => fx.logSoftmax(x), [f64([3, 2])]],
  ['reshape and transpose', (x) => fx.mul(fx.transpose(fx.reshape(x, [3, 4])), 2), [f64([2, 6])]],
  ['broadcastTo', (x) => fx.broadcastTo(x, [2, 3, 4]), [f64([3, 1])]],
  ['concatenate', (x, y) => fx.square(fx.concatenate([x, y, x], 1)), [f64([2, 3]), f64([2, 1])]],
  ['split, each part used otherwise', (x) => { const [a, b, c] = fx.split(fx.square(x), [1, 3], 1); return fx.mul(fx.sum(a!), fx.add(fx.sum(b!, { axis: 1 }), fx.sum(c!, { axis: 1 }))); }, [f64([2, 4])]],
  ['split, one part unused', (x) => fx.square(fx.split(x, 2)[1]!), [f64([4])]],
  ['slice with strides', (x) => fx.slice(x, [1, 0], [5, 3], [2, 1]), [f64([5, 3])]],
  ['pad and crop', (x) => fx.padConfig(x, 0, [[1, -1, 2], [-1, 2, 0]]), [f64([3, 3])]],
  ['pad with a value', (x, v) => fx.padConfig(x, v, [[1, 2]]), [f64([3]), f64([])]],
  ['pad by reflection', (x) => fx.pad(x, [[2, 1]], { mode: 'reflect' }), [f64([4])]],
  ['flip', (x) => fx.mul(fx.flip(x, 0), x), [f64([3, 2])]],
  ['dynamicSlice', (x) => fx.dynamicSlice(x, [1, 9], [2, 2]), [f64([4, 3])]],
  ['dynamicUpdateSlice', (x, u) => fx.square(fx.dynamicUpdateSlice(x, u, [1, 0])), [f64([4, 3]), f64([2, 2])]],
  ['take', (x) => fx.square(fx.take(x, indices, { axis: 1 })), [f64([2, 3])]],
  ['takeAlongAxis', (x) => fx.square(fx.takeAlongAxis(x, fx.tensor([[2, 0], [1, 1]]), 1)), [f64([2, 3])]],
  ['scatter add', (x, u) => fx.square(fx.scatter(x, indices, u, { mode: 'add' })), [f64([3, 2]), f64([4, 2])]],
  ['scatter set, the last of equal indices stays', (x, u) => fx.square(fx.scatter(x, indices, u)), [f64([3, 2]), f64([4, 2])]],
  ['matmul', fx.matmul, [f64([2, 3]), f64([3, 4])]],
  ['matmul of a vector', fx.matmul, [f64([3]), f64([3, 2])]],
  ['matmul of stacks', fx.matmul, [f64([2, 1, 2, 3]), f64([4, 3, 2])]],
  ['einsum', (x, y) => fx.einsum('bij,bjk->kbi', x, y), [f64([2, 3, 2]), f64([2, 2, 4])]],
  ['einsum of three with a trace', (x, y, z) => fx.einsum('iij,jk,k->i', x, y, z), [f64([2, 2, 3]), f64([3, 2]), f64([2])]],
  ['tensordot', (x, y) => fx.tensordot(x, y, [[0, 2], [1, 0]]), [f64([2, 3, 4]), f64([4, 2])]],
  ['convolution', convolution({ padding: 'SAME' }), [f64([2, 2, 5]), f64([3, 2, 3])]],
  ['convolution with strides and dilation', convolution({ padding: [[2, 1], [0, 1]], windowStrides: [2, 1], rhsDilation: [1, 2] }), [f64([1, 2, 5, 6]), f64([2, 2, 3, 2])]],
  ['convolution with groups', convolution({ padding: [[1, 1]], featureGroupCount: 2, lhsDilation: [2] }), [f64([2, 4, 4]), f64([6, 2, 3])]],
  ['convolution with batch groups', convolution({ padding: 'VALID', batchGroupCount: 2 }), [f64([4, 2, 5]), f64([4, 2, 2])]],
  ['convolution with cropped edges', convolution({ padding: [[-1, 2]] }), [f64([1, 2, 6]), f64([2, 2, 2])]],
];

describe('derivatives agree with differences, forward with reverse, vmap with single examples, in first and second order', () => {
  for (const [name, f, args] of cases) it(name, () => checkDerivatives(f, args));
});

describe('scan', () => {
  const step: TensorFunction = (x, w) => {
    const [last, ys] = fx.scan(
      (carry: { h: Tensor; n: Tensor }, t: Tensor) => {
        const h = fx.tanh(fx.add(fx.mul(carry.h, fx.sum(w)), t));
        return [{ h, n: fx.add(carry.n, 1) }, { y: fx.mul(h, w), z: fx.square(t) }] as const;
      },
      { h: fx.mul(w, 0.5), n: fx.tensor(0) },
      x,
    );
    return fx.add(fx.sum(ys.y), fx.add(fx.sum(fx.mul(ys.z, x)), fx.sum(last.h)));
  };
  it('forward', () => checkDerivatives(step, [f64([4, 3]), f64([3])]));
  it('in reverse', () => {
    checkDerivatives((x, w) => fx.scan((c: Tensor, t: Tensor) => [fx.mul(c, fx.sin(t)), fx.mul(c, w)] as const, fx.square(w), x, { reverse: true })[1] as Tensor, [f64([4]), f64([])]);
  });
  it('without xs, over a number of steps', () => {
    checkDerivatives((x) => fx.scan((c: Tensor) => [fx.sin(fx.mul(c, x)), null] as const, x, null, { length: 3 })[0] as Tensor, [f64([2])]);
  });
  it('inside a scan', () => {
    checkDerivatives((x) => fx.scan((c: Tensor, row: Tensor) => [fx.scan((d: Tensor, t: Tensor) => [fx.mul(fx.sin(d), t), null] as const, c, row)[0] as Tensor, c] as const, fx.sum(x), x)[1] as Tensor, [f64([2, 3])]);
  });
});
