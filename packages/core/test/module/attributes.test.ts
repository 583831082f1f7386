import { initializers, ones, random, relu, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fields, InvalidAttributeError, InvalidModuleClassError, isModule, Module, ReservedModuleAttributeError, type ModuleOptions } from '../../src/index.js';
import { thrown } from '../errors.js';
import { Dense, Scale } from '../layers.js';

class MLP extends Module.define({
  features: z.array(z.int().positive()),
  rate: z.number().min(0).max(1).default(0.5),
  dtype: fields.dtype().optional(),
  scale: z.string().transform(Number).default(1),
}) {}

describe('attributes', () => {
  it('are properties, with defaults and transformations applied', () => {
    const model = new MLP({ features: [3, 4], scale: '7' });
    expect([model.features, model.rate, model.dtype, model.scale]).toEqual([[3, 4], 0.5, undefined, 7]);
    expect('dtype' in model).toBe(true);
  });
  it('are checked, and the error names the class and the path', () => {
    const error = thrown(() => new MLP({ features: [3, -1], rate: 2 }));
    expect(error).toBeInstanceOf(InvalidAttributeError);
    expect(error).toMatchObject({ owner: 'MLP', path: 'features.1', problems: [{ path: 'features.1' }, { path: 'rate' }] });
    expect(thrown(() => new MLP({} as never))).toMatchObject({ path: 'features' });
    expect(thrown(() => new MLP({ features: 3 } as never))).toMatchObject({ message: expect.stringContaining('`features`') as unknown });
  });
  it('that do not exist are rejected with the nearest name', () => {
    const error = thrown(() => new MLP({ features: [3], featurs: [4] } as never));
    expect(error).toMatchObject({ path: 'featurs', message: expect.stringContaining('Did you mean "features"?') as unknown });
  });
  it('belong to the module: what the caller does to his array later changes nothing', () => {
    const features = [3, 4];
    const model = new MLP({ features });
    features.push(5);
    expect(model.features).toEqual([3, 4]);
    expect(() => model.features.push(5)).toThrow(TypeError);
  });
  it('may be declared again as class fields, for their types, and keep their value', () => {
    class Redeclared extends Module.define({ size: z.int() }) {
      // oxlint-disable-next-line typescript/no-unnecessary-type-assertion
      override readonly size!: number;
    }
    expect(new Redeclared({ size: 3 }).size).toBe(3);
  });
  it('cannot have the name of something that every module has', () => {
    for (const name of ['apply', 'name', 'path', 'toString', 'constructor']) {
      expect(thrown(() => Module.define({ [name]: z.int() }))).toMatchObject({ constructor: ReservedModuleAttributeError, attribute: name });
    }
  });
  it('of a class that another one extends come first', () => {
    class Wide extends Dense.define({ width: z.int().default(2) }) {
      area(): number {
        return this.width * this.features;
      }
    }
    const wide = new Wide({ features: 3 });
    expect(wide.area()).toBe(6);
    expect(wide).toBeInstanceOf(Dense);
    expect(Object.keys(wide)).toEqual(['features', 'useBias', 'kernelInit', 'width']);
    expect(() => new Wide({ width: 2 } as never)).toThrow(InvalidAttributeError);
  });
});

describe('fields', () => {
  class Fields extends Module.define({
    any: fields.module().optional(),
    dense: fields.module(Dense).optional(),
    list: z.array(fields.module()).default([]),
    initialize: fields.initializer(initializers.zeros),
    activation: fields.activation(relu),
    tensor: fields.tensor().optional(),
    dtype: fields.dtype().default('float32'),
    f: fields.function<(n: number) => number>('a function of a number').optional(),
  }) {}

  it('take modules of any class or of one', () => {
    expect(isModule(new Fields({ any: new Scale() }).any)).toBe(true);
    expect(new Fields({ dense: new Dense({ features: 2 }) }).dense?.features).toBe(2);
    expect(thrown(() => new Fields({ dense: new Scale() as never }))).toMatchObject({ path: 'dense', message: expect.stringContaining('a module of class Dense') as unknown });
    expect(thrown(() => new Fields({ list: [new Scale(), 3 as never] }))).toMatchObject({ path: 'list.1' });
  });
  it('take functions, and defaults that are functions', () => {
    const model = new Fields({ f: (n) => n + 1 });
    expect([model.initialize, model.activation, model.f?.(1)]).toEqual([initializers.zeros, relu, 2]);
    expect(() => new Fields({ activation: 'relu' as never })).toThrow(/such as `relu`/);
  });
  it('take tensors and names of dtypes', () => {
    const value = tensor([1, 2]);
    expect(new Fields({ tensor: value }).tensor).toBe(value);
    expect(thrown(() => new Fields({ dtype: 'float31' as never }))).toMatchObject({ path: 'dtype' });
    expect(thrown(() => new Fields({ tensor: [1, 2] as never }))).toMatchObject({ path: 'tensor' });
  });
});

describe('clone', () => {
  const model = new MLP({ features: [3, 4], scale: '7' }, { name: 'mlp' });

  it('copies the attributes without parsing them again', () => {
    expect([model.clone().features, model.clone().scale]).toEqual([[3, 4], 7]);
  });
  it('replaces and checks those that are given', () => {
    expect(model.clone({ features: [5] }).features).toEqual([5]);
    expect(model.clone({ rate: 0.25 }).scale).toBe(7);
    expect(thrown(() => model.clone({ features: [0] }))).toMatchObject({ owner: 'MLP', path: 'features.0' });
    expect(thrown(() => model.clone({ feature: [1] } as never))).toMatchObject({ path: 'feature' });
  });
  it('keeps the name, unless it gets another one', () => {
    expect([model.clone().name, model.clone({}, { name: 'other' }).name]).toEqual(['mlp', 'other']);
  });
  it('keeps class fields and private ones', () => {
    class Net extends Module.define({ n: z.int() }) {
      #twice = this.n * 2;
      thrice = this.n * 3;
      sum(): number {
        return this.#twice + this.thrice;
      }
    }
    expect(new Net({ n: 2 }).clone({ n: 3 }).sum()).toBe(15);
  });
  it('needs a constructor that hands its arguments on', () => {
    class Good extends Module.define({ n: z.int() }) {
      readonly made: number;
      constructor(attributes: { n: number }, options?: ModuleOptions) {
        super(attributes, options);
        this.made = attributes.n;
      }
    }
    const Base = Module.define({ n: z.int() });
    class Bad extends Base {
      constructor(n: number) {
        super({ n: 2 * n });
      }
    }
    expect(new Good({ n: 3 }).clone({ n: 4 }).made).toBe(4);
    expect(() => new Bad(3).clone()).toThrow(InvalidModuleClassError);
  });
  it('`copy` gets a new name from the module that is running', () => {
    class Net extends Module.define({ template: fields.module(Dense) }) {
      call(x: Tensor): Tensor {
        return this.template.copy().call(this.template.copy({ features: 5 }).call(x));
      }
    }
    const variables = new Net({ template: new Dense({ features: 2 }) }).init(random.key(0), [ones([1, 3])]);
    expect(Object.keys(variables['params']!)).toEqual(['Dense_1', 'Dense_0']);
  });
});
