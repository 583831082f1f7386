import { add, checkpointPolicies, ConcretizationError, grad, mul, ones, printProgram, random, sum, tanh, tensor, trace, tree, valueAndGrad, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fields, lift, LiftArgumentError, Module, type Variables } from '../../src/index.js';
import { Dense, shapeAt, valuesAt } from '../layers.js';
import { Calls, counting, KeyParam } from './models.js';

class Block extends Module.define({}) {
  call(x: Tensor): Tensor {
    return new Dense({ features: 2 }).call(tanh(new Dense({ features: 3 }).call(x)));
  }
}

class TwoKeys extends Module.define({}) {
  call(x: Tensor): Tensor {
    this.param('a', (key: Tensor) => key);
    this.param('b', (key: Tensor) => key);
    return x;
  }
}

/** `inner` in a module of its own. */
class Outer extends Module.define({ layer: fields.module() }) {
  call(x: Tensor): unknown {
    return (this.layer as KeyParam).call(x);
  }
}

describe('remat', () => {
  it('has the variables, values and gradients of the plain module', () => {
    const [plain, rematerialised] = [new Block(), new (lift.remat(Block))()];
    const x = counting(4, 2);
    const variables = plain.init(random.key(0), [x]);
    expect(valuesAt(rematerialised.init(random.key(0), [x]), 'params/Dense_0/kernel')).toEqual(valuesAt(variables, 'params/Dense_0/kernel'));
    expect(rematerialised.apply(variables, [x]).toArray()).toEqual(plain.apply(variables, [x]).toArray());
    const gradient = (model: Block): unknown => valuesAt(grad((given: Variables) => sum(model.apply(given, [x])))(variables), 'params/Dense_0/kernel');
    expect(gradient(rematerialised)).toEqual(gradient(plain));
  });

  it('computes intermediate values anew, but for those that the policy keeps', () => {
    const x = counting(4, 2);
    const variables = new Block().init(random.key(0), [x]);
    /** How often tanh is computed in the value and the gradient. */
    const tanhs = (model: Block): number => {
      const { leaves, structure } = tree.flatten<Tensor>(variables as tree.Tree<Tensor>);
      const { program } = trace((...inputs) => {
        const loss = (given: Variables): Tensor => sum(model.apply(given, [x]));
        const [value, gradient] = valueAndGrad(loss)(tree.unflatten(structure, inputs) as Variables);
        return [value, ...tree.leaves<Tensor>(gradient as tree.Tree<Tensor>)];
      }, leaves);
      return printProgram(program).split('= tanh').length - 1;
    };
    expect(tanhs(new Block())).toBe(1);
    expect(tanhs(new (lift.remat(Block))())).toBe(2);
    expect(tanhs(new (lift.remat(Block, { policy: 'everything_saveable' }))())).toBe(1);
    expect(tanhs(new (lift.remat(Block, { policy: checkpointPolicies.everythingSaveable }))())).toBe(1);
    expect(tanhs(new (lift.remat(Block, { policy: 'dotsSaveable' }))())).toBe(2);
  });

  it('refuses a policy that does not exist, and names those that do', () => {
    const run = (): unknown => new (lift.remat(Block, { policy: 'dots_savable' }))().init(random.key(0), [counting(4, 2)]);
    expect(run).toThrow(LiftArgumentError);
    expect(run).toThrow(/no policy "dots_savable"; there are everythingSaveable, nothingSaveable, dotsSaveable/);
  });

  it('writes what the module writes, once', () => {
    class Counter extends Module.define({}) {
      call(x: Tensor): Tensor {
        const count = this.variable<Tensor>('stats', 'count', () => tensor(0));
        count.value = add(count.value, 1);
        return mul(x, 2);
      }
    }
    const [y, updates] = new (lift.remat(Counter))().apply({ stats: { count: tensor(4) } }, [tensor(3)], { mutable: ['stats'] });
    expect([y.item(), valuesAt(updates, 'stats/count')]).toEqual([6, 5]);
  });

  it('traces its tensors, but for arguments that are static', () => {
    class Power extends Module.define({}) {
      call(x: Tensor, n: Tensor): Tensor {
        return Array.from({ length: Number(n.item()) }).reduce<Tensor>((product) => mul(product, x), ones([]));
      }
    }
    expect(new (lift.remat(Power, { staticArgnums: 2 }))().apply({}, [tensor(3), tensor(2)]).item()).toBe(9);
    expect(() => new (lift.remat(Power))().apply({}, [tensor(3), tensor(2)])).toThrow(ConcretizationError);
  });

  it('is `checkpoint`, and names its classes so', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new (lift.checkpoint(Dense))({ features: 2 }).call(x);
      }
    }
    expect(Object.keys(new Net().init(random.key(0), [ones([2])])['params']!)).toEqual(['CheckpointDense_0']);
  });

  it('leaves arguments that are no tensors as they are', () => {
    class Chosen extends Module.define({}) {
      call(x: Tensor, twice: boolean): Tensor {
        return twice ? add(x, x) : x;
      }
    }
    expect(new (lift.remat(Chosen, { staticArgnums: [2] }))().apply({}, [tensor(3), true]).item()).toBe(6);
  });
});

describe('rematScan', () => {
  it('stacks the parameters of nested loops, one axis for each', () => {
    class Big extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new (lift.rematScan(Dense, { lengths: [3, 4] }))({ features: 8 }, { name: 'stack' }).call(x);
      }
    }
    const [y, variables] = new Big().initWithOutput(random.key(0), [ones([2, 8])]);
    expect(shapeAt(variables, 'params/stack/kernel')).toEqual([3, 4, 8, 8]);
    expect(shapeAt(variables, 'params/stack/bias')).toEqual([3, 4, 8]);
    expect(y.shape).toEqual([2, 8]);
  });

  // From Flax 0.12.8: nn.remat_scan(..., lengths=(2, 2)), key(0).
  it('draws the keys of nested scans', () => {
    const variables = new (lift.rematScan(KeyParam, { lengths: [2, 2] }))().init(random.key(0), [ones([3])]);
    expect(valuesAt(variables, 'params/k')).toEqual([
      [[2698775544, 3146647213], [1923007582, 527047624]],
      [[555422074, 67690981], [2876444769, 887433184]],
    ]);
  });
});

describe('jit', () => {
  it('applies as the plain module does', () => {
    const variables = new Block().init(random.key(0), [ones([2])]);
    expect(new (lift.jit(Block))().apply(variables, [ones([2])]).toArray()).toEqual(new Block().apply(variables, [ones([2])]).toArray());
  });

  // From Flax 0.12.8, key(0).
  it('draws a key, which is the base key inside, where the path starts anew and the counter goes on', () => {
    const variables = new (lift.jit(TwoKeys))().init(random.key(0), [ones([3])]);
    expect(valuesAt(variables, 'params/a')).toEqual([3415337556, 2613856557]);
    expect(valuesAt(variables, 'params/b')).toEqual([343698759, 2868956879]);
  });

  it('under a name draws the key of that path', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new (lift.jit(KeyParam))({}, { name: 'JitP_0' }).call(x);
      }
    }
    expect(valuesAt(new Net().init(random.key(0), [ones([3])]), 'params/JitP_0/k')).toEqual([2342616022, 2351522762]);
  });

  it('foldRngs has the keys of jit', () => {
    const keys = (model: TwoKeys): unknown => valuesAt(model.init(random.key(7), [ones([3])]), 'params/b');
    expect(keys(new (lift.foldRngs(TwoKeys))())).toEqual(keys(new (lift.jit(TwoKeys))()));
  });

  it('gives the same keys each time it is applied', () => {
    class Noise extends Module.define({}) {
      call(): Tensor {
        return this.makeRng('noise');
      }
    }
    const model = new (lift.jit(Noise))();
    const draw = (): unknown => model.apply({}, [], { rngs: { noise: random.key(3) } }).toArray();
    expect(draw()).toEqual(draw());
  });

  it('draws another key for each call', () => {
    class Twice extends Module.define({}) {
      call(): [Tensor, Tensor] {
        const noise = lift.jit((self: Twice) => self.makeRng('noise'));
        return [noise(this), noise(this)];
      }
    }
    const [first, second] = new Twice().apply({}, [], { rngs: { noise: random.key(3) } });
    expect(first.toArray()).not.toEqual(second.toArray());
  });

  it('keeps what is sown inside', () => {
    class Sower extends Module.define({}) {
      call(x: Tensor): Tensor {
        this.sow('intermediates', 'h', mul(x, 2));
        return x;
      }
    }
    const [, updates] = new (lift.jit(Sower))().apply({}, [tensor(3)], { mutable: ['intermediates'] });
    expect(valuesAt(updates, 'intermediates/h/0')).toBe(6);
  });

  it('runs the helpers of `setup`', () => {
    class Helped extends Module.define({}) {
      dense!: Dense;
      setup(): void {
        this.dense = this.make();
      }
      make(): Dense {
        return new Dense({ features: 2 });
      }
      call(x: Tensor): Tensor {
        return this.dense.call(x);
      }
    }
    expect(shapeAt(new (lift.jit(Helped))().init(random.key(0), [ones([3])]), 'params/dense/kernel')).toEqual([3, 2]);
  });

  it('does not give the function collections that the filter leaves out', () => {
    const model = new (lift.jit(Calls, { variables: 'params' }))();
    expect(() => model.init(random.key(0), [ones([2])])).toThrow(/"counter"/);
  });
});

describe('attributes', () => {
  it('a lifted module may be an attribute of another', () => {
    const model = new Outer({ layer: new (lift.vmap(KeyParam, { variableAxes: { params: 0 }, splitRngs: { params: true } }))() });
    expect(shapeAt(model.init(random.key(0), [ones([3])]), 'params/layer/k')).toEqual([3, 2]);
  });

  it('a lifted class keeps the attributes of its class', () => {
    const model = new (lift.jit(Dense))({ features: 5, useBias: false });
    expect(model.features).toBe(5);
    expect(() => new (lift.jit(Dense))({ features: -1 })).toThrow(/features/);
  });

  it('a lifted class may be extended', () => {
    class Doubled extends lift.vmap(Dense, { variableAxes: { params: 0 }, splitRngs: { params: true } }).define({ times: z.number().default(2) }) {
      override call(x: Tensor): Tensor {
        return mul(super.call(x), this.times);
      }
    }
    expect(shapeAt(new Doubled({ features: 2 }).init(random.key(0), [ones([3, 4])]), 'params/kernel')).toEqual([3, 4, 2]);
  });
});
