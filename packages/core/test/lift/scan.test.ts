import { add, CarryError, concatenate, expandDims, grad, mul, ones, random, sum, tanh, tensor, Tensor, trace, zeros } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AxisSizeError, lift, LiftArgumentError, LiftedStructureError, Module, SharedValueError, type Variables } from '../../src/index.js';
import { Dense, pathsOf, Scale, shapeAt, valuesAt } from '../layers.js';
import { Calls, counting, KeyStep } from './models.js';

const perStep = { variableAxes: { params: 0 }, splitRngs: { params: true } } as const;
const shared = { variableBroadcast: 'params', splitRngs: { params: false } } as const;

/** h' = tanh(Dense([h, x])), which is also the output. */
class Cell extends Module.define({ features: z.int().default(2) }) {
  call(h: Tensor, x: Tensor): [Tensor, Tensor] {
    const next = tanh(new Dense({ features: this.features }).call(concatenate([h, x], -1)));
    return [next, next];
  }
}

class Block extends Module.define({}) {
  call(x: Tensor): [Tensor, null] {
    return [tanh(new Dense({ features: 2 }).call(x)), null];
  }
}

/** Carries a sum and returns it at every step. */
class Running extends Module.define({}) {
  call(c: Tensor, x: Tensor): [Tensor, Tensor] {
    const next = add(c, x);
    return [next, next];
  }
}

describe('scan over time', () => {
  it('computes what a loop over the steps computes with the same variables', () => {
    const xs = counting(4, 3);
    const [[last, ys], variables] = new (lift.scan(Cell, shared))().initWithOutput(random.key(0), [zeros([2]), xs]);
    let h: Tensor = zeros([2]);
    const rows: unknown[] = [];
    for (const x of xs) {
      [h] = new Cell().apply(variables, [h, x]);
      rows.push(h.toArray());
    }
    expect(ys.toArray()).toEqual(rows);
    expect(last.toArray()).toEqual(h.toArray());
  });

  it('takes steps from any axis, counted from the end too, and puts results there', () => {
    const model = new (lift.scan(Running, { inAxes: -1, outAxes: -1 }))();
    const [, ys] = model.apply({}, [zeros([2]), counting(2, 3)]);
    expect(ys.toArray()).toEqual([[1, 3, 6], [4, 9, 15]]);
  });

  it('runs from the last step to the first with `reverse`', () => {
    const [, ys] = new (lift.scan(Running, { reverse: true }))().apply({}, [tensor(0), tensor([1, 2, 3])]);
    expect(ys.toArray()).toEqual([6, 5, 3]);
  });

  it('gives a broadcast argument whole to every step', () => {
    class Scaled extends Module.define({}) {
      call(c: Tensor, x: Tensor, factor: Tensor): [Tensor, Tensor] {
        return [add(c, mul(x, factor)), sum(factor)];
      }
    }
    const model = new (lift.scan(Scaled, { inAxes: [0, lift.broadcast], outAxes: lift.broadcast }))();
    const [c, total] = model.apply({}, [zeros([2]), counting(3, 2), tensor([1, 10])]);
    expect(c.toArray()).toEqual([9, 120]);
    expect(total.toArray()).toBe(11);
  });

  it('refuses a broadcast result that depends on a step', () => {
    const model = new (lift.scan(Running, { outAxes: lift.broadcast }))();
    expect(() => model.apply({}, [tensor(0), tensor([1, 2])])).toThrow(SharedValueError);
  });

  it('refuses arguments of several lengths, and none', () => {
    const model = lift.scan((_: Module, c: Tensor, x: Tensor, y: Tensor) => [add(c, add(sum(x), sum(y))), null] as const);
    class Net extends Module.define({ lengths: z.array(z.int()) }) {
      call(): unknown {
        return model(this, tensor(0), ...(this.lengths.map((n) => ones([n])) as [Tensor, Tensor]));
      }
    }
    expect(() => new Net({ lengths: [2, 3] }).apply({}, [])).toThrow(AxisSizeError);
    expect(() => new (lift.scan(Block, perStep))().init(random.key(0), [ones([2])])).toThrow(/give `length`/);
  });

  it('refuses a carry that changes its shape, its dtype or its tree', () => {
    class Bad extends Module.define({ next: z.custom<(c: Tensor) => unknown>(() => true) }) {
      call(c: Tensor): unknown {
        return [this.next(c), null];
      }
    }
    const run = (next: (c: Tensor) => unknown): unknown => new (lift.scan(Bad, { length: 2 }))({ next }).apply({}, [ones([2])]);
    expect(() => run((c) => expandDims(c, 0))).toThrow(CarryError);
    expect(() => run((c) => add(c, ones([2], 'float64')))).toThrow(CarryError);
    expect(() => run((c) => [c, c])).toThrow(LiftedStructureError);
  });

  it('refuses a body that returns no pair', () => {
    class Single extends Module.define({}) {
      call(c: Tensor): Tensor {
        return c;
      }
    }
    expect(() => new (lift.scan(Single, { length: 2 }))().apply({}, [ones([2])])).toThrow(LiftArgumentError);
  });
});

describe('scan over layers', () => {
  it('stacks the parameters of the layers along the axis', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new (lift.scan(Block, { ...perStep, length: 5 }))().call(x)[0];
      }
    }
    const variables = new Net().init(random.key(0), [ones([2])]);
    expect(pathsOf(variables)).toEqual(['params/ScanBlock_0/Dense_0/bias', 'params/ScanBlock_0/Dense_0/kernel']);
    expect(shapeAt(variables, 'params/ScanBlock_0/Dense_0/kernel')).toEqual([5, 2, 2]);
  });

  it('makes shared parameters once, before the loop', () => {
    const variables = new (lift.scan(Block, { ...shared, length: 5 }))().init(random.key(0), [ones([2])]);
    expect(shapeAt(variables, 'params/Dense_0/kernel')).toEqual([2, 2]);
    expect(valuesAt(variables, 'params/Dense_0/kernel')).toEqual(valuesAt(new Block().init(random.key(0), [ones([2])]), 'params/Dense_0/kernel'));
  });

  it('carries a counter from step to step', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return lift.scan((self: Net, c: Tensor) => [self.count(c), null] as const, { variableCarry: 'counter', length: 3 })(this, x)[0];
      }
      static readonly compact = ['count'];
      count(c: Tensor): Tensor {
        return new Calls().call(c);
      }
    }
    const [, updates] = new Net().apply({ counter: { Calls_0: { n: tensor(4) } } }, [ones([2])], { mutable: ['counter'] });
    expect(valuesAt(updates, 'counter/Calls_0/n')).toBe(7);
  });

  it('refuses to carry a variable that is not there before', () => {
    class Step extends Module.define({}) {
      call(c: Tensor): [Tensor, null] {
        return [new Calls().call(c), null];
      }
    }
    expect(() => new (lift.scan(Step, { variableCarry: 'counter', length: 3 }))().init(random.key(0), [ones([2])])).toThrow(LiftedStructureError);
  });

  it('refuses a broadcast variable that depends on a step', () => {
    class Step extends Module.define({}) {
      call(c: Tensor): [Tensor, null] {
        this.variable('state', 'seen', () => c);
        return [c, null];
      }
    }
    expect(() => new (lift.scan(Step, { variableBroadcast: 'state', length: 2 }))().init(random.key(0), [ones([2])])).toThrow(/"state\/seen"/);
  });

  it('a parameter of `setup` is scanned too', () => {
    class WithSetup extends Module.define({}) {
      scale!: Scale;
      setup(): void {
        this.scale = new Scale();
      }
      call(x: Tensor): [Tensor, null] {
        return [this.scale.call(x), null];
      }
    }
    expect(shapeAt(new (lift.scan(WithSetup, { ...perStep, length: 3 }))().init(random.key(0), [ones([2])]), 'params/scale/w')).toEqual([3, 2]);
  });

  it('names what a scanned method declares as one run of it does', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const [first] = lift.scan((_: Net, c: Tensor) => [new Scale().call(c), null] as const, { ...perStep, length: 3 })(this, x);
        return new Scale().call(first);
      }
    }
    expect(Object.keys(new Net().init(random.key(0), [ones([2])])['params']!).sort()).toEqual(['Scale_0', 'Scale_1']);
  });

  it('runs what was in rows as a vmapped module with the same parameters would in one step', () => {
    const x = counting(3, 2);
    const variables = new (lift.vmap(Dense, perStep))({ features: 2 }).init(random.key(0), [x]);
    class Rows extends Module.define({}) {
      call(x0: Tensor): Tensor {
        return lift.scan((_: Rows, c: null, one: Tensor) => [c, new Dense({ features: 2 }).call(one)] as const, perStep)(this, null, x0)[1];
      }
    }
    const rows = new Rows().apply({ params: { Dense_0: variables['params']! } }, [x]);
    expect(rows.toArray()).toEqual(new (lift.vmap(Dense, perStep))({ features: 2 }).apply(variables, [x]).toArray());
  });
});

describe('random keys under scan', () => {
  const options = { ...perStep, length: 2 } as const;

  // From Flax 0.12.8, key(0).
  it('the body is traced twice, so that the first key of a scanned module has counter 2', () => {
    expect(valuesAt(new (lift.scan(KeyStep, options))().init(random.key(0), [ones([3])]), 'params/k')).toEqual([[1601249043, 231280760], [3000265626, 3704303680]]);
  });

  it('without the check it is traced once', () => {
    expect(valuesAt(new (lift.scan(KeyStep, { ...options, checkConstancyInvariants: false }))().init(random.key(0), [ones([3])]), 'params/k')).toEqual([[58147272, 3331382373], [2456923375, 1475677105]]);
  });

  it('broadcast variables come from the first trace', () => {
    expect(valuesAt(new (lift.scan(KeyStep, { ...shared, length: 2 }))().init(random.key(0), [ones([3])]), 'params/k')).toEqual([1428664606, 3351135085]);
  });
});

describe('the program of a scan', () => {
  it('is one loop, however many steps', () => {
    const model = new (lift.scan(Block, { ...perStep, length: 50 }))();
    const variables = model.init(random.key(0), [ones([2])]);
    const { program } = trace((x) => [model.apply(variables, [x])[0]], [ones([2])]);
    expect(program.equations.map(({ primitive }) => primitive)).toEqual(['scan']);
  });

  it('has `unroll` steps in each turn of its loop, and the rest after it', () => {
    const turns = (unroll: number | boolean): unknown[] => {
      const model = new (lift.scan(Block, { ...perStep, length: 7, unroll }))();
      const variables = model.init(random.key(0), [ones([2])]);
      const { equations } = trace((x) => [model.apply(variables, [x])[0]], [ones([2])]).program;
      return equations.filter(({ primitive }) => primitive === 'scan').map(({ params }) => (params as { length: unknown }).length);
    };
    expect([1, 2, 3, 7, 10, true, false].map(turns)).toEqual([[7], [3], [2], [], [], [], [7]]);
    expect(() => turns(0)).toThrow(/`unroll` must be a positive whole number or a boolean/);
  });

  it('has the values of the loop with any `unroll`: results, stacked and carried variables, keys of the steps, in both directions', () => {
    class Step extends Module.define({}) {
      call(h: Tensor, x: Tensor): [Tensor, Tensor] {
        const total = this.variable<Tensor>('state', 'total', () => zeros([2]));
        const next = tanh(new Dense({ features: 2 }).call(add(add(h, x), random.uniform(this.makeRng('noise'), [2]))));
        total.value = add(total.value, next);
        return [next, total.value];
      }
    }
    for (const reverse of [false, true]) {
      const run = (unroll: number): unknown => {
        const model = new (lift.scan(Step, { variableAxes: { params: 0 }, variableCarry: 'state', splitRngs: { params: true, noise: true }, outAxes: 1, reverse, unroll }))();
        const xs = counting(5, 2);
        const state = { total: ones([2]) };
        const [, { params }] = model.apply({ state }, [zeros([2]), xs], { rngs: { params: random.key(0), noise: random.key(1) }, mutable: ['params', 'state'] });
        const variables = { params: params!, state };
        const [[last, ys], updates] = model.apply(variables, [zeros([2]), xs], { rngs: { noise: random.key(2) }, mutable: ['state'] });
        const gradient = grad((given: Tensor) => sum(model.apply(variables, [given, xs], { rngs: { noise: random.key(2) }, mutable: ['state'] })[0][1]))(zeros([2]));
        return [last, ys, shapeAt(variables, 'params/Dense_0/kernel'), valuesAt(variables, 'params/Dense_0/kernel'), valuesAt(updates, 'state/total'), gradient].map((one) => (one instanceof Tensor ? one.toArray() : one));
      };
      const looped = run(1);
      for (const unroll of [2, 3, 5]) expect(run(unroll)).toEqual(looped);
    }
  });

  it('has the gradient of the loop written out', () => {
    const model = new (lift.scan(Cell, shared))();
    const xs = counting(3, 2);
    const variables = model.init(random.key(0), [zeros([2]), xs]);
    const looped = grad((given: Variables) => sum(model.apply(given, [zeros([2]), xs])[0]))(variables);
    const unrolled = grad((given: Variables) => sum([...xs].reduce<Tensor>((h, x) => new Cell().apply(given, [h, x])[0], zeros([2]))))(variables);
    const [found, wanted] = [looped, unrolled].map((gradient) => (valuesAt(gradient, 'params/Dense_0/kernel') as number[][]).flat());
    found!.forEach((value, i) => expect(value).toBeCloseTo(wanted![i]!, 6));
  });
});
