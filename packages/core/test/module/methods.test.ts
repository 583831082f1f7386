import { add, initializers, ones, random, spec, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  apply,
  ApplyModuleInvalidMethodError,
  CallCompactUnboundModuleError,
  fields,
  init,
  initWithOutput,
  interceptMethods,
  InvalidModuleClassError,
  InvalidScopeError,
  Module,
  ScopeParamNotFoundError,
  SymbolicParamShapeError,
  UnboundAttributeError,
  UnboundModuleError,
  UnknownOptionError,
} from '../../src/index.js';
import { thrown } from '../errors.js';
import { Dense, pathsOf, shapeAt } from '../layers.js';

const key = random.key(0);
const x = ones([1, 2]);
const dense = (features: number): Dense => new Dense({ features, useBias: false });

class AutoEncoder extends Module.define({ latent: z.int().default(1), head: fields.module(Dense).optional() }) {
  encoder!: Dense;
  decoder!: Dense;
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

describe('the method that runs', () => {
  const model = new AutoEncoder();
  const variables = model.init(key, [x]);
  const encoded = model.bind(variables).encode(x).toArray();

  it('may be named', () => {
    expect(model.apply(variables, [x], { method: 'encode' }).toArray()).toEqual(encoded);
  });
  it('may be a function of the module', () => {
    expect(model.apply(variables, [x], { method: (m, input: Tensor) => m.encode(input) }).toArray()).toEqual(encoded);
  });
  it('may be an attribute that is a module', () => {
    const withHead = new AutoEncoder({ head: dense(5) });
    const made = withHead.init(key, [x], { method: 'head' });
    expect(shapeAt(made, 'params/head/kernel')).toEqual([2, 5]);
    expect(withHead.apply(made, [x], { method: 'head' }).shape).toEqual([1, 5]);
  });
  it('must exist, and the nearest one is suggested', () => {
    const method = 'encod' as 'encode';
    const error = thrown(() => model.apply(variables, [x], { method }));
    expect(error).toBeInstanceOf(ApplyModuleInvalidMethodError);
    expect(error).toMatchObject({ message: expect.stringContaining('Did you mean "encode"?') as unknown });
  });
  it('cannot be a value, nor what only setup makes', () => {
    expect(() => model.apply(variables, [x], { method: 'latent' as 'encode' })).toThrow(ApplyModuleInvalidMethodError);
    expect(() => model.apply(variables, [x], { method: 3 as never })).toThrow(ApplyModuleInvalidMethodError);
    expect(() => model.apply(variables, [x], { method: 'toString' as 'encode' })).toThrow(ApplyModuleInvalidMethodError);
    expect(() => model.apply(variables, [x], { method: 'encoder' })).toThrow(UnboundAttributeError);
  });
  it('is `call` by default, which a class need not have', () => {
    class NoCall extends Module.define({}) {
      static compact = ['encode'];
      encode(input: Tensor): Tensor {
        return dense(3).call(input);
      }
    }
    expect(() => new NoCall().init(key, [x] as never)).toThrow(ApplyModuleInvalidMethodError);
    expect(pathsOf(new NoCall().init(key, [x], { method: 'encode' }))).toEqual(['params/Dense_0/kernel']);
  });
  it('creates the parameters that it uses and no others', () => {
    const part = model.init(key, [x], { method: 'encode' });
    expect(pathsOf(part)).toEqual(['params/encoder/kernel']);
    expect(thrown(() => model.apply(part, [x]))).toMatchObject({ constructor: ScopeParamNotFoundError, path: '/decoder' });
  });
  it('takes the arguments as they are, and its result comes back as it is', () => {
    class Echo extends Module.define({}) {
      call(...args: unknown[]): unknown[] {
        return args;
      }
    }
    const value = { a: x };
    const result = new Echo().apply({}, [x, value, 'text', undefined]);
    expect([result.length, result[0] === x, result[1] === value, result[2]]).toEqual([4, true, true, 'text']);
  });
  it('has no options but those it has', () => {
    expect(thrown(() => model.apply(variables, [x], { mutabel: true } as never))).toMatchObject({ constructor: UnknownOptionError, option: 'mutabel' });
    expect(() => model.init(key, [x], { rngs: key } as never)).toThrow(UnknownOptionError);
    expect(() => model.bind(variables, { mutabel: true } as never)).toThrow(/Did you mean "mutable"/);
    expect(() => new AutoEncoder({}, { nam: 'a' } as never)).toThrow(/Did you mean "name"/);
  });
});

describe('compact methods', () => {
  it('cannot be called on an unbound module; plain ones that need nothing can', () => {
    class Net extends Module.define({ n: z.int() }) {
      call(input: Tensor): Tensor {
        return dense(this.n).call(input);
      }
      static compact = ['other'];
      other(input: Tensor): Tensor {
        return input;
      }
      double(): number {
        return 2 * this.n;
      }
    }
    const net = new Net({ n: 3 });
    expect(thrown(() => net.call(x))).toMatchObject({ constructor: CallCompactUnboundModuleError, method: 'call', owner: 'Net' });
    expect(() => net.other(x)).toThrow(CallCompactUnboundModuleError);
    expect(net.double()).toBe(6);
  });
  it('`call` is not one in a class with `setup`, its own or inherited', () => {
    class Base extends Module.define({}) {
      setup(): void {}
    }
    class Net extends Base {
      call(): string {
        return 'plain';
      }
    }
    expect(new Net().call()).toBe('plain');
  });
  it('`static compact` holds for overriding methods too, and may list `call`', () => {
    class Base extends Module.define({}) {
      static compact = ['call', 'encode'];
      setup(): void {}
      call(input: Tensor): Tensor {
        return this.encode(input);
      }
      encode(input: Tensor): Tensor {
        return dense(3).call(input);
      }
    }
    class Net extends Base {
      override encode(input: Tensor): Tensor {
        return dense(4).call(super.encode(input));
      }
    }
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/Dense_0/kernel', 'params/Dense_1/kernel']);
  });
  it('cannot be async: what they declare would belong to whatever runs after an `await`', () => {
    class Late extends Module.define({}) {
      async call(input: Tensor): Promise<Tensor> {
        return dense(3).call(input);
      }
    }
    expect(() => new Late().init(key, [x])).toThrow(InvalidModuleClassError);
  });
  it('names in `static compact` and `static nowrap` must be methods that the class itself defines', () => {
    class Wrong extends Module.define({}) {
      static compact = ['encode'];
    }
    class AlsoWrong extends Module.define({}) {
      static nowrap = ['helper'];
    }
    class Inherits extends AutoEncoder {
      static compact = ['encode'];
    }
    expect(() => new Wrong()).toThrow(InvalidModuleClassError);
    expect(() => new Inherits()).toThrow(InvalidModuleClassError);
    expect(() => new AlsoWrong()).toThrow(/"helper"/);
  });
});

describe('what is wrapped', () => {
  it('not methods in `static nowrap`: they work on what is running', () => {
    class Helper extends Module.define({}) {
      static nowrap = ['makeDense'];
      setup(): void {}
      call(): void {}
      makeDense(): Dense {
        return dense(2);
      }
    }
    class Net extends Module.define({}) {
      call(input: Tensor): Tensor {
        return new Helper().makeDense().call(input);
      }
    }
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/Dense_0/kernel']);
  });
  it('not accessors, whose errors come through', () => {
    class Net extends Module.define({ n: z.int() }) {
      #twice = 2;
      get double(): number {
        return this.#twice * this.n;
      }
      get broken(): number {
        throw new RangeError('from the getter');
      }
      set triple(value: number) {
        this.#twice = value;
      }
    }
    const net = new Net({ n: 3 });
    net.triple = 3;
    expect(net.double).toBe(9);
    expect(() => net.broken).toThrow(RangeError);
  });
  it('a method keeps its name and its length', () => {
    const model = new AutoEncoder();
    expect([model.encode.name, model.encode.length]).toEqual(['encode', 1]);
  });
  it('a class may be built at run time, its methods too', () => {
    const build = (name: string, features: number): Module => {
      class Built extends Module.define({}) {
        static moduleName = name;
      }
      Object.defineProperty(Built.prototype, 'call', { configurable: true, value: (input: Tensor) => dense(features).call(input) });
      return new Built();
    };
    expect(pathsOf(build('Made', 3).init(key, [x]))).toEqual(['params/Dense_0/kernel']);
    expect(String(build('Made', 3))).toBe('Made()');
  });
});

describe('unbound modules', () => {
  it.each<[string, (m: Module) => unknown]>([
    ['hasVariable', (m) => m.hasVariable('params', 'w')],
    ['getVariable', (m) => m.getVariable('params', 'w')],
    ['putVariable', (m) => m.putVariable('params', 'w', x)],
    ['makeRng', (m) => m.makeRng()],
    ['hasRng', (m) => m.hasRng('params')],
    ['isMutableCollection', (m) => m.isMutableCollection('params')],
    ['isInitializing', (m) => m.isInitializing()],
    ['sow', (m) => m.sow('intermediates', 'h', x)],
    ['perturb', (m) => m.perturb('h', x)],
    ['variables', (m) => m.variables],
    ['path', (m) => m.path],
  ])('have no %s', (_, use) => {
    expect(thrown(() => use(new AutoEncoder()))).toMatchObject({ constructor: UnboundModuleError, owner: 'AutoEncoder' });
  });
});

describe('the state of what runs', () => {
  class Throws extends Module.define({}) {
    call(input: Tensor): Tensor {
      dense(3).call(input);
      throw new Error('on purpose');
    }
  }
  it('is restored when a method throws', () => {
    expect(() => new Throws().init(key, [x])).toThrow('on purpose');
    const orphan = dense(2);
    expect(orphan.scope).toBeUndefined();
    expect(pathsOf(orphan.init(key, [x]))).toEqual(['params/kernel']);
  });
  it('is restored when setup or an interceptor throws', () => {
    class Broken extends Module.define({}) {
      setup(): void {
        throw new Error('in setup');
      }
      call(): void {}
    }
    expect(() => new Broken().init(key, [])).toThrow('in setup');
    expect(() => interceptMethods(() => { throw new Error('intercepted'); }, () => dense(2).init(key, [x]))).toThrow('intercepted');
    expect(pathsOf(dense(2).init(key, [x]))).toEqual(['params/kernel']);
  });
  it('a module that leaks out of `apply` is of no use', () => {
    let leaked: Dense | undefined;
    class Leaking extends Module.define({}) {
      call(input: Tensor): Tensor {
        leaked = dense(2);
        return leaked.call(input);
      }
    }
    new Leaking().init(key, [x]);
    expect(() => leaked!.call(x)).toThrow(InvalidScopeError);
  });
  it('a module may be initialized inside another one', () => {
    class Net extends Module.define({}) {
      call(input: Tensor): Tensor {
        const [y, variables] = dense(3).clone({}, { parent: null }).initWithOutput(key, [input]);
        expect(pathsOf(variables)).toEqual(['params/kernel']);
        return new Dense({ features: 2 }).call(y);
      }
    }
    // The first layer is a submodule too, by construction, though it never runs here.
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/Dense_1/bias', 'params/Dense_1/kernel']);
  });
});

describe('the free functions', () => {
  const model = new AutoEncoder();
  const both = (m: AutoEncoder, input: Tensor): Tensor => m.decode(m.encode(input));

  it('run any function of a module', () => {
    const variables = init(both, model)(key, [x]);
    expect(pathsOf(variables)).toEqual(['params/decoder/kernel', 'params/encoder/kernel']);
    const [y, again] = initWithOutput(both, model)(key, [x]);
    expect(apply(both, model)(variables, [x]).toArray()).toEqual(y.toArray());
    expect(pathsOf(again)).toEqual(pathsOf(variables));
  });
  it('return updates with `mutable`', () => {
    const count = (m: AutoEncoder): void => m.putVariable('state', 'n', x);
    const [, updates] = apply(count, model, { mutable: ['state'] })({}, []);
    expect(pathsOf(updates)).toEqual(['state/n']);
  });
});

describe('interceptMethods', () => {
  it('sees every method of every module, setup first', () => {
    const seen: string[] = [];
    const model = new AutoEncoder();
    interceptMethods((next, args, { module, method }) => {
      seen.push(`${module.path.join('/')}:${method}`);
      return next(...args);
    }, () => model.init(key, [x]));
    expect(seen).toEqual([':setup', ':call', ':encode', 'encoder:call', ':decode', 'decoder:call']);
  });
  it('may change arguments and results, and need not call the method', () => {
    const doubled = interceptMethods((next, [input]) => add(next(add(input as Tensor, 1)) as Tensor, 10), () => new Identity().apply({}, [x]));
    expect(doubled.toArray()).toEqual([[12, 12]]);
    expect(interceptMethods(() => x, () => dense(5).apply({}, [x]))).toBe(x);
  });
  it('the one entered last is nearest to the method', () => {
    const order: string[] = [];
    const note = (name: string) => (next: (...args: unknown[]) => unknown, args: readonly unknown[]): unknown => {
      order.push(`${name} in`);
      const y = next(...args);
      order.push(`${name} out`);
      return y;
    };
    interceptMethods(note('A'), () => interceptMethods(note('B'), () => new Identity().apply({}, [x])));
    expect(order).toEqual(['A in', 'B in', 'B out', 'A out']);
  });
  it('`super.call` is a call of its own', () => {
    let calls = 0;
    interceptMethods((next, args) => (calls++, next(...args)), () => new Heir().apply({}, [x]));
    expect(calls).toBe(2);
  });
  it('the context has the method without interceptors', () => {
    const y = interceptMethods((_, args, { original }) => original(...args), () => new Identity().apply({}, [x]));
    expect(y).toBe(x);
  });

  class Identity extends Module.define({}) {
    call(input: Tensor): Tensor {
      return input;
    }
  }
  class Heir extends Identity {
    override call(input: Tensor): Tensor {
      return super.call(input);
    }
  }
});

describe('parameters that depend on the input', () => {
  it('have its shape, and an input of another shape is an error of the shape', () => {
    const variables = dense(3).init(key, [x]);
    expect(thrown(() => dense(3).apply(variables, [ones([1, 5])]))).toMatchObject({ paramName: 'kernel', path: '/', expected: [5, 3], found: [2, 3] });
  });
  it('cannot depend on a symbolic axis', () => {
    const symbolic = (): unknown => dense(3).lazyInit(key, [spec('float32', [2, 'features'])]);
    expect(thrown(symbolic)).toMatchObject({ constructor: SymbolicParamShapeError, paramName: 'kernel', path: '/' });
    expect(pathsOf(dense(3).lazyInit(key, [spec('float32', ['batch', 2])]))).toEqual(['params/kernel']);
  });
  it('may be trees made by one function of a key', () => {
    class Net extends Module.define({}) {
      call(): Tensor[] {
        const { a, b } = this.param('tree', (k) => ({ a: initializers.normal()(k, [2]), b: ones([1]) }));
        return [a, b];
      }
    }
    const variables = new Net().init(key, []);
    expect(pathsOf(variables)).toEqual(['params/tree/a', 'params/tree/b']);
    expect(new Net().apply(variables, []).map((part) => part.shape)).toEqual([[2], [1]]);
  });
});
