import { ArgumentError, initializers, jacrev, ones, ShapeError, spec, stack, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { MaskedConv1D } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';
import { creationOrder } from './creation-order.js';

interface Setting {
  readonly kernelSize: number;
  readonly kernelDilation: number;
  readonly exclusive: boolean;
  readonly featureGroupCount?: number;
}

const settings: readonly Setting[] = [
  { kernelSize: 3, kernelDilation: 1, exclusive: true },
  { kernelSize: 3, kernelDilation: 1, exclusive: false },
  { kernelSize: 2, kernelDilation: 2, exclusive: true },
  { kernelSize: 3, kernelDilation: 2, exclusive: false },
  { kernelSize: 1, kernelDilation: 3, exclusive: false },
  { kernelSize: 9, kernelDilation: 1, exclusive: true },
  { kernelSize: 2, kernelDilation: 1, exclusive: false, featureGroupCount: 2 },
  { kernelSize: 3, kernelDilation: 3, exclusive: true, featureGroupCount: 2 },
];

const features = 4;
const modelOf = (setting: Setting): MaskedConv1D => new MaskedConv1D({ features, biasInit: initializers.normal({ stddev: 1 }), ...setting });

/** The closed form of the layer, tap by tap: inputs (sites, in), kernel (taps, in / groups, features). */
function closedForm({ kernelDilation: d, exclusive, featureGroupCount: groups = 1 }: Setting, x: Tensor, kernel: Tensor, bias: readonly number[]): number[] {
  const [sites, inputs] = x.shape as [number, number];
  const [taps, inputsOfGroup] = kernel.shape as [number, number, number];
  const [data, weights] = [elements(x), elements(kernel)];
  return Array.from({ length: sites * features }, (_, at) => {
    const [t, feature] = [Math.floor(at / features), at % features];
    const group = Math.floor(feature / (features / groups));
    let sum = bias[feature]!;
    for (let k = 0; k < taps; k++) {
      const site = t - (taps - (exclusive ? 0 : 1) - k) * d;
      if (site < 0) continue;
      for (let i = 0; i < inputsOfGroup; i++) sum += data[site * inputs + group * inputsOfGroup + i]! * weights[(k * inputsOfGroup + i) * features + feature]!;
    }
    return sum;
  });
}

describe.each(settings)('MaskedConv1D $kernelSize taps, dilation $kernelDilation, exclusive $exclusive, groups $featureGroupCount', (setting) => {
  const model = modelOf(setting);

  it.each([6, 2, 1])('is the sum over earlier sites, for %i sites', (sites) => {
    const x = sample(1, [sites, 4]);
    const variables = model.init(key, [x]);
    const y = model.apply(variables, [x]);
    expect(y.shape).toEqual([sites, features]);
    const kernel = (variables.params as { kernel: Tensor }).kernel;
    expectClose(y, closedForm(setting, x, kernel, elementsAt(variables, 'params/bias')), 1e-13);
  });

  it('depends on no later site, nor on the same one if exclusive', () => {
    const x = sample(2, [6, 4]);
    const variables = model.init(key, [x]);
    const jacobian = elements(jacrev((input: Tensor) => model.apply(variables, [input]))(x) as Tensor);
    const seen = jacobian.flatMap((value, at) => (value === 0 ? [] : [{ output: Math.floor(at / (features * 6 * 4)), input: Math.floor(at / 4) % 6 }]));
    expect(seen.filter(({ output, input }) => (setting.exclusive ? input >= output : input > output))).toEqual([]);
  });
});

describe('MaskedConv1D', () => {
  const model = modelOf({ kernelSize: 3, kernelDilation: 2, exclusive: true });

  it('treats each sample of a batch alike', () => {
    const [a, b] = [sample(1, [5, 3]), sample(2, [5, 3])];
    const variables = model.init(key, [a]);
    const together = model.apply(variables, [stack([a, b])]);
    expect(together.shape).toEqual([2, 5, features]);
    expect(elements(together)).toEqual([...elements(model.apply(variables, [a])), ...elements(model.apply(variables, [b]))]);
  });

  it('has one tap less if exclusive', () => {
    expect(specsOf(model.init(key, [ones([5, 3])]))).toEqual({ 'params/bias': 'float64[4]', 'params/kernel': 'float64[2,3,4]' });
  });

  it('makes its bias before its kernel, as NetKet does', () => {
    const init = (attributes: object): unknown => new MaskedConv1D({ features: 2, kernelSize: 2, kernelDilation: 1, exclusive: false, ...attributes }).init(key, [ones([3, 1])]);
    expect(creationOrder(init)).toEqual(['bias', 'kernel']);
  });

  it('computes spins of integers in the dtype of its parameters', () => {
    const x = ones([1, 4, 1], 'int8');
    expect(model.apply(model.init(key, [x]), [x]).dtype).toBe('float64');
  });

  it('traces to one convolution, with a symbolic batch too', () => {
    const variables = model.init(key, [ones([1, 5, 3])]);
    const primitives = primitivesOf((x) => model.apply(variables, [x]), [spec('float64', ['batch', 5, 3])]);
    expect(primitives).toEqual(['transpose', 'conv', 'transpose', 'add']);
  });

  it('refuses an exclusive kernel of one site, which has no tap', () => {
    const single = new MaskedConv1D({ features: 2, kernelSize: 1, kernelDilation: 1, exclusive: true });
    expect(() => single.init(key, [ones([3, 1])])).toThrow(ArgumentError);
  });

  it('refuses groups that do not divide the features', () => {
    const grouped = new MaskedConv1D({ features: 4, kernelSize: 2, kernelDilation: 1, exclusive: false, featureGroupCount: 2 });
    expect(() => grouped.init(key, [ones([5, 3])])).toThrow(/`featureGroupCount` 2 must divide the features of input and output, 3 and 4/);
  });

  it('refuses inputs of rank 4', () => {
    expect(() => model.init(key, [ones([1, 1, 5, 3])])).toThrow(ShapeError);
  });
});

