import { readFileSync } from 'node:fs';
import { add, cosh, log, matmul, sum, tensor, trace, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { geometricTensor, naturalGradient, naturalGradientOfMean } from '../src/index.js';
import { expectClose, tensors, type Plain } from './cases/optax.js';

type Solved = { readonly gradient: Plain; readonly metricTimesGradient: Plain; readonly natural: Plain; readonly naturalWithLargerShift: Plain };
type Problem = { readonly params: Plain; readonly samples: number[][]; readonly weights: number[]; readonly values: number[]; readonly weighted: Solved; readonly even: Solved };

/** What NumPy computed with the matrices formed; cases/make_natural_gradient.py wrote it. */
const problems = JSON.parse(readFileSync(new URL('cases/natural_gradient.json', import.meta.url), 'utf8')) as Readonly<Record<'few samples' | 'many samples', Problem>>;

type Params = { readonly kernel: Tensor; readonly bias: Tensor; readonly visible: Tensor };

const logPsi = ({ kernel, bias, visible }: Params, samples: Tensor): Tensor => add(sum(log(cosh(add(matmul(samples, kernel), bias))), { axis: -1 }), matmul(samples, visible));
const float = (data: number[] | number[][]): Tensor => tensor(data, { dtype: 'float64' });
const exact = { relative: 1e-9, absolute: 1e-10 };
/** Conjugate gradients to the end. */
const solver = { tol: 1e-13, maxiter: 400 };

describe.each(['few samples', 'many samples'] as const)('the natural gradient of %s', (name) => {
  const { params: start, samples: rows, weights: parts, values: given, ...solved } = problems[name];
  const [params, samples, values] = [tensors(start, 'float64') as Params, float(rows), float(given)];

  describe.each(['weighted', 'even'] as const)('%s', (kind) => {
    const wanted = solved[kind];
    const gradient = tensors(wanted.gradient, 'float64') as Params;
    const options = kind === 'weighted' ? { weights: float(parts) } : {};

    it.each(['dense', 'onTheFly'] as const)('solves with the covariance of the derivatives: %s', (method) => {
      expectClose(naturalGradient(logPsi, params, samples, gradient, { ...options, method, solver }), wanted.natural, exact);
      expectClose(naturalGradient(logPsi, params, samples, gradient, { ...options, method, solver, diagShift: 0.5 }), wanted.naturalWithLargerShift, exact);
    });

    it.each(['dense', 'onTheFly'] as const)('is the same for the values whose mean the gradient is of: %s', (method) => {
      expectClose(naturalGradientOfMean(logPsi, params, samples, values, { ...options, method, solver }), wanted.natural, exact);
      expectClose(naturalGradientOfMean(logPsi, params, samples, values, { ...options, method, solver, diagShift: float([0.5]).reshape([]) }), wanted.naturalWithLargerShift, exact);
    });

    it('the metric applies itself without being formed', () => {
      expectClose(geometricTensor(logPsi, params, samples, options)(gradient), wanted.metricTimesGradient, exact);
    });
  });
});

describe('naturalGradient', () => {
  const { params: start, samples: rows, even } = problems['many samples'];
  const [params, samples, gradient] = [tensors(start, 'float32') as Params, tensor(rows, { dtype: 'float32' }), tensors(even.gradient, 'float32') as Params];

  it('holds in float32', () => {
    for (const method of ['dense', 'onTheFly'] as const) expectClose(naturalGradient(logPsi, params, samples, gradient, { method }), even.natural, { relative: 2e-3, absolute: 2e-3 });
  });

  it('on the fly forms no matrix with a row for each sample and a column for each parameter', () => {
    const largest = (method: 'dense' | 'onTheFly'): number => {
      const { program } = trace((kernel) => [naturalGradient(logPsi, { ...params, kernel: kernel! }, samples, gradient, { method }).kernel], [params.kernel]);
      return Math.max(...program.equations.flatMap(({ outputs }) => outputs.map(({ shape }) => shape.reduce<number>((size, dim) => size * (dim as number), 1))));
    };
    const whole = 40 * 19;
    expect(largest('dense')).toBeGreaterThanOrEqual(whole);
    expect(largest('onTheFly')).toBeLessThan(whole);
  });

  it('refuses a method that there is not, values that are not one for each sample, and options that it does not have', () => {
    expect(() => naturalGradient(logPsi, params, samples, gradient, { method: 'sparse' as 'dense' })).toThrow(/'dense' or 'onTheFly'/);
    expect(() => naturalGradientOfMean(logPsi, params, samples, tensor([1, 2], { dtype: 'float32' }))).toThrow(/one number for each sample: \(40\)/);
    expect(() => naturalGradient(logPsi, params, samples, gradient, { weights: tensor([1], { dtype: 'float32' }) })).toThrow(/one number for each sample/);
    expect(() => naturalGradient(logPsi, params, samples, gradient, { diagshift: 1 } as object)).toThrow(/diagshift/);
  });
});
