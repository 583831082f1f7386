import { add, initializers, ones, random, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fields, InvalidModuleClassError, Module, NameInUseError, shareScope, type Variables } from '../../src/index.js';
import { Counter, Dense, pathsOf, Scale, valuesAt } from '../layers.js';

const key = random.key(0);
const x = ones([1, 2]);
const dense = (features = 2, name?: string): Dense => new Dense({ features, useBias: false }, name === undefined ? {} : { name });
const kernels = (variables: Variables): string[] => pathsOf(variables).map((path) => path.replace(/^params\/|\/kernel$/g, ''));

class User extends Module.define({ inner: fields.module(Dense) }) {
  call(input: Tensor): Tensor {
    return this.inner.call(input);
  }
}
class Pair extends Module.define({ p: fields.module(Dense), q: fields.module(Dense) }) {
  call(input: Tensor): Tensor {
    return this.p.call(this.q.call(input));
  }
}
class List extends Module.define({ layers: z.array(fields.module()), extra: z.record(z.string(), z.array(fields.module(Dense))).default({}) }) {
  call(input: Tensor): Tensor {
    const all = [...this.layers, ...Object.values(this.extra).flat()];
    return all.reduce((y, layer) => (layer instanceof Dense || layer instanceof Counter ? layer.call(y) : y), input);
  }
}

describe('modules as attributes', () => {
  it('are named after the attribute, whatever they were named outside', () => {
    expect(kernels(new User({ inner: dense() }).init(key, [x]))).toEqual(['inner']);
    expect(kernels(new User({ inner: dense(2, 'foo') }).init(key, [x]))).toEqual(['inner']);
  });
  it('keep an explicit name where the class says so, and then may collide', () => {
    class Keeping extends Pair {
      static preserveAdoptedNames = true;
    }
    expect(kernels(new Keeping({ p: dense(2, 'foo'), q: dense() }).init(key, [x]))).toEqual(['foo', 'q']);
    expect(() => new Keeping({ p: dense(2, 'q'), q: dense() }).init(key, [x])).toThrow(NameInUseError);
  });
  it('in lists and records have their position after the name', () => {
    const model = new List({ layers: [dense(), dense()], extra: { a: [dense(), dense()] } });
    expect(kernels(model.init(key, [x]))).toEqual(['extra_a_0', 'extra_a_1', 'layers_0', 'layers_1']);
  });
  it('are copied: the caller keeps unbound modules of his own', () => {
    const inner = dense();
    const model = new User({ inner });
    model.init(key, [x]);
    expect(model.inner).toBe(inner);
    expect([inner.name, inner.scope]).toEqual([undefined, undefined]);
  });
  it('in a plain method are called like any other submodule', () => {
    class Plain extends User {
      setup(): void {}
    }
    expect(kernels(new Plain({ inner: dense() }).init(key, [x]))).toEqual(['inner']);
  });
  it('that are never called have no variables', () => {
    expect(kernels(new List({ layers: [dense()], extra: {} }).init(key, [x], { method: (m, input: Tensor) => m.layers.length + input.rank }))).toEqual([]);
  });
  it('of modules that are attributes are reached through them', () => {
    class Outer extends Module.define({ user: fields.module(User) }) {
      call(input: Tensor): Tensor {
        return this.user.inner.call(input);
      }
    }
    expect(kernels(new Outer({ user: new User({ inner: dense() }) }).init(key, [x]))).toEqual(['user/inner']);
  });
  it('collide with automatic names and with parameters', () => {
    class Collides extends Module.define({ Dense_0: fields.module(Dense), w: fields.module(Dense), declares: z.boolean() }) {
      call(input: Tensor): unknown {
        return this.declares ? this.param('w', initializers.ones, [2]) : dense().call(input);
      }
    }
    for (const declares of [false, true]) expect(() => new Collides({ Dense_0: dense(), w: dense(), declares }).init(key, [x])).toThrow(NameInUseError);
  });
  it('under setup may be given another name for use, and keep their own', () => {
    class Alias extends Module.define({ inner: fields.module(Dense) }) {
      alias!: Dense;
      setup(): void {
        this.alias = this.inner;
      }
      call(input: Tensor): Tensor {
        return add(this.alias.call(input), this.inner.call(input));
      }
    }
    expect(kernels(new Alias({ inner: dense() }).init(key, [x]))).toEqual(['inner']);
  });
});

describe('sharing by reference', () => {
  it('one module under two attributes is one module, named by the first', () => {
    const shared = dense();
    expect(kernels(new Pair({ p: shared, q: shared }).init(key, [x]))).toEqual(['p']);
    expect(kernels(new Pair({ p: dense(), q: dense() }).init(key, [x]))).toEqual(['p', 'q']);
  });
  it('also in different modules', () => {
    class Outer extends Module.define({ a: fields.module(User), b: fields.module(User) }) {
      call(input: Tensor): Tensor {
        return this.b.call(this.a.call(input));
      }
      runB(input: Tensor): Tensor {
        return this.b.call(input);
      }
    }
    const shared = dense();
    const model = new Outer({ a: new User({ inner: shared }), b: new User({ inner: shared }) });
    const variables = model.init(key, [x]);
    expect(kernels(variables)).toEqual(['a/inner']);
    expect(model.apply(variables, [x], { method: 'runB' }).shape).toEqual([1, 2]);
  });
  it('one counter under three keys counts three times, under the first of the keys as text', () => {
    class Counters extends Module.define({ counters: z.record(z.string(), fields.module(Counter)) }) {
      call(input: Tensor): Tensor {
        return Object.values(this.counters).reduce((y, counter) => counter.call(y), input);
      }
    }
    const counter = new Counter();
    const model = new Counters({ counters: { c: counter, b: counter, a: counter } });
    const variables = model.init(key, [x]);
    const [, updates] = model.apply(variables, [x], { mutable: ['state'] });
    expect(pathsOf(updates)).toEqual(['state/counters_a/count']);
    expect(valuesAt(updates, 'state/counters_a/count')).toBe(3);
  });
  it('what was made in a compact method belongs to that method, wherever it is used', () => {
    class Net extends Module.define({}) {
      call(input: Tensor): Tensor {
        const shared = dense();
        return new User({ inner: shared }).call(new User({ inner: shared }).call(input));
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['Dense_0']);
  });
  it('what was made there with `parent: null` belongs to who takes it up', () => {
    class Net extends Module.define({}) {
      call(input: Tensor): Tensor {
        const shared = new Dense({ features: 2, useBias: false }, { parent: null });
        return new User({ inner: shared }).call(new User({ inner: shared }).call(input));
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['User_0/inner']);
  });
  it('a module from outside is taken up where setup assigns it', () => {
    const outside = dense();
    class Net extends Module.define({}) {
      a!: Dense;
      setup(): void {
        this.a = outside;
      }
      call(input: Tensor): Tensor {
        return this.a.call(input);
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['a']);
    expect(outside.scope).toBeUndefined();
  });
});

describe('shareScope', () => {
  class Lora extends Module.define({ inner: fields.module(Dense) }) {
    static compact = ['call'];
    setup(): void {
      shareScope(this, this.inner);
    }
    call(input: Tensor): Tensor {
      this.param('A', initializers.ones, [1]);
      return this.inner.call(input);
    }
  }

  it('an inner module takes the scope of the outer one', () => {
    class Net extends Module.define({}) {
      lora!: Lora;
      setup(): void {
        this.lora = new Lora({ inner: dense() });
      }
      call(input: Tensor): Tensor {
        return this.lora.call(input);
      }
    }
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/lora/A', 'params/lora/kernel']);
  });
  it('a module takes the scope of one that lives elsewhere', () => {
    class Net extends Module.define({}) {
      base!: Dense;
      lora!: Lora;
      setup(): void {
        this.base = dense();
        this.lora = new Lora({ inner: this.base });
      }
      call(input: Tensor): Tensor {
        return this.lora.call(input);
      }
    }
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/base/A', 'params/base/kernel']);
  });
  it('works in a compact method', () => {
    class Net extends Module.define({}) {
      call(input: Tensor): Tensor {
        return new Lora({ inner: dense() }).call(input);
      }
    }
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/Dense_0/A', 'params/Dense_0/kernel']);
  });
  it('moves submodules that were there before', () => {
    class Moved extends Module.define({ other: fields.module(Dense) }) {
      own!: Dense;
      setup(): void {
        this.own = dense();
        shareScope(this, this.other);
      }
      call(input: Tensor): Tensor {
        return this.own.call(this.other.call(input));
      }
    }
    class Net extends Module.define({}) {
      base!: Dense;
      moved!: Moved;
      setup(): void {
        this.base = dense();
        this.moved = new Moved({ other: this.base });
      }
      call(input: Tensor): Tensor {
        return this.moved.call(input);
      }
    }
    const paths = new Net().modulePaths(key, [x]);
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/base/kernel', 'params/base/own/kernel']);
    expect(Object.keys(paths)).toEqual(['', 'base', 'base/own']);
  });
  it('of unbound modules is an error', () => {
    expect(() => shareScope(dense(), dense())).toThrow(/unbound/);
  });
});

describe('static scopeNames', () => {
  class Renamed extends Module.define({ firstLayer: fields.module(Scale), others: z.array(fields.module(Scale)).default([]) }) {
    static readonly scopeNames: Record<string, string> = { firstLayer: 'first_layer', others: 'rest', second: 'last_layer' };
    second!: Scale;
    setup(): void {
      this.second = new Scale();
    }
    call(input: Tensor): Tensor {
      return this.others.reduce((y, layer) => layer.call(y), this.second.call(this.firstLayer.call(input)));
    }
  }
  const paths = (of: Module): string[] => pathsOf(of.init(key, [ones([2])]));

  it('name modules in attributes, those in lists, and those that `setup` assigns', () => {
    expect(paths(new Renamed({ firstLayer: new Scale(), others: [new Scale()] }))).toEqual(['params/first_layer/w', 'params/last_layer/w', 'params/rest_0/w']);
  });

  it('leave the attributes their own names', () => {
    const model = new Renamed({ firstLayer: new Scale() });
    expect(Object.keys(model.toJSON().config)).toEqual(['firstLayer', 'others']);
    expect(paths(model.clone({ firstLayer: new Scale({ size: 1 }) }))).toEqual(['params/first_layer/w', 'params/last_layer/w']);
  });

  it('are inherited, and may be replaced', () => {
    class Other extends Renamed {
      static override readonly scopeNames = { firstLayer: 'a' };
    }
    expect(paths(new Other({ firstLayer: new Scale() }))).toEqual(['params/a/w', 'params/last_layer/w']);
  });

  it('must be names', () => {
    class Wrong extends Module.define({}) {
      static readonly scopeNames = ['a', 3];
    }
    expect(() => new Wrong()).toThrow(InvalidModuleClassError);
  });
});
