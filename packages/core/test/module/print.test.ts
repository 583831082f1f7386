import { initializers, ones, random, relu, tensor, type Tensor } from '@flaxon/tensor';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fields, Module } from '../../src/index.js';
import { Dense, Scale } from '../layers.js';

class Net extends Module.define({
  title: z.string(),
  inner: fields.module(),
  activation: fields.activation(relu),
  initialize: fields.initializer(initializers.normal({ stddev: 0.5 })),
  sizes: z.array(z.int()).default([1, 2]),
  options: z.record(z.string(), z.boolean()).default({}),
  missing: z.int().optional(),
  limit: z.number().default(Infinity),
}) {
  call(x: Tensor): Tensor {
    return new Scale({ size: 3 }).call(x);
  }
}
const make = (): Net => new Net({ title: 'a', inner: new Scale(), options: { deep: true } });

describe('printing', () => {
  it('shows the class, the attributes and the submodules so far', () => {
    const texts: string[] = [];
    class Noting extends Net {
      override call(x: Tensor): Tensor {
        const y = super.call(x);
        texts.push(String(this));
        return y;
      }
    }
    new Noting({ title: 'a', inner: new Scale(), options: { deep: true } }).init(random.key(0), [ones([3])]);
    expect(texts[0]!.split('\n')).toEqual([
      'Noting(',
      '    # attributes',
      "    title = 'a'",
      '    inner = Scale(',
      '        # attributes',
      '        size = 2',
      '    )',
      '    activation = relu',
      '    initialize = normal({ stddev: 0.5 })',
      '    sizes = [1, 2]',
      '    options = { deep: true }',
      '    missing = undefined',
      '    limit = Infinity',
      '    # children',
      '    inner = Scale(',
      '        # attributes',
      '        size = 2',
      '    )',
      '    Scale_0 = Scale(',
      '        # attributes',
      '        size = 3',
      '    )',
      ')',
    ]);
  });
  it('is what a console shows', () => {
    expect(inspect(new Scale())).toBe(String(new Scale()));
  });
});

describe('toJSON', () => {
  it('gives the class by name and what of the attributes is data', () => {
    const text = JSON.stringify(make());
    expect(JSON.parse(text)).toEqual({
      type: 'Net',
      config: {
        title: 'a',
        inner: { type: 'Scale', config: { size: 2 } },
        activation: 'relu',
        initialize: { name: 'normal', stddev: 0.5 },
        sizes: [1, 2],
        options: { deep: true },
        limit: 'Infinity',
      },
    });
  });
  it('of tensors gives dtype, shape and elements', () => {
    class Holds extends Module.define({ value: fields.tensor() }) {}
    expect(new Holds({ value: tensor([[1, 2]]) }).toJSON().config).toEqual({ value: { dtype: 'int32', shape: [1, 2], data: [[1, 2]] } });
  });
});

describe('equals', () => {
  it('compares the class and the attributes, modules and tensors among them too', () => {
    class Holds extends Module.define({ value: fields.tensor(), inner: z.array(fields.module()) }) {}
    class Other extends Holds {}
    const of = (value: number, features: number): Holds => new Holds({ value: tensor([value]), inner: [new Dense({ features })] });
    expect(of(1, 2).equals(of(1, 2))).toBe(true);
    expect(of(1, 2).equals(of(3, 2))).toBe(false);
    expect(of(1, 2).equals(of(1, 3))).toBe(false);
    expect(of(1, 2).equals(new Other({ value: tensor([1]), inner: [new Dense({ features: 2 })] }))).toBe(false);
  });
  it('does not compare names', () => {
    expect(new Scale({}, { name: 'a' }).equals(new Scale())).toBe(true);
  });
});
