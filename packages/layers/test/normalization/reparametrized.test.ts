import { InvalidAttributeError, Module, type Variables } from '@flaxon/core';
import { grad, ones, ShapeError, sin, sum, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Conv, Dense, SpectralNorm, WeightNorm } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, sample, specsOf } from '../helpers.js';

const x = sample(1, [2, 4]);
const dense = new Dense({ features: 3, paramDtype: 'float64' });
const train = { updateStats: true };
const frozen = { updateStats: false };

/** What is kept of the kernel, under a name with slashes in it. */
const kept = ({ batch_stats }: Variables, name: string): number[] => elements((batch_stats as { [name: string]: Tensor })[`layer_instance/kernel/${name}`]!);

/** The columns of a matrix of 3 columns, as their norms. */
const columnNorms = (values: readonly number[]): number[] => [0, 1, 2].map((j) => Math.hypot(...values.filter((_, i) => i % 3 === j)));

/** The largest singular value of a matrix (rows, 3), by many steps of the power iteration in plain numbers. */
function largestSingularValue(values: readonly number[]): number {
  let u = [1, 1, 1];
  for (let step = 0; step < 500; step++) {
    const v = Array.from({ length: values.length / 3 }, (_, i) => u.reduce((total, one, j) => total + one * values[3 * i + j]!, 0));
    const next = u.map((_, j) => v.reduce((total, one, i) => total + one * values[3 * i + j]!, 0));
    const norm = Math.hypot(...next);
    u = next.map((one) => one / norm);
  }
  return Math.hypot(...Array.from({ length: values.length / 3 }, (_, i) => u.reduce((total, one, j) => total + one * values[3 * i + j]!, 0)));
}

describe('SpectralNorm', () => {
  const model = new SpectralNorm({ layerInstance: dense, nSteps: 200, paramDtype: 'float64' });
  const variables = model.init(key, [x, frozen]);
  const kernel = sample(3, [4, 3]);
  const given = { ...variables, params: { layer_instance: { kernel, bias: ones([3], 'float64') } } };

  it('keeps a singular vector and value for each kernel', () => {
    expect(specsOf(variables)).toEqual({
      'params/layer_instance/kernel': 'float64[4,3]', 'params/layer_instance/bias': 'float64[3]',
      'batch_stats/layer_instance/kernel/u': 'float64[1,3]', 'batch_stats/layer_instance/kernel/sigma': 'float64[]',
    });
  });

  it('divides the kernel by its largest singular value, and leaves the bias', () => {
    const sigma = largestSingularValue(elements(kernel));
    const [y, updates] = model.apply(given, [x, train], { mutable: ['batch_stats'] });
    const plain = elements(dense.apply({ params: given.params.layer_instance }, [x]));
    expectClose(y, plain.map((value) => (value - 1) / sigma + 1), 1e-9);
    expect(kept(updates, 'sigma')[0]).toBeCloseTo(sigma, 9);
  });

  it('leaves the statistics as they are unless they are to be updated', () => {
    const [, updates] = model.apply(given, [x, frozen], { mutable: ['batch_stats'] });
    expect(kept(updates, 'u')).toEqual(kept(variables, 'u'));
  });

  it('leaves the layer as it is with no steps', () => {
    const still = new SpectralNorm({ layerInstance: dense, nSteps: 0 });
    expect(elements(still.apply(given, [x, frozen]))).toEqual(elements(dense.apply({ params: given.params.layer_instance }, [x])));
  });

  it('takes a kernel of more axes as a matrix of its last, or refuses it', () => {
    const attributes = { layerInstance: new Conv({ features: 2, kernelSize: [2, 2] }) };
    const image = sample(4, [1, 4, 4, 3]);
    expect(specsOf(new SpectralNorm(attributes).init(key, [image, train]))['batch_stats/layer_instance/kernel/u']).toBe('float32[1,2]');
    expect(() => new SpectralNorm({ ...attributes, errorOnNonMatrix: true }).init(key, [image, train])).toThrow(ShapeError);
  });

  it('keeps its names when it is bound and unbound', () => {
    const [unbound, held] = model.bind(given).unbind();
    expect(elements(unbound.apply(held, [x, frozen]))).toEqual(elements(model.apply(given, [x, frozen])));
  });

  it('must be told whether to update', () => {
    expect(() => model.apply(given, [x])).toThrow(/`updateStats` must be given/);
  });

  it('refuses a layer that cannot be called', () => {
    class Still extends Module.define({}) {}
    expect(() => new SpectralNorm({ layerInstance: new Still() as never })).toThrow(InvalidAttributeError);
  });
});

describe('WeightNorm', () => {
  const model = new WeightNorm({ layerInstance: dense, paramDtype: 'float64' });
  const variables = model.init(key, [x]);
  const params = variables.params as { layer_instance: { kernel: Tensor; bias: Tensor } };

  it('has a scale for each column of a kernel', () => {
    expect(specsOf(variables)).toEqual({
      'params/layer_instance/kernel': 'float64[4,3]', 'params/layer_instance/bias': 'float64[3]', 'params/layer_instance/kernel/scale': 'float64[3]',
    });
  });

  it('gives each column of the kernel the length of its scale', () => {
    const kernel = sample(3, [4, 3]);
    const norms = columnNorms(elements(kernel));
    const scale = sample(4, [3]);
    const y = model.apply({ params: { ...params, layer_instance: { ...params.layer_instance, kernel }, 'layer_instance/kernel/scale': scale } }, [x]);
    const plain = elements(dense.apply({ params: { kernel, bias: params.layer_instance.bias } }, [x]));
    expectClose(y, plain.map((value, i) => (value / norms[i % 3]!) * elements(scale)[i % 3]!), 1e-10);
  });

  it('does not see the length of the kernel, whose gradient is across it', () => {
    const slope = grad((given: typeof variables) => sum(sin(model.apply(given, [x]))))(variables);
    const [along, kernel] = [elementsAt(slope, 'params/layer_instance/kernel'), elementsAt(variables, 'params/layer_instance/kernel')];
    for (const j of [0, 1, 2]) {
      expect(along.reduce((total, value, i) => (i % 3 === j ? total + value * kernel[i]! : total), 0)).toBeCloseTo(0, 9);
    }
  });

  it('has one norm for the whole kernel with featureAxes null', () => {
    const whole = new WeightNorm({ layerInstance: dense, featureAxes: null }).init(key, [x]);
    expect(Math.hypot(...elementsAt(whole, 'params/layer_instance/kernel'))).toBeCloseTo(1, 9);
    expect(specsOf(whole)['params/layer_instance/kernel/scale']).toBe('float32[]');
  });

  it('has no scale with useScale false', () => {
    expect(Object.keys(specsOf(new WeightNorm({ layerInstance: dense, useScale: false }).init(key, [x])))).not.toContain('params/layer_instance/kernel/scale');
  });

  it('normalises the variables that its filter names, all without one', () => {
    const scales = (variableFilter: string[] | null): string[] =>
      Object.keys(specsOf(new WeightNorm({ layerInstance: dense, variableFilter }).init(key, [x]))).filter((path) => path.endsWith('scale'));
    expect(scales(['bias'])).toEqual(['params/layer_instance/bias/scale']);
    expect(scales(null).length).toBe(2);
  });

  it('keeps its names when it is bound and unbound', () => {
    const [unbound, held] = model.bind(variables).unbind();
    expect(elements(unbound.apply(held, [x]))).toEqual(elements(model.apply(variables, [x])));
  });
});
