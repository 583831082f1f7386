import { abs, acos, acosh, add, asin, asinh, atan, atanh, celu, cos, cosh, div, elu, erf, exp, expm1, gelu, hardSigmoid, hardSilu, leakyRelu, log, log1p, logCosh, mean, mish, mul, selu, sigmoid, silu, sin, sinh, softplus, softSign, spec, sqrt, square, sub, tan, tanh, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from '../../src/export/export.js';
import { elements, expectLaw, run } from './limits.js';

const points = [-3, -1.5, -0.7, -1e-3, 1e-8, 0.2, 0.9, 2, 4];
const x = tensor(points, { dtype: 'float64' });
const softplusOf = (v: number): number => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
const relu6 = (v: number): number => Math.min(Math.max(v, 0), 6);
const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];

/** 2 / sqrt(pi) e^(-v v) times the sum of 2^k v^(2k+1) / (1 3 ... (2k+1)), whose terms have one sign (Abramowitz and Stegun, 7.1.6). */
function erfOf(v: number): number {
  let [term, total] = [v, v];
  for (let k = 1; k < 200; k++) {
    term *= (2 * v * v) / (2 * k + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-v * v) * total;
}

/** Operators that ONNX Runtime has no float64 kernel of (its CPU provider, 1.30), by what `Math` says. */
const functions: readonly (readonly [string, (t: Tensor) => Tensor, (v: number) => number])[] = [
  ['Selu', selu, (v) => scale * (v > 0 ? v : alpha * Math.expm1(v))],
  ['Elu', elu, (v) => (v > 0 ? v : Math.expm1(v))],
  ['Celu', (t) => celu(t, { alpha: 2 }), (v) => (v > 0 ? v : 2 * Math.expm1(v / 2))],
  ['LeakyRelu', leakyRelu, (v) => (v > 0 ? v : 0.01 * v)],
  ['Softplus', softplus, softplusOf],
  ['Softsign', softSign, (v) => v / (1 + Math.abs(v))],
  ['Erf', erf, erfOf],
  ['Gelu', (t) => gelu(t, { approximate: false }), (v) => (v * (1 + erfOf(v / Math.SQRT2))) / 2],
  ['HardSigmoid', hardSigmoid, (v) => relu6(v + 3) / 6],
  ['HardSwish', hardSilu, (v) => (v * relu6(v + 3)) / 6],
  ['Mish', mish, (v) => v * Math.tanh(softplusOf(v))],
  ['Swish', silu, (v) => v / (1 + Math.exp(-v))],
  ['Cosh', cosh, Math.cosh],
  ['Sinh', sinh, Math.sinh],
  ['Tan', tan, Math.tan],
  ['Asin', (t) => asin(div(t, 5)), (v) => Math.asin(v / 5)],
  ['Acos', (t) => acos(div(t, 5)), (v) => Math.acos(v / 5)],
  ['Atan', atan, Math.atan],
  ['Asinh', asinh, Math.asinh],
  ['Acosh', (t) => acosh(add(abs(t), 1.5)), (v) => Math.acosh(Math.abs(v) + 1.5)],
  ['Atanh', (t) => atanh(div(t, 5)), (v) => Math.atanh(v / 5)],
  ['log cosh', logCosh, (v) => Math.abs(v) + Math.log1p(Math.exp(-2 * Math.abs(v))) - Math.LN2],
  ['log1p', (t) => log1p(abs(t)), (v) => Math.log1p(Math.abs(v))],
  ['expm1', expm1, Math.expm1],
];

describe('float64 (jax2onnx: files that do not load)', () => {
  it.each(functions)('%s', async (_, f, law) => {
    const [y] = await run((t) => f(t!), [x], [['n']]);
    expect(y!.dtype).toBe('float64');
    expectLaw(y!, points.map(law), 2e-15);
  });

  it('what has a kernel is one node, without casts', () => {
    for (const f of [sigmoid, sin, cos, exp, log, sqrt, tanh]) {
      const operators = exportOnnx((t: Tensor) => f(t), [spec('float64', ['n'])]).graph.node!.map(({ opType }) => opType);
      expect(operators).not.toContain('Cast');
    }
  });
});

describe('normalisation', () => {
  /** Over all but the first axis: a group of all channels. */
  const normalised = (t: Tensor): Tensor => {
    const centre = sub(t, mean(t, { axis: [1, 2], keepdims: true }));
    return div(centre, sqrt(add(mean(square(centre), { axis: [1, 2], keepdims: true }), 1e-6)));
  };

  it('with one group, and of constants, is finite (TensorRT: wrong; others: infinite)', async () => {
    const constant = tensor(Float32Array.from({ length: 12 }, () => 7), { shape: [1, 2, 6] });
    const [zero] = await run((t) => normalised(t!), [constant], [['batch', 2, 6]]);
    expect(elements(zero!)).toEqual(Array.from({ length: 12 }, () => 0));
    const rising = mul(tensor(Float32Array.from({ length: 12 }, (_, i) => i), { shape: [1, 2, 6] }), 1);
    const [y] = await run((t) => normalised(t!), [rising], [['batch', 2, 6]]);
    expectLaw(y!, Array.from({ length: 12 }, (_, i) => (i - 5.5) / Math.sqrt(143 / 12)), 1e-6);
  });
});
