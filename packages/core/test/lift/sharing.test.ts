import { add, ones, random, tensor, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { bindScope, CallCompactUnboundModuleError, fields, initScope, InvalidScopeError, lift, Module, NameInUseError, TransformedMethodReturnValueError, TransformTargetError, UnboundModuleError, type Variable } from '../../src/index.js';
import { vmapScopes } from '../../src/lift/vmap.js';
import { whileLoop } from '../../src/lift/while-loop.js';
import { Dense, pathsOf, Scale, shapeAt, valuesAt } from '../layers.js';
import { Calls, counting, Total } from './models.js';

const perExample = { variableAxes: { params: 0 }, splitRngs: { params: true } } as const;

/** Calls the module that it holds. */
class Holder extends Module.define({ held: fields.module() }) {
  call(x: Tensor): Tensor {
    return (this.held as Dense).call(x);
  }
}

class Stateful extends Module.define({}) {
  call(x: Tensor): Tensor {
    return new (lift.jit(Calls))({}, { name: 'counter' }).call(x);
  }
}

describe('modules shared by transformed ones', () => {
  it('one stateful module in two transformed ones counts the calls of both', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const outer = new (lift.jit(Stateful))({}, { name: 'outer' });
        const Inner = lift.jit(Holder);
        return add(new Inner({ held: outer }, { name: 'inner1' }).call(x), new Inner({ held: outer }, { name: 'inner2' }).call(x));
      }
    }
    const variables = new Net().init(random.key(0), [ones([2])]);
    expect(valuesAt(variables, 'counter/outer/counter/n')).toBe(2);
    const [, updates] = new Net().apply(variables, [ones([2])], { mutable: ['counter'] });
    expect(valuesAt(updates, 'counter/outer/counter/n')).toBe(4);
  });

  it('so do the modules of a list', () => {
    class Both extends Module.define({ held: z.array(fields.module()) }) {
      call(x: Tensor): Tensor {
        return this.held.reduce((y, module) => (module as Stateful).call(y), x);
      }
    }
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const held = ['outer1', 'outer2'].map((name) => new Stateful({}, { name }));
        for (const name of ['inner1', 'inner2']) new (lift.jit(Both))({ held }, { name }).call(x);
        return x;
      }
    }
    const variables = new Net().init(random.key(0), [ones([2])]);
    expect([1, 2].map((i) => valuesAt(variables, `counter/outer${i}/counter/n`))).toEqual([2, 2]);
  });

  it('a module passed in is lifted along: its parameters get the axis', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const outer = new Dense({ features: 5 }, { name: 'outer' });
        const Inner = lift.vmap(Holder, perExample);
        return add(new Inner({ held: outer }).call(x), new Inner({ held: outer }).call(x));
      }
    }
    const [y, variables] = new Net().initWithOutput(random.key(0), [ones([3, 1, 2])]);
    expect(pathsOf(variables)).toEqual(['params/outer/bias', 'params/outer/kernel']);
    expect(shapeAt(variables, 'params/outer/kernel')).toEqual([3, 2, 5]);
    expect(y.shape).toEqual([3, 1, 5]);
  });

  it('and so is what it holds in turn', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new (lift.vmap(Holder, perExample))({ held: new Holder({ held: new Dense({ features: 3 }) }) }).call(x);
      }
    }
    expect(shapeAt(new Net().init(random.key(0), [ones([10, 10])]), 'params/Dense_0/kernel')).toEqual([10, 10, 3]);
  });

  it('modules made outside are adopted by a transformed one as by a plain one', () => {
    const model = new (lift.vmap(Holder, perExample))({ held: new Holder({ held: new Dense({ features: 3 }) }) });
    const variables = model.init(random.key(0), [ones([2, 4])]);
    expect(pathsOf(variables)).toEqual(['params/held/held/bias', 'params/held/held/kernel']);
    expect(model.apply(variables, [ones([2, 4])]).shape).toEqual([2, 3]);
  });

  it('a record of modules in a scan keeps its counters', () => {
    class Step extends Module.define({ held: z.record(z.string(), fields.module()) }) {
      call(c: Tensor, x: Tensor): [Tensor, Tensor] {
        return [(this.held['bar'] as Calls).call(c), (this.held['foo'] as Calls).call(x)];
      }
    }
    const attributes = { held: { foo: new Calls(), bar: new Calls() } };
    const variables = new Step(attributes).init(random.key(0), [ones([2]), ones([2])]);
    const scanned = new (lift.scan(Step, { variableCarry: 'counter' }))(attributes);
    const [, updates] = scanned.apply(variables, [ones([2]), ones([10, 2])], { mutable: ['counter'] });
    expect([valuesAt(updates, 'counter/held_bar/n'), valuesAt(updates, 'counter/held_foo/n')]).toEqual([11, 11]);
  });

  it('setup of an outer module runs where one of its submodules is transformed', () => {
    class Shared extends Module.define({}) {
      dense!: Dense;
      first!: Holder;
      second!: Holder;
      setup(): void {
        this.dense = new Dense({ features: 2 });
        this.first = new (lift.remat(Holder))({ held: this.dense });
        this.second = new (lift.remat(Holder))({ held: this.dense });
      }
      call(x: Tensor): Tensor {
        return this.second.call(this.first.call(x));
      }
    }
    expect(pathsOf(new Shared().init(random.key(0), [ones([2])]))).toEqual(['params/dense/bias', 'params/dense/kernel']);
  });
});

describe('modules and variables as arguments', () => {
  it('a variable reference may be an argument, and is written through', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const baz = this.variable<Tensor>('test', 'baz', () => zeros(x.shape));
        const write = (_: Net, y: Tensor, at: Variable<Tensor>): Tensor => (at.value = add(at.value, y));
        return lift.jit(write)(this, x, baz);
      }
    }
    const variables = new (lift.jit(Net))().init(random.key(0), [ones([1])]);
    expect(valuesAt(variables, 'test/baz')).toEqual([1]);
    expect(valuesAt(new (lift.jit(Net))().apply(variables, [ones([1])], { mutable: ['test'] })[1], 'test/baz')).toEqual([2]);
  });

  it('a variable reference may be an attribute, handed on', () => {
    class User extends Module.define({ at: z.custom<Variable<Tensor>>(() => true), depth: z.int() }) {
      call(x: Tensor): Tensor {
        if (this.depth > 0) return new (lift.jit(User))({ at: this.at, depth: this.depth - 1 }).call(x);
        this.at.value = add(this.at.value, x);
        return x;
      }
    }
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new (lift.jit(User))({ at: this.variable<Tensor>('test', 'baz', () => zeros(x.shape)), depth: 1 }).call(x);
      }
    }
    const variables = new Net().init(random.key(0), [ones([1])]);
    expect(valuesAt(variables, 'test/baz')).toEqual([1]);
    expect(valuesAt(new Net().apply(variables, [ones([1])], { mutable: ['test'] })[1], 'test/baz')).toEqual([2]);
  });

  it('a module may be an argument of a transformed function, which keeps its place', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const inner = new Total({}, { name: 'inner' });
        return lift.jit((_: Net, y: Tensor, module: Total) => lift.jit((__: Net, w: Tensor, last: Total) => last.call(w))(_, y, module))(this, x, inner);
      }
    }
    const variables = new Net().init(random.key(0), [ones([1])]);
    expect(valuesAt(variables, 'state/inner/total')).toEqual([1]);
    expect(valuesAt(new Net().apply(variables, [ones([1])], { mutable: ['state'] })[1], 'state/inner/total')).toEqual([2]);
  });

  it('a module may be an argument of a transformed class', () => {
    class Caller extends Module.define({}) {
      call(module: Scale, x: Tensor): Tensor {
        return module.call(x);
      }
    }
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new (lift.vmap(Caller, { ...perExample, inAxes: 0 }))().call(new Scale(), x);
      }
    }
    expect(shapeAt(new Net().init(random.key(0), [ones([3, 2])]), 'params/Scale_0/w')).toEqual([3, 2]);
  });

  it('what a transformed method wrote is there for the next call, and for those outside', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): unknown {
        const total = new Total();
        const add1 = lift.jit((_: Net, y: Tensor, module: Total) => module.call(y));
        add1(this, x, total);
        total.call(x);
        add1(this, x, total);
        return total.variables['state']!['total'];
      }
    }
    expect((new Net().initWithOutput(random.key(0), [tensor(2)])[0] as Tensor).item()).toBe(6);
  });
});

describe('names', () => {
  it('a transformed method goes on counting where the module was', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const y = new Scale().call(x);
        const z1 = lift.remat((_: Net, w: Tensor) => new Scale().call(w))(this, y);
        return new Scale().call(z1);
      }
    }
    expect(Object.keys(new Net().init(random.key(0), [ones([2])])['params']!).sort()).toEqual(['Scale_0', 'Scale_1', 'Scale_2']);
  });

  it('a submodule of `setup` keeps its name taken inside', () => {
    class Net extends Module.define({}) {
      a!: Dense;
      setup(): void {
        this.a = new Dense({ features: 2 });
      }
      static readonly compact = ['inner'];
      inner(x: Tensor): Tensor {
        this.param('a', () => ones([]));
        return this.a.call(x);
      }
      call(x: Tensor): Tensor {
        return lift.remat((self: Net, y: Tensor) => self.inner(y))(this, x);
      }
    }
    expect(() => new Net().init(random.key(0), [ones([2])])).toThrow(NameInUseError);
  });

  it('a lifted module may be called twice', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const layer = new (lift.vmap(Dense, perExample))({ features: 2 });
        return layer.call(layer.call(x));
      }
    }
    expect(Object.keys(new Net().init(random.key(0), [ones([3, 2])])['params']!)).toEqual(['VmapDense_0']);
  });
});

describe('targets', () => {
  it('are classes and functions, not modules', () => {
    expect(() => lift.vmap(new Scale() as never)).toThrow(TransformTargetError);
    expect(() => lift.jit('call' as never)).toThrow(TransformTargetError);
    class Net extends Module.define({}) {
      call(): unknown {
        return lift.cond(tensor(true), Scale as never, Scale as never, this, []);
      }
    }
    expect(() => new Net().apply({}, [])).toThrow(TransformTargetError);
  });

  it('give back what they are: a class of the same modules, a function of the same arguments', () => {
    expectTypeOf(lift.vmap(Dense)).toEqualTypeOf<typeof Dense>();
    expectTypeOf(lift.remat((_: Scale, x: Tensor, n: number) => [x, n] as const)).toEqualTypeOf<(_: Scale, x: Tensor, n: number) => readonly [Tensor, number]>();
    expect(new (lift.vmap(Dense))({ features: 2 })).toBeInstanceOf(Dense);
  });

  it('do not return modules or variable references', () => {
    class Net extends Module.define({ what: z.enum(['module', 'variable']) }) {
      call(): unknown {
        return lift.jit((self: Net) => [self.what === 'module' ? new Scale() : self.variable('state', 's', () => ones([]))])(this);
      }
    }
    expect(() => new Net({ what: 'module' }).init(random.key(0), [])).toThrow(TransformedMethodReturnValueError);
    expect(() => new Net({ what: 'variable' }).init(random.key(0), [])).toThrow(TransformedMethodReturnValueError);
  });

  it('need a bound module', () => {
    expect(() => new (lift.jit(Scale))().call(ones([2]))).toThrow(UnboundModuleError);
    expect(() => new Scale().call(ones([2]))).toThrow(CallCompactUnboundModuleError);
  });

  it('the scopes inside end with the transformation', () => {
    let leaked: Scale | undefined;
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return lift.jit((_: Net, y: Tensor) => {
          leaked = new Scale();
          return leaked.call(y);
        })(this, x);
      }
    }
    new Net().init(random.key(0), [ones([2])]);
    expect(() => leaked!.call(ones([2]))).toThrow(InvalidScopeError);
  });

  it('what is captured of the method and the bound module stays usable outside', () => {
    const model = new (lift.vmap(Dense, perExample))({ features: 2 });
    const x = counting(3, 4);
    const variables = model.init(random.key(0), [x]);
    expect(model.bind(variables).call(x).toArray()).toEqual(model.apply(variables, [x]).toArray());
  });
});

describe('scopes that are lifted together', () => {
  it('keep their relation', () => {
    initScope((scope) => {
      const inner = scope.push('a');
      const run = vmapScopes(([outside, inside]) => {
        expect(inside!.parent).toBe(outside);
        return null;
      }, {});
      return run([scope, inner], ones([1]));
    }, random.key(0));
    expect.assertions(1);
  });

  it('go on seeing one variable after it was written back', () => {
    class Net extends Module.define({}) {
      call(): unknown {
        const total = new Total({}, { name: 'a' });
        total.call(tensor(0));
        whileLoop((_: Net, x: Tensor) => x, (_: Net, x: Tensor) => x, this, tensor(false), { carryVariables: ['state'] });
        total.call(tensor(1));
        return [total.variables['state']!['total'], (this.variables['state']!['a'] as { total: Tensor }).total];
      }
    }
    const [inside, outside] = new Net().initWithOutput(random.key(0), [])[0] as [Tensor, Tensor];
    expect([inside.item(), outside.item()]).toEqual([1, 1]);
  });

  it('do not write to what the caller passed in', () => {
    const state = { total: tensor(1) };
    const scope = bindScope({ state }, { mutable: 'state' });
    vmapScopes(([inside]) => {
      inside!.putVariable('state', 'total', tensor(5));
      return null;
    }, { variableAxes: { state: null } })([scope], ones([2]));
    expect(state.total.item()).toBe(1);
    expect((scope.getVariable('state', 'total') as Tensor).item()).toBe(5);
  });
});
