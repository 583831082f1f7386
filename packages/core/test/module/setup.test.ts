import { add, initializers, mul, ones, random, relu, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  AssignSubModuleError,
  CallCompactUnboundModuleError,
  CallSetupUnboundModuleError,
  DeclarationError,
  fields,
  Module,
  NameInUseError,
  SetAttributeFrozenModuleError,
  SetAttributeInModuleSetupError,
  UnboundAttributeError,
  type Variables,
} from '../../src/index.js';
import { thrown } from '../errors.js';
import { Dense, pathsOf, shapeAt, valuesAt } from '../layers.js';

const key = random.key(0);
const x = ones([1, 2]);
const dense = (features: number, name?: string): Dense => new Dense({ features, useBias: false }, name === undefined ? {} : { name });
const kernels = (variables: Variables): string[] => pathsOf(variables).map((path) => path.replace(/^params\/|\/kernel$/g, ''));

class AutoEncoder extends Module.define({ latent: z.int().default(1) }) {
  encoder!: Dense;
  decoder!: Dense;
  setups = 0;

  setup(): void {
    this.encoder = dense(this.latent);
    this.decoder = dense(2);
  }
  call(input: Tensor): Tensor {
    return this.decode(this.encode(input));
  }
  encode(input: Tensor): Tensor {
    return this.encoder.call(input);
  }
  decode(input: Tensor): Tensor {
    return this.decoder.call(input);
  }
}

describe('names in setup', () => {
  it('are those of the attributes', () => {
    expect(kernels(new AutoEncoder().init(key, [x]))).toEqual(['decoder', 'encoder']);
  });
  it('of lists and records have the position after them', () => {
    class Net extends Module.define({}) {
      layers!: Dense[];
      branches!: Record<string, Dense | Dense[]>;
      unused!: Dense[];
      setup(): void {
        this.layers = [dense(2), dense(2)];
        this.branches = { a: dense(2), b: [dense(2), dense(2)] };
        this.unused = [dense(3)];
      }
      call(input: Tensor): Tensor {
        const all = [...this.layers, ...Object.values(this.branches).flat()];
        return all.reduce((y, layer) => layer.call(y), input);
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['branches_a', 'branches_b_0', 'branches_b_1', 'layers_0', 'layers_1']);
  });
  it('skip what is no module', () => {
    class Net extends Module.define({}) {
      layers!: (Dense | ((y: Tensor) => Tensor))[];
      setup(): void {
        this.layers = [dense(2), relu, dense(3)];
      }
      call(input: Tensor): Tensor {
        return this.layers.reduce((y, layer) => (layer instanceof Dense ? layer.call(y) : layer(y)), input);
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['layers_0', 'layers_2']);
  });
  it('of maps have their keys as text', () => {
    class Net extends Module.define({}) {
      byLevel!: Map<number, Dense>;
      setup(): void {
        this.byLevel = new Map([[3, dense(2)], [10, dense(2)]]);
      }
      call(input: Tensor): Tensor {
        return this.byLevel.get(3)!.call(this.byLevel.get(10)!.call(input));
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['byLevel_10', 'byLevel_3']);
  });
  it('an explicit name wins over the attribute', () => {
    class Net extends Module.define({}) {
      a!: Dense;
      setup(): void {
        this.a = dense(2, 'foo');
      }
      call(input: Tensor): Tensor {
        return this.a.call(input);
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['foo']);
  });
  it('a module under two attributes keeps the first name', () => {
    class Net extends Module.define({}) {
      a!: Dense;
      b!: Dense;
      setup(): void {
        this.a = dense(2);
        this.b = this.a;
      }
      call(input: Tensor): Tensor {
        return this.b.call(this.a.call(input));
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['a']);
  });
  it('a module at several positions of a list is named by the one that comes first as text', () => {
    class Net extends Module.define({}) {
      list!: Dense[];
      setup(): void {
        const shared = dense(2);
        this.list = Array.from({ length: 12 }, (_, i) => (i === 2 || i === 10 ? shared : dense(2)));
      }
      call(input: Tensor): Tensor {
        return this.list[3]!.call(this.list[2]!.call(input));
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['list_10', 'list_3']);
  });
  it('a module that is assigned nowhere has no place', () => {
    class Net extends Module.define({}) {
      a!: Dense;
      setup(): void {
        const lost = dense(2);
        this.a = dense(2);
        lost.call(ones([1, 2]));
      }
      call(input: Tensor): Tensor {
        return this.a.call(input);
      }
    }
    expect(() => new Net().init(key, [x])).toThrow(CallCompactUnboundModuleError);
  });
  it('an attribute may be set twice to values, but not to submodules', () => {
    class Net extends Module.define({ again: z.boolean() }) {
      n!: number;
      a!: Dense;
      setup(): void {
        this.n = 1;
        this.n = 2;
        this.a = dense(2);
        if (this.again) this.a = dense(2);
      }
      call(input: Tensor): Tensor {
        return mul(this.a.call(input), this.n);
      }
    }
    expect(kernels(new Net({ again: false }).init(key, [x]))).toEqual(['a']);
    expect(() => new Net({ again: true }).init(key, [x])).toThrow(NameInUseError);
  });
  it('empty lists and records are fine', () => {
    class Net extends Module.define({ list: z.array(fields.module()), record: z.record(z.string(), fields.module()) }) {
      none!: Dense[];
      setup(): void {
        this.none = [];
      }
      call(input: Tensor): Tensor {
        return add(input, this.none.length + this.list.length + Object.keys(this.record).length);
      }
    }
    expect(new Net({ list: [], record: {} }).apply({}, [x]).toArray()).toEqual([[1, 1]]);
  });
  it('a submodule passed to another one stays where it was made', () => {
    class User extends Module.define({ inner: fields.module(Dense) }) {
      call(input: Tensor): Tensor {
        return this.inner.call(input);
      }
    }
    class Net extends Module.define({}) {
      first!: Dense;
      second!: User;
      setup(): void {
        this.first = dense(2);
        this.second = new User({ inner: this.first });
      }
      call(input: Tensor): Tensor {
        return this.second.call(input);
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['first']);
  });
  it('a submodule constructed in the arguments of another one belongs to that', () => {
    class User extends Module.define({ inner: fields.module(Dense) }) {
      call(input: Tensor): Tensor {
        return this.inner.call(input);
      }
    }
    class Net extends Module.define({}) {
      user!: User;
      setup(): void {
        this.user = new User({ inner: dense(2) });
      }
      call(input: Tensor): Tensor {
        return this.user.call(input);
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['user/inner']);
  });
});

describe('when setup runs', () => {
  class Counting extends Module.define({ runs: z.custom<{ count: number }>(() => true) }) {
    layer!: Dense;
    setup(): void {
      this.runs.count++;
      this.layer = dense(2);
    }
    call(input: Tensor): Tensor {
      return this.twice(this.layer.call(input));
    }
    twice(input: Tensor): Tensor {
      return this.layer.call(input);
    }
    plain(n: number): number {
      return n + 1;
    }
  }
  /** A record is copied into a module, a function is not. */
  class Tally {
    count = 0;
  }

  it('once for a bound module, before its first method', () => {
    const runs = new Tally();
    const model = new Counting({ runs });
    const variables = model.init(key, [x]);
    expect(runs.count).toBe(1);
    const bound = model.bind(variables);
    expect(runs.count).toBe(1);
    bound.call(x);
    bound.call(x);
    expect(runs.count).toBe(2);
  });
  it('when an attribute that it sets is read', () => {
    const runs = new Tally();
    const bound = new Counting({ runs }).bind({});
    expect(bound.layer.features).toBe(2);
    expect(runs.count).toBe(1);
  });
  it('not for a module that is unbound, whose plain methods work', () => {
    const runs = new Tally();
    expect(new Counting({ runs }).plain(1)).toBe(2);
    expect(runs.count).toBe(0);
  });
  it('not to print a module', () => {
    const runs = new Tally();
    expect(String(new Counting({ runs }).bind({}))).toContain('Counting(');
    expect(runs.count).toBe(0);
  });
  it('also that of a submodule whose attribute is read', () => {
    class Outer extends Module.define({}) {
      inner!: AutoEncoder;
      setup(): void {
        this.inner = new AutoEncoder();
      }
      call(input: Tensor): Tensor {
        return this.inner.encoder.call(input);
      }
    }
    expect(kernels(new Outer().init(key, [x]))).toEqual(['inner/encoder']);
  });
  it('`super.setup()` is part of it', () => {
    class Base extends Module.define({}) {
      first!: Dense;
      setup(): void {
        this.first = dense(2);
      }
    }
    class Net extends Base {
      second!: Dense;
      override setup(): void {
        super.setup();
        this.second = dense(3);
      }
      call(input: Tensor): Tensor {
        return this.second.call(this.first.call(input));
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['first', 'second']);
  });
  it('by hand it is an error', () => {
    expect(() => new AutoEncoder().setup()).toThrow(CallSetupUnboundModuleError);
  });
});

describe('what setup makes', () => {
  it('is there on a bound module, and out of reach on an unbound one', () => {
    const model = new AutoEncoder();
    const variables = model.init(key, [x]);
    expect(model.bind(variables).encoder.call(x).shape).toEqual([1, 1]);
    expect(thrown(() => model.encoder)).toMatchObject({ constructor: UnboundAttributeError, attribute: 'encoder', owner: 'AutoEncoder' });
  });
  it('of a submodule without a name is out of reach in setup', () => {
    class Net extends Module.define({}) {
      setup(): void {
        void new AutoEncoder().encoder;
      }
      call(): void {}
    }
    expect(() => new Net().init(key, [])).toThrow(UnboundAttributeError);
  });
  it('may be parameters and variables', () => {
    class Net extends Module.define({}) {
      w!: Tensor;
      setup(): void {
        this.w = this.param('weight', initializers.ones, [2]);
      }
      call(input: Tensor): Tensor {
        return mul(input, this.w);
      }
    }
    expect(valuesAt(new Net().init(key, [x]), 'params/weight')).toEqual([1, 1]);
  });
  it('and a compact method together make one module', () => {
    class Net extends Module.define({}) {
      static compact = ['call'];
      first!: Dense;
      setup(): void {
        this.first = dense(3);
      }
      call(input: Tensor): Tensor {
        return dense(4).call(this.first.call(input));
      }
    }
    expect(kernels(new Net().init(key, [x]))).toEqual(['Dense_0', 'first']);
    expect(shapeAt(new Net().init(key, [x]), 'params/Dense_0/kernel')).toEqual([3, 4]);
  });
  it('lists are frozen copies', () => {
    class Net extends Module.define({}) {
      sizes!: number[];
      setup(): void {
        const sizes = [1, 2];
        this.sizes = sizes;
        sizes.push(3);
      }
      call(): number[] {
        return this.sizes;
      }
    }
    const sizes = new Net().apply({}, []);
    expect(sizes).toEqual([1, 2]);
    expect(() => sizes.push(3)).toThrow(TypeError);
  });
});

describe('what may happen where', () => {
  it('attributes of the constructor cannot be set in setup', () => {
    class Net extends Module.define({ size: z.int() }) {
      setup(): void {
        Reflect.set(this, 'size', 3);
      }
      call(): void {}
    }
    expect(thrown(() => new Net({ size: 2 }).init(key, []))).toMatchObject({ constructor: SetAttributeInModuleSetupError, attribute: 'size' });
  });
  it('nothing can be set in a compact or in a plain method of a bound module', () => {
    class Net extends Module.define({ size: z.int() }) {
      static compact = ['compact'];
      late!: number;
      setup(): void {}
      call(): void {
        this.late = 3;
      }
      compact(): void {
        Reflect.set(this, 'size', 3);
      }
    }
    const net = new Net({ size: 2 });
    expect(thrown(() => net.init(key, []))).toMatchObject({ constructor: SetAttributeFrozenModuleError, attribute: 'late' });
    expect(thrown(() => net.init(key, [], { method: 'compact' }))).toMatchObject({ constructor: SetAttributeFrozenModuleError, attribute: 'size' });
    expect(() => Reflect.set(net.bind({}), 'late', 1)).toThrow(SetAttributeFrozenModuleError);
    expect(() => Reflect.deleteProperty(net, 'size')).toThrow(SetAttributeFrozenModuleError);
  });
  it('an unbound module keeps its attributes, and may be given other properties', () => {
    const model = new AutoEncoder();
    expect(() => Reflect.set(model, 'latent', 3)).toThrow(SetAttributeFrozenModuleError);
    model.setups = 4;
    expect(model.setups).toBe(4);
  });
  it('parameters, variables and submodules need setup or a compact method', () => {
    class Net extends Module.define({}) {
      setup(): void {}
      call(): void {}
      makesParam(): unknown {
        return this.param('w', initializers.ones, [2]);
      }
      makesVariable(): unknown {
        return this.variable('state', 'w', () => ones([2]));
      }
      makesSubmodule(): unknown {
        return dense(2);
      }
    }
    const net = new Net();
    expect(thrown(() => net.init(key, [], { method: 'makesParam' }))).toMatchObject({ constructor: DeclarationError, kind: 'param', declaredName: 'w' });
    expect(thrown(() => net.init(key, [], { method: 'makesVariable' }))).toMatchObject({ constructor: DeclarationError, kind: 'variable' });
    expect(thrown(() => net.init(key, [], { method: 'makesSubmodule' }))).toMatchObject({ constructor: AssignSubModuleError, submodule: 'Dense', owner: 'Net' });
    expect(() => net.makesSubmodule()).toThrow(AssignSubModuleError);
    expect(() => net.makesParam()).toThrow(DeclarationError);
  });
  it('keys, variables and intermediates are there in plain methods too', () => {
    class Net extends Module.define({}) {
      setup(): void {}
      call(input: Tensor): unknown {
        this.putVariable('state', 'seen', input);
        this.sow('intermediates', 'h', input);
        return [this.hasVariable('state', 'seen'), this.getVariable('state', 'seen'), this.getVariable('state', 'other'), this.makeRng('noise').shape];
      }
    }
    const [result, updates] = new Net().apply({}, [x], { rngs: { noise: key }, mutable: true });
    expect(result).toMatchObject([true, x, undefined, [2]]);
    expect(pathsOf(updates)).toEqual(['intermediates/h', 'state/seen']);
  });
  it('a class field cannot be a submodule', () => {
    class Net extends Module.define({}) {
      layer = new Dense({ features: 2 });
    }
    expect(() => new Net()).toThrow(AssignSubModuleError);
  });
});
