import { ArgumentError, initializers, ones, reshape, spec, tensor, transpose, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { GroupNorm, InstanceNorm, LayerNorm, RMSNorm } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Elements normalised among those that `groupOf` gives the same name. */
function normalized(x: Tensor, groupOf: (place: number) => string | number, epsilon = 1e-6): number[] {
  const all = elements(x);
  const groups = new Map<string | number, number[]>();
  all.forEach((value, i) => groups.set(groupOf(i), [...(groups.get(groupOf(i)) ?? []), value]));
  return all.map((value, i) => {
    const group = groups.get(groupOf(i))!;
    return (value - mean(group)) / Math.sqrt(mean(group.map((other) => (other - mean(group)) ** 2)) + epsilon);
  });
}

const x = sample(1, [2, 3, 4]);
const paramDtype = 'float64';

describe('LayerNorm', () => {
  const run = (attributes: ConstructorParameters<typeof LayerNorm>[0], input: Tensor = x, mask?: Tensor): Tensor => {
    const model = new LayerNorm({ paramDtype, ...attributes });
    return model.apply(model.init(key, [input]), [input, { mask }]);
  };

  it('normalises over the last axis', () => {
    expectClose(run({}), normalized(x, (i) => Math.floor(i / 4)), 1e-12);
  });

  it('normalises over other axes where it is told to, with an epsilon', () => {
    expectClose(run({ reductionAxes: [-2, -1], epsilon: 0.1 }), normalized(x, (i) => Math.floor(i / 12), 0.1), 1e-12);
  });

  it('scales and shifts the features', () => {
    const model = new LayerNorm({ paramDtype, scaleInit: initializers.normal({ stddev: 1 }), biasInit: initializers.normal({ stddev: 1 }) });
    const variables = model.init(key, [x]);
    const [scale, bias] = [elementsAt(variables, 'params/scale'), elementsAt(variables, 'params/bias')];
    const plain = normalized(x, (i) => Math.floor(i / 4));
    expectClose(model.apply(variables, [x]), plain.map((value, i) => value * scale[i % 4]! + bias[i % 4]!), 1e-12);
  });

  it('has a scale and a bias for each of its feature axes, in their order in the input', () => {
    const made = new LayerNorm({ featureAxes: [2, 1], reductionAxes: [1, 2] }).init(key, [x]);
    expect(specsOf(made)).toEqual({ 'params/scale': 'float32[3,4]', 'params/bias': 'float32[3,4]' });
  });

  it('counts only what the mask says', () => {
    const masked = elements(run({}, x, tensor([true, true, false, true])));
    const rows = elements(x).slice(0, 4);
    const counted = [rows[0]!, rows[1]!, rows[3]!];
    const deviation = Math.sqrt(mean(counted.map((value) => (value - mean(counted)) ** 2)) + 1e-6);
    expect(masked[2]).toBeCloseTo((rows[2]! - mean(counted)) / deviation, 12);
  });

  it('traces with a symbolic batch to one operation', () => {
    const model = new LayerNorm();
    const variables = model.init(key, [ones([1, 4])]);
    expect(primitivesOf((input) => model.apply(variables, [input]), [spec('float32', ['n', 4])])).toEqual(['layerNorm']);
  });

  it('refuses an axis that the input does not have, or one given twice', () => {
    expect(() => run({ reductionAxes: 3 })).toThrow(ArgumentError);
    expect(() => run({ reductionAxes: [1, -2] })).toThrow(/names an axis twice/);
  });
});

describe('RMSNorm', () => {
  it('divides by the root mean square and takes nothing off', () => {
    const model = new RMSNorm({ paramDtype });
    const rows = elements(x);
    const want = rows.map((value, i) => value / Math.sqrt(mean(rows.slice(Math.floor(i / 4) * 4, Math.floor(i / 4) * 4 + 4).map((other) => other ** 2)) + 1e-6));
    expectClose(model.apply(model.init(key, [x]), [x]), want, 1e-12);
  });

  it('has a scale and no bias', () => {
    expect(specsOf(new RMSNorm().init(key, [x]))).toEqual({ 'params/scale': 'float32[4]' });
  });
});

describe('InstanceNorm', () => {
  it('normalises each feature of each example', () => {
    const model = new InstanceNorm({ paramDtype });
    expectClose(model.apply(model.init(key, [x]), [x]), normalized(x, (i) => `${Math.floor(i / 12)},${i % 4}`), 1e-12);
  });

  it('refuses the axis of the examples as features', () => {
    expect(() => new InstanceNorm({ featureAxes: 0 }).init(key, [x])).toThrow(/must not have the first axis/);
  });
});

describe('GroupNorm', () => {
  const groupOf = (i: number): string => `${Math.floor(i / 12)},${Math.floor((i % 4) / 2)}`;

  it.each([{ numGroups: 2 }, { numGroups: null, groupSize: 2 }])('normalises groups of channels with %j', (attributes) => {
    const model = new GroupNorm({ paramDtype, ...attributes });
    expectClose(model.apply(model.init(key, [x]), [x]), normalized(x, groupOf), 1e-12);
  });

  it('with one group normalises each example', () => {
    const model = new GroupNorm({ paramDtype, numGroups: 1 });
    expectClose(model.apply(model.init(key, [x]), [x]), normalized(x, (i) => Math.floor(i / 12)), 1e-12);
  });

  it('with as many groups as channels is InstanceNorm', () => {
    const [group, instance] = [new GroupNorm({ paramDtype, numGroups: 4 }), new InstanceNorm({ paramDtype })];
    expectClose(group.apply(group.init(key, [x]), [x]), elements(instance.apply(instance.init(key, [x]), [x])), 1e-12);
  });

  it('normalises over fewer axes where it is told to', () => {
    const model = new GroupNorm({ paramDtype, numGroups: 1, reductionAxes: -1 });
    const layer = new LayerNorm({ paramDtype });
    expectClose(model.apply(model.init(key, [x]), [x]), elements(layer.apply(layer.init(key, [x]), [x])), 1e-12);
  });

  it('groups the channels of a mask as those of its input', () => {
    const model = new GroupNorm({ paramDtype, numGroups: 2 });
    const twice = reshape(transpose(tensor([elements(x), elements(x)]), [1, 0]), [2, 3, 8]);
    const single = elements(model.apply(model.init(key, [x]), [x]));
    // Channels in pairs, of which the mask takes one: groups of 4 then hold two, as in the original.
    const mask = tensor(Array.from({ length: 48 }, (_, i) => i % 2 === 0), { shape: [2, 3, 8] });
    const doubled = elements(model.apply(model.init(key, [twice]), [twice, { mask }]));
    expectClose(tensor(doubled.filter((_, i) => i % 2 === 0), { dtype: 'float64' }), single, 1e-6);
  });

  it.each([[{ numGroups: 3 }, /`numGroups` must divide the 4 channels, found 3/], [{ numGroups: null, groupSize: 3 }, /`groupSize` must divide the 4 channels, found 3/],
    [{ numGroups: null }, /precisely one/], [{ groupSize: 2 }, /precisely one/], [{ numGroups: 2, reductionAxes: [0, 1] }, /must have the last axis/]] as const)('refuses %j', (attributes, message) => {
    const { reductionAxes, ...rest } = { reductionAxes: undefined, ...attributes };
    const made = (): unknown => new GroupNorm({ ...rest, ...(reductionAxes && { reductionAxes: [...reductionAxes] }) }).init(key, [x]);
    expect(made).toThrow(message);
  });
});
