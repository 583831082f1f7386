import { add, mul, ones, random, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CallUnbindOnUnboundModuleError, fields, ModifyScopeVariableError, Module } from '../../src/index.js';
import { Counter, Dense, pathsOf, valuesAt, wordsOf } from '../layers.js';

const key = random.key(0);
const x = ones([1, 2]);

class AutoEncoder extends Module.define({ latent: z.int().default(1) }) {
  encoder!: Dense;
  decoder!: Dense;
  setup(): void {
    this.encoder = new Dense({ features: this.latent });
    this.decoder = new Dense({ features: 2 });
  }
  call(input: Tensor): Tensor {
    return this.decoder.call(this.encoder.call(input));
  }
}

describe('bind', () => {
  it('gives a module whose methods and submodules can be called', () => {
    const model = new AutoEncoder();
    const variables = model.init(key, [x]);
    const bound = model.bind(variables);
    expect(bound.decoder.call(bound.encoder.call(x)).toArray()).toEqual(model.apply(variables, [x]).toArray());
    expect(bound.call(x).toArray()).toEqual(bound.call(x).toArray());
  });
  it('leaves the module itself unbound', () => {
    const model = new AutoEncoder();
    model.bind({});
    expect(model.scope).toBeUndefined();
  });
  it('keeps state where it is mutable, and shows it in `variables`', () => {
    const counter = new Counter();
    const bound = counter.bind(counter.init(key, [x]), { mutable: ['state'] });
    const counts = [1, 2].map(() => (bound.call(x), valuesAt(bound.variables, 'state/count')));
    expect(counts).toEqual([1, 2]);
  });
  it('without `mutable` writes nothing', () => {
    const counter = new Counter();
    const variables = counter.init(key, [x]);
    expect(() => counter.bind(variables).call(x)).toThrow(ModifyScopeVariableError);
    expect(valuesAt(variables, 'state/count')).toBe(0);
  });
  it('holds keys, which go on from call to call', () => {
    class Noise extends Module.define({}) {
      call(): Tensor {
        return this.makeRng('noise');
      }
    }
    const bound = new Noise().bind({}, { rngs: { noise: key } });
    expect(wordsOf(bound.call())).toEqual([1428664606, 3351135085]);
    expect(wordsOf(bound.call())).toEqual([3456700291, 3873160899]);
  });
  it('binds the modules among the attributes', () => {
    class Outer extends Module.define({ inner: fields.module(AutoEncoder) }) {
      call(input: Tensor): Tensor {
        return this.inner.call(input);
      }
    }
    const model = new Outer({ inner: new AutoEncoder() });
    const bound = model.bind(model.init(key, [x]));
    expect(bound.inner.encoder.call(x).shape).toEqual([1, 1]);
    expect(pathsOf(bound.inner.encoder.variables)).toEqual(['params/bias', 'params/kernel']);
  });
});

describe('unbind', () => {
  it('gives the module and its variables back', () => {
    const model = new AutoEncoder({ latent: 3 });
    const variables = model.init(key, [x]);
    const [unbound, same] = model.bind(variables).unbind();
    expect(unbound.equals(model)).toBe(true);
    expect([unbound.scope, unbound.name]).toEqual([undefined, undefined]);
    expect(pathsOf(same)).toEqual(pathsOf(variables));
  });
  it('of a submodule gives it and its part of the variables', () => {
    const model = new AutoEncoder();
    const variables = model.init(key, [x]);
    const [encoder, part] = model.bind(variables).encoder.unbind();
    expect(pathsOf(part)).toEqual(['params/bias', 'params/kernel']);
    expect(encoder.name).toBeUndefined();
    expect(encoder.apply(part, [x]).toArray()).toEqual(model.bind(variables).encoder.call(x).toArray());
  });
  it('takes state as it is at that moment', () => {
    const counter = new Counter();
    const bound = counter.bind(counter.init(key, [x]), { mutable: true });
    bound.call(x);
    const [, variables] = bound.unbind();
    bound.call(x);
    expect([valuesAt(variables, 'state/count'), valuesAt(bound.variables, 'state/count')]).toEqual([1, 2]);
  });
  it('of an unbound module is an error', () => {
    expect(() => new AutoEncoder().unbind()).toThrow(CallUnbindOnUnboundModuleError);
  });
});

describe('exportable', () => {
  it('is a pure function, and what it needs', () => {
    const model = new AutoEncoder();
    const variables = model.init(key, [x]);
    const { apply, variables: data, config, mutable } = model.bind(variables).exportable();
    expect((apply(data, x) as Tensor).toArray()).toEqual(model.apply(variables, [x]).toArray());
    expect((apply({ params: { ...data['params'], decoder: { ...data['params']!['encoder'] as object, kernel: ones([1, 2]), bias: ones([2]) } } }, x) as Tensor).toArray()).not.toEqual(
      model.apply(variables, [x]).toArray(),
    );
    expect([config.type, mutable]).toEqual(['AutoEncoder', false]);
  });
  it('of a submodule is that of the submodule', () => {
    const model = new AutoEncoder();
    const bound = model.bind(model.init(key, [x]));
    const { apply, variables } = bound.encoder.exportable();
    expect((apply(variables, x) as Tensor).toArray()).toEqual(bound.encoder.call(x).toArray());
  });
  it('draws what the bound module draws, and takes other keys', () => {
    class Noise extends Module.define({}) {
      call(): Tensor {
        return this.makeRng('noise');
      }
    }
    class Outer extends Module.define({}) {
      noise!: Noise;
      setup(): void {
        this.noise = new Noise();
      }
      call(): Tensor {
        return this.noise.call();
      }
    }
    const bound = new Outer().bind({}, { rngs: { noise: key } });
    const { apply, applyWithRngs, rngs } = bound.noise.exportable();
    const first = wordsOf(bound.call());
    expect(wordsOf(apply({}) as Tensor)).toEqual(first);
    expect(wordsOf(applyWithRngs({}, { noise: random.key(1) }) as Tensor)).not.toEqual(first);
    expect(wordsOf(rngs['noise']!)).toEqual([0, 0]);
  });
  it('with mutable collections returns the updates too', () => {
    const counter = new Counter();
    const { apply, variables } = counter.bind(counter.init(key, [x]), { mutable: ['state'] }).exportable();
    const [y, updates] = apply(variables, mul(x, 2)) as [Tensor, typeof variables];
    expect(y.toArray()).toEqual([[3, 3]]);
    expect(valuesAt(updates, 'state/count')).toBe(1);
    expect(valuesAt(variables, 'state/count')).toBe(0);
    expect(add(y, 0).shape).toEqual([1, 2]);
  });
});
