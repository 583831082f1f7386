/** Rules of `flax.linen.Module` that the tests by subject do not state; README.md says which test states which. */
import { add, grad, initializers, mul, ones, random, spec, sum, tensor, trace, tree, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { fields, Module, NameInUseError, SetAttributeFrozenModuleError, shareScope, type Variables } from '../../src/index.js';
import { Counter, Dense, pathsOf, Scale, shapeAt, valuesAt } from '../layers.js';

const key = random.key(0);
const x = ones([1, 2]);
const dense = (features = 2, name?: string): Dense => new Dense({ features, useBias: false }, name === undefined ? {} : { name });

describe('attributes', () => {
  it('give a parameter its shape', () => {
    expect(shapeAt(new Dense({ features: 5 }).init(key, [x]), 'params/kernel')).toEqual([2, 5]);
  });

  it('may be containers without anything in them', () => {
    class Holder extends Module.define({ list: z.array(fields.module()), record: z.record(z.string(), fields.module()) }) {
      call(input: Tensor): Tensor {
        return add(input, this.list.length + Object.keys(this.record).length);
      }
    }
    expect(new Holder({ list: [], record: {} }).init(key, [x])).toEqual({});
  });

  it('of plain data keep the keys of their maps, whatever these are', () => {
    class Table extends Module.define({ table: z.map(z.tuple([z.number(), z.number()]), z.string()) }) {
      call(input: Tensor): Tensor {
        return mul(input, [...this.table.keys()][0]![1]);
      }
    }
    expect(new Table({ table: new Map([[[1, 2], 'a']]) }).apply({}, [x]).toArray()).toEqual([[2, 2]]);
  });

  it('that hold containers in containers join the keys in their names', () => {
    const shape = { nested: z.record(z.string(), z.array(z.union([fields.module(Dense), z.array(fields.module(Dense))]))) };
    class Nested extends Module.define(shape) {
      call(input: Tensor): Tensor {
        return Object.values(this.nested).flat(2).reduce((y, layer) => layer.call(y), input);
      }
    }
    const model = new Nested({ nested: { b: [dense(), [dense(), dense()]], empty: [] } });
    expect(pathsOf(model.init(key, [x]))).toEqual(['params/nested_b_0/kernel', 'params/nested_b_1_0/kernel', 'params/nested_b_1_1/kernel']);
  });
});

describe('setup', () => {
  class Net extends Module.define({ width: z.int().default(3) }) {
    readonly inner!: Dense;
    readonly unused!: readonly Dense[];
    readonly scale!: number;
    setup(): void {
      this.assign('inner', dense(this.width));
      this.assign('unused', [dense(), dense()]);
      this.assign('scale', 2);
    }
    /** Attributes are set by assignment; here by name, since the fields are declared readonly. */
    assign(name: string, value: unknown): void {
      Reflect.set(this, name, value);
    }
    call(input: Tensor): Tensor {
      return mul(this.inner.call(input), this.scale);
    }
  }

  it('lists of modules that are never called have no variables', () => {
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/inner/kernel']);
  });

  it('runs anew for a clone of a bound module, with the attributes of the clone', () => {
    const bound = new Net().bind(new Net().init(key, [x]));
    expect(bound.call(x).shape).toEqual([1, 3]);
    const clone = bound.clone({ width: 4 });
    expect([clone.scope, pathsOf(clone.init(key, [x])).length]).toEqual([undefined, 1]);
    expect(shapeAt(clone.init(key, [x]), 'params/inner/kernel')).toEqual([2, 4]);
  });

  it('sets values that are no modules, which are there in every method', () => {
    expect(new Net().bind({ params: { inner: { kernel: ones([2, 3]) } } }).scale).toBe(2);
  });

  it('a value and a parameter may share a name', () => {
    class Same extends Module.define({}) {
      bias!: number;
      setup(): void {
        this.bias = 3;
        this.param('bias', initializers.ones, [1]);
      }
      call(input: Tensor): Tensor {
        return mul(input, this.bias);
      }
    }
    const [y, variables] = new Same().initWithOutput(key, [x]);
    expect([y.toArray(), pathsOf(variables)]).toEqual([[[3, 3]], ['params/bias']]);
  });
});

describe('a bound module', () => {
  class Outer extends Module.define({}) {
    call(input: Tensor): Tensor {
      const inner = dense();
      Reflect.set(inner, 'features', 7);
      return inner.call(input);
    }
  }
  it('cannot be changed by the module that made it', () => {
    expect(() => new Outer().init(key, [x])).toThrow(SetAttributeFrozenModuleError);
  });

  it('with mutable collections may be called, also through the modules that it was given', () => {
    class Holder extends Module.define({ counter: fields.module(Counter) }) {
      call(input: Tensor): Tensor {
        return this.counter.call(input);
      }
    }
    const bound = new Holder({ counter: new Counter() }).bind({ state: { counter: { count: zeros([]) } } }, { mutable: true });
    bound.call(x);
    bound.counter.call(x);
    expect(valuesAt(bound.variables, 'state/counter/count')).toBe(2);
  });

  it('says which collections it may change', () => {
    const bound = new Scale().bind({ params: { w: ones([2]) } }, { mutable: ['state'] });
    expect(['state', 'params'].map((name) => bound.isMutableCollection(name))).toEqual([true, false]);
  });

  it('says whether it is being initialized', () => {
    class Says extends Module.define({}) {
      call(): boolean {
        return this.isInitializing();
      }
    }
    expect([new Says().initWithOutput(key, [])[0], new Says().apply({}, [])]).toEqual([true, false]);
  });
});

describe('getVariable, putVariable and hasVariable', () => {
  class Notes extends Module.define({}) {
    static readonly compact = ['write'];
    before!: boolean;
    setup(): void {
      this.before = this.hasVariable('notes', 'n');
      this.putVariable('notes', 'n', tensor(1));
    }
    write(): void {
      this.putVariable('notes', 'n', add(this.getVariable('notes', 'n') as Tensor, 10));
    }
    call(): readonly [boolean, boolean, unknown] {
      this.write();
      this.putVariable('notes', 'm', tensor(5));
      return [this.before, this.hasVariable('notes', 'n'), this.getVariable('notes', 'missing')];
    }
  }
  it('work in setup, in compact methods and in plain ones', () => {
    const [seen, variables] = new Notes().apply({}, [], { mutable: ['notes'] });
    expect(seen).toEqual([false, true, undefined]);
    expect([valuesAt(variables, 'notes/n'), valuesAt(variables, 'notes/m')]).toEqual([11, 5]);
  });
});

describe('perturb', () => {
  class Net extends Module.define({}) {
    inner!: Dense;
    setup(): void {
      this.inner = dense();
    }
    call(input: Tensor): Tensor {
      return sum(mul(this.perturb('hidden', this.inner.call(input)), 3));
    }
  }
  const { params, perturbations } = new Net().init(key, [x]) as Record<string, Variables[string]>;

  it('works in a module with setup: the gradient of the perturbation is that of the intermediate', () => {
    const byPerturbation = grad((given: Variables[string]) => new Net().apply({ params: params!, perturbations: given }, [x]))(perturbations!);
    expect(valuesAt({ perturbations: byPerturbation }, 'perturbations/hidden')).toEqual([[3, 3]]);
  });

  it('without its collection changes nothing', () => {
    expect(new Net().apply({ params: params! }, [x]).item()).toBe(new Net().apply({ params: params!, perturbations: perturbations! }, [x]).item());
  });
});

describe('modules shared by reference', () => {
  class Wrapper extends Module.define({ inner: fields.module(Dense) }) {
    call(input: Tensor): Tensor {
      return this.inner.call(input);
    }
  }
  class Two extends Module.define({}) {
    a!: Wrapper;
    b!: Wrapper;
    setup(): void {
      const shared = dense();
      this.a = new Wrapper({ inner: shared });
      this.b = new Wrapper({ inner: shared });
    }
    call(input: Tensor): Tensor {
      return this.b.call(this.a.call(input));
    }
    onlyB(input: Tensor): Tensor {
      return this.b.call(input);
    }
  }
  it('are found by each of their users alone, where the first of them put them', () => {
    const variables = new Two().init(key, [x]);
    expect(pathsOf(variables)).toEqual(['params/a/inner/kernel']);
    expect(new Two().apply(variables, [x], { method: 'onlyB' }).shape).toEqual([1, 2]);
  });

  it('a module that shares the scope of one in another module has its names there', () => {
    class Lora extends Module.define({ inner: fields.module(Wrapper) }) {
      static readonly compact = ['call'];
      setup(): void {
        shareScope(this, this.inner);
      }
      call(input: Tensor): Tensor {
        this.param('A', initializers.ones, [1]);
        return this.inner.call(input);
      }
    }
    class Net extends Module.define({}) {
      call(input: Tensor): Tensor {
        const wrapper = new Wrapper({ inner: dense() }, { name: 'outside' });
        return new Lora({ inner: wrapper }).call(input);
      }
    }
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/Dense_0/kernel', 'params/outside/A']);
  });
});

describe('static preserveAdoptedNames', () => {
  class Keeps extends Module.define({ inner: fields.module() }) {
    static readonly preserveAdoptedNames = true;
    call(input: Tensor): Tensor {
      return (this.inner as Dense).call(input);
    }
  }
  class Resets extends Module.define({ inner: fields.module() }) {
    call(input: Tensor): Tensor {
      return (this.inner as Keeps).call(input);
    }
  }
  it('names a module without a name after the attribute', () => {
    expect(pathsOf(new Keeps({ inner: dense() }).init(key, [x]))).toEqual(['params/inner/kernel']);
  });
  it('holds for the modules of that class alone, not for what holds them or what they hold', () => {
    const inner = new Keeps({ inner: dense(2, 'kept') }, { name: 'reset' });
    expect(pathsOf(new Resets({ inner }).init(key, [x]))).toEqual(['params/inner/kept/kernel']);
    const outer = new Keeps({ inner: new Resets({ inner: dense(2, 'reset') as never }, { name: 'kept' }) });
    expect(pathsOf(outer.init(key, [x]))).toEqual(['params/kept/inner/kernel']);
  });
});

describe('copy', () => {
  class Repeat extends Module.define({ template: fields.module() }) {
    call(input: Tensor): Tensor {
      return [0, 1].reduce((y) => (this.template.copy() as Dense).call(y), input);
    }
  }
  it('of a template that is never called makes modules of their own, and the template has no variables', () => {
    expect(pathsOf(new Repeat({ template: dense() }).init(key, [x]))).toEqual(['params/Dense_0/kernel', 'params/Dense_1/kernel']);
  });

  it('copies the modules among the attributes, which are no longer shared', () => {
    class Wrapper extends Module.define({ inner: fields.module(Dense) }) {
      call(input: Tensor): Tensor {
        return this.inner.call(input);
      }
    }
    expect(pathsOf(new Repeat({ template: new Wrapper({ inner: dense() }) }).init(key, [x]))).toEqual(['params/Wrapper_0/inner/kernel', 'params/Wrapper_1/inner/kernel']);
  });

  it('may be given a name, which must be free', () => {
    class Named extends Module.define({ template: fields.module(Dense) }) {
      call(input: Tensor): Tensor {
        const first = this.template.copy({ features: 4 }, { name: 'first' });
        return this.template.copy({}, { name: 'first' }).call(first.call(input));
      }
    }
    expect(() => new Named({ template: dense() }).init(key, [x])).toThrow(NameInUseError);
  });
});

describe('lazyInit', () => {
  it('under a trace in which the keys are inputs makes variables of that trace, without the forward pass', () => {
    const { program } = trace((k) => [...tree.leaves<Tensor>(new Dense({ features: 3 }).lazyInit(k, [spec('float32', [1 << 20, 2])]))], [spec('uint32', [2])]);
    expect(program.outputs.map(({ shape }) => shape)).toEqual([[3], [2, 3]]);
    expect(program.equations.map(({ primitive }) => primitive)).not.toContain('dot');
  });
});

describe('the method that `apply` and `init` run', () => {
  class Coder extends Module.define({}) {
    inner!: Dense;
    setup(): void {
      this.inner = dense(3);
    }
    encode(input: Tensor, times: number): { readonly code: Tensor } {
      return { code: mul(this.inner.call(input), times) };
    }
    call(input: Tensor): Tensor {
      return this.encode(input, 1).code;
    }
  }
  const coder = new Coder();
  const variables = coder.init(key, [x, 2], { method: coder.encode });

  it('may be that of a module, with its arguments and its result', () => {
    const result = coder.apply(variables, [x, 2], { method: coder.encode });
    expectTypeOf(result).toEqualTypeOf<{ readonly code: Tensor }>();
    expectTypeOf(coder.apply(variables, [x, 2], { method: coder.encode, mutable: true })).toEqualTypeOf<[{ readonly code: Tensor }, Variables]>();
    expectTypeOf(coder.initWithOutput(key, [x, 2], { method: coder.encode })).toEqualTypeOf<[{ readonly code: Tensor }, Variables]>();
    expect(result.code.toArray()).toEqual(mul(coder.apply(variables, [x]), 2).toArray());
    // @ts-expect-error `encode` takes a tensor and a number.
    expect(() => coder.apply(variables, ['x', 2], { method: coder.encode })).toThrow();
  });
});
