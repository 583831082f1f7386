import { ArgumentError, initializers, jacrev, ones, ShapeError, spec, stack, add, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { MaskedConv2D } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, mapVariables, primitivesOf, sample, specsOf } from '../helpers.js';
import { creationOrder } from './creation-order.js';

interface Setting {
  readonly kernelSize: [number, number];
  readonly kernelDilation: [number, number];
  readonly exclusive: boolean;
  readonly featureGroupCount?: number;
}

const settings: readonly Setting[] = [
  { kernelSize: [2, 3], kernelDilation: [1, 1], exclusive: true },
  { kernelSize: [2, 3], kernelDilation: [1, 1], exclusive: false },
  { kernelSize: [3, 5], kernelDilation: [1, 1], exclusive: true },
  { kernelSize: [2, 2], kernelDilation: [2, 1], exclusive: true },
  { kernelSize: [2, 3], kernelDilation: [1, 2], exclusive: false },
  { kernelSize: [1, 3], kernelDilation: [1, 1], exclusive: true },
  { kernelSize: [2, 1], kernelDilation: [1, 1], exclusive: true },
  { kernelSize: [2, 3], kernelDilation: [1, 1], exclusive: false, featureGroupCount: 2 },
];

const [height, width, inputs, features] = [3, 4, 2, 4];
const x = sample(1, [height, width, inputs]);

/** The closed form of the layer, tap by tap. */
function closedForm({ kernelSize: [h, w], kernelDilation: [dh, dw], exclusive, featureGroupCount: groups = 1 }: Setting, kernel: readonly number[], bias: readonly number[]): number[] {
  const data = elements(x);
  const inputsOfGroup = inputs / groups;
  return Array.from({ length: height * width * features }, (_, at) => {
    const feature = at % features;
    const [row, column] = [Math.floor(at / features / width), Math.floor(at / features) % width];
    let sum = bias[feature]!;
    for (let i = 0; i < h; i++) {
      for (let j = 0; j < w; j++) {
        const [up, left] = [(h - 1 - i) * dh, (Math.floor(w / 2) - j) * dw];
        if (up === 0 && (exclusive ? left <= 0 : left < 0)) continue;
        const [fromRow, fromColumn] = [row - up, column - left];
        if (fromRow < 0 || fromColumn < 0 || fromColumn >= width) continue;
        for (let c = 0; c < inputsOfGroup; c++) {
          const channel = Math.floor(feature / (features / groups)) * inputsOfGroup + c;
          sum += data[(fromRow * width + fromColumn) * inputs + channel]! * kernel[((i * w + j) * inputsOfGroup + c) * features + feature]!;
        }
      }
    }
    return sum;
  });
}

describe.each(settings)('MaskedConv2D $kernelSize, dilation $kernelDilation, exclusive $exclusive, groups $featureGroupCount', (setting) => {
  const model = new MaskedConv2D({ features, biasInit: initializers.normal({ stddev: 1 }), ...setting });
  const variables = mapVariables(model.init(key, [x]), (leaf) => add(leaf, 0.5));

  it('is the sum over the rows above and what is left of the site', () => {
    expectClose(model.apply(variables, [x]), closedForm(setting, elementsAt(variables, 'params/kernel'), elementsAt(variables, 'params/bias')), 1e-13);
  });

  it('depends on no later site in the order of rows, nor on the same one if exclusive', () => {
    const jacobian = elements(jacrev((input: Tensor) => model.apply(variables, [input]))(x) as Tensor);
    const count = height * width;
    const seen = jacobian.flatMap((value, at) => (value === 0 ? [] : [{ output: Math.floor(at / (features * count * inputs)), input: Math.floor(at / inputs) % count }]));
    expect(seen.filter(({ output, input }) => (setting.exclusive ? input >= output : input > output))).toEqual([]);
  });
});

describe('MaskedConv2D', () => {
  const model = new MaskedConv2D({ features, kernelSize: [2, 3], kernelDilation: [1, 1], exclusive: true });

  it('treats each sample of a batch alike', () => {
    const other = sample(2, [height, width, inputs]);
    const variables = model.init(key, [x]);
    const together = model.apply(variables, [stack([x, other])]);
    expect(together.shape).toEqual([2, height, width, features]);
    expectClose(together, [...elements(model.apply(variables, [x])), ...elements(model.apply(variables, [other]))], 1e-15);
  });

  it('has a kernel of the whole size, of float64, zero where it is hidden and larger elsewhere', () => {
    const variables = model.clone({ kernelInit: initializers.ones }).init(key, [x]);
    expect(specsOf(variables)).toEqual({ 'params/kernel': 'float64[2,3,2,4]', 'params/bias': 'float64[4]' });
    const shown = Math.sqrt(6 / 4);
    const wanted = [shown, shown, shown, shown, 0, 0].flatMap((value) => Array.from({ length: inputs * features }, () => value));
    expectClose((variables.params as { kernel: Tensor }).kernel, wanted, 1e-15);
  });

  it('makes its kernel before its bias, as NetKet does', () => {
    expect(creationOrder((attributes) => model.clone(attributes).init(key, [x]))).toEqual(['kernel', 'bias']);
  });

  it('traces to one convolution, with symbolic batch, height and width too', () => {
    const variables = model.init(key, [x]);
    expect(primitivesOf((input) => model.apply(variables, [input]), [spec('float64', ['batch', 'height', 'width', inputs])])).toEqual(['transpose', 'conv', 'transpose', 'add']);
  });

  it('refuses an exclusive kernel of one site, which sees nothing', () => {
    expect(() => model.clone({ kernelSize: [1, 1] }).init(key, [x])).toThrow(ArgumentError);
  });

  it('refuses groups that do not divide the features', () => {
    expect(() => model.clone({ featureGroupCount: 4 }).init(key, [x])).toThrow(/`featureGroupCount` 4 must divide the features of input and output, 2 and 4/);
  });

  it('refuses inputs that are no lattices', () => {
    expect(() => model.init(key, [ones([3, 4])])).toThrow(ShapeError);
  });
});
