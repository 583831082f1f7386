import { add, equal, greater, less, mul, neg, ones, random, sum, tensor, trace, where, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { DenyList, InvalidRngError, lift, LiftedStructureError, Module, ModifyScopeVariableError } from '../../src/index.js';
import { Dense, valuesAt } from '../layers.js';

const noise = { rngs: { noise: random.key(0) } };

describe('whileLoop', () => {
  /** Adds the parameter `inc` to `state/acc` while that is below a limit, and 2 to the carry. */
  class Adder extends Module.define({}) {
    call(limit: Tensor): Tensor {
      this.param('inc', () => tensor(1));
      this.variable('state', 'acc', () => tensor(0));
      const acc = (self: Adder): Tensor => self.getVariable('state', 'acc') as Tensor;
      return lift.whileLoop(
        (self: Adder) => less(acc(self), limit),
        (self: Adder, c: Tensor) => {
          self.putVariable('state', 'acc', add(acc(self), self.getVariable('params', 'inc') as Tensor));
          return add(c, 2);
        },
        this,
        tensor(0),
        { carryVariables: 'state' },
      );
    }
  }

  it('carries variables and reads others', () => {
    const [c, variables] = new Adder().initWithOutput(random.key(0), [tensor(3)]);
    expect(c.item()).toBe(6);
    expect(valuesAt(variables, 'state/acc')).toBe(3);
  });

  it('runs no step where the condition does not hold at first', () => {
    const [c, variables] = new Adder().initWithOutput(random.key(0), [tensor(0)]);
    expect(c.item()).toBe(0);
    expect(valuesAt(variables, 'state/acc')).toBe(0);
  });

  it('takes a plain number as its carry', () => {
    class Net extends Module.define({}) {
      call(): unknown {
        return lift.whileLoop((_: Net, c: Tensor | number) => less(c, 5), (_: Net, c: Tensor | number) => mul(add(c, 1), 2), this, 0);
      }
    }
    expect((new Net().apply({}, []) as Tensor).item()).toBe(6);
  });

  it('refuses to write what it only reads', () => {
    class Net extends Module.define({}) {
      call(): Tensor {
        this.variable('state', 'acc', () => tensor(0));
        return lift.whileLoop(
          (_: Net, c: Tensor) => less(c, 2),
          (self: Net, c: Tensor) => {
            self.putVariable('state', 'acc', c);
            return add(c, 1);
          },
          this,
          tensor(0),
        );
      }
    }
    expect(() => new Net().init(random.key(0), [])).toThrow(ModifyScopeVariableError);
  });

  it('refuses variables that are made inside', () => {
    class Net extends Module.define({}) {
      call(): Tensor {
        return lift.whileLoop(
          (_: Net, c: Tensor) => less(c, 2),
          (self: Net, c: Tensor) => {
            self.putVariable('state', 'acc', c);
            return add(c, 1);
          },
          this,
          tensor(0),
          { carryVariables: true },
        );
      }
    }
    expect(() => new Net().init(random.key(0), [])).toThrow(LiftedStructureError);
  });

  class Keys extends Module.define({}) {
    run(split: boolean | DenyList, keyInCondition: boolean): Tensor {
      const splitRngs = typeof split === 'boolean' ? { noise: split } : ([[split, true]] as const);
      const [, keys] = lift.whileLoop(
        (self: Keys, [i]: readonly [Tensor, Tensor]) => {
          if (keyInCondition) self.makeRng('noise');
          return less(i, 2);
        },
        (self: Keys, [i, found]: readonly [Tensor, Tensor]) => {
          const key = self.makeRng('noise');
          const rows = tensor([[0], [1]]);
          return [add(i, 1), where(equal(rows, i), key, found)] as const;
        },
        this,
        [tensor(0), zeros([2, 2], 'uint32')] as const,
        { splitRngs },
      );
      return keys;
    }
  }

  // From Flax 0.12.8: make_rng in the condition and the body of nn.while_loop, key(0).
  it('folds the step into the keys of a split stream, and counts the condition first', () => {
    expect(new Keys().apply({}, [true, true], { ...noise, method: 'run' }).toArray()).toEqual([[1601249043, 231280760], [3000265626, 3704303680]]);
  });

  it('draws the same key at every step of a stream that is not split', () => {
    const key = [1428664606, 3351135085];
    expect(new Keys().apply({}, [false, false], { ...noise, method: 'run' }).toArray()).toEqual([key, key]);
  });

  it('takes filters of streams', () => {
    expect(() => new Keys().apply({}, [new DenyList('noise'), false], { ...noise, method: 'run' })).toThrow(InvalidRngError);
    expect(new Keys().apply({}, [new DenyList('params'), true], { ...noise, method: 'run' }).toArray()).toEqual([[1601249043, 231280760], [3000265626, 3704303680]]);
  });

  it('is one loop in a program', () => {
    class Net extends Module.define({}) {
      call(limit: Tensor): Tensor {
        return lift.whileLoop((_: Net, c: Tensor) => less(c, limit), (_: Net, c: Tensor) => add(c, 1), this, tensor(0));
      }
    }
    const { program } = trace((limit) => [new Net().apply({}, [limit])], [tensor(3)]);
    expect(program.equations.map(({ primitive }) => primitive)).toEqual(['whileLoop']);
  });
});

describe('cond', () => {
  /** Counts which branch ran; both share a layer but for the sign. */
  class Signed extends Module.define({}) {
    call(x: Tensor, isPositive: Tensor): Tensor {
      const onTrue = this.variable('state', 'true', () => tensor(0));
      const onFalse = this.variable('state', 'false', () => tensor(0));
      const dense = new Dense({ features: 2 });
      if (this.isInitializing()) dense.call(x);
      return lift.cond(
        isPositive,
        (_: Signed, { layer, count }) => {
          count.value = add(count.value, 1);
          return layer.call(x);
        },
        (_: Signed, { layer, other }) => {
          other.value = add(other.value, 1);
          return neg(layer.call(x));
        },
        this,
        [{ layer: dense, count: onTrue, other: onFalse }] as const,
      );
    }
  }

  it('runs the branch that the condition chooses, with its changes to variables', () => {
    const x = ones([1, 3]);
    const [y, variables] = new Signed().initWithOutput(random.key(0), [x, tensor(true)]);
    expect([valuesAt(variables, 'state/true'), valuesAt(variables, 'state/false')]).toEqual([1, 0]);
    const [z, updates] = new Signed().apply(variables, [x, tensor(false)], { mutable: ['state'] });
    expect([valuesAt(updates, 'state/true'), valuesAt(updates, 'state/false')]).toEqual([1, 1]);
    expect(z.toArray()).toEqual(neg(y).toArray());
  });

  it('refuses branches that leave different variables', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return lift.cond(greater(sum(x), 0), (_: Net, y: Tensor) => new Dense({ features: 3 }).call(y), (_: Net, y: Tensor) => y, this, [x]);
      }
    }
    expect(() => new Net().init(random.key(0), [ones([3])])).toThrow(LiftedStructureError);
  });

  // From Flax 0.12.8, key(0): the counters after each branch.
  it('traces both branches in order, and goes on counting after them', () => {
    class Keys extends Module.define({}) {
      call(isFirst: Tensor): [Tensor, Tensor] {
        const draw = (self: Keys): Tensor => self.makeRng('noise');
        return [lift.cond(isFirst, draw, draw, this, []), this.makeRng('noise')];
      }
    }
    const keys = (isFirst: boolean): unknown => new Keys().apply({}, [tensor(isFirst)], noise).map((key) => key.toArray());
    expect(keys(true)).toEqual([[1428664606, 3351135085], [2411773124, 4124888837]]);
    expect(keys(false)).toEqual([[3456700291, 3873160899], [2411773124, 4124888837]]);
  });

  it('is one choice in a program', () => {
    const variables = new Signed().init(random.key(0), [ones([1, 3]), tensor(true)]);
    const { program } = trace((choice) => [new Signed().apply(variables, [ones([1, 3]), choice], { mutable: ['state'] })[0]], [tensor(true)]);
    expect(program.equations.filter(({ primitive }) => primitive === 'switchCase')).toHaveLength(1);
  });
});

describe('switch', () => {
  class Heads extends Module.define({}) {
    heads!: readonly Dense[];
    setup(): void {
      this.heads = [new Dense({ features: 2 }), new Dense({ features: 2 }), new Dense({ features: 2 })];
    }
    call(x: Tensor, index: Tensor, initializeAll: boolean): Tensor {
      const branches = [0, 1, 2].map((i) => (self: Heads, y: Tensor): Tensor => self.heads[i]!.call(y));
      if (initializeAll && this.isInitializing()) for (const branch of branches) branch(this, x);
      return lift.switch(index, branches, this, [x]);
    }
  }

  it('runs the head at the index, clamped to those that exist', () => {
    const x = ones([1, 3]);
    const variables = new Heads().init(random.key(0), [x, tensor(0), true]);
    expect(Object.keys(variables['params']!).sort()).toEqual(['heads_0', 'heads_1', 'heads_2']);
    const head = (i: number): unknown => new Dense({ features: 2 }).apply({ params: variables['params']![`heads_${i}`] as Record<string, Tensor> }, [x]).toArray();
    expect(new Heads().apply(variables, [x, tensor(1), false]).toArray()).toEqual(head(1));
    expect(new Heads().apply(variables, [x, tensor(9), false]).toArray()).toEqual(head(2));
    expect(new Heads().apply(variables, [x, tensor(-4), false]).toArray()).toEqual(head(0));
  });

  it('says how to initialise heads of which a branch makes its own alone', () => {
    expect(() => new Heads().init(random.key(0), [ones([1, 3]), tensor(0), false])).toThrow(/isInitializing/);
  });

  // From Flax 0.12.8, key(0).
  it('traces all branches in order', () => {
    class Keys extends Module.define({}) {
      call(index: Tensor): [Tensor, Tensor] {
        const draw = (self: Keys): Tensor => self.makeRng('noise');
        return [lift.switch(index, [draw, draw, draw], this, []), this.makeRng('noise')];
      }
    }
    const keys = (index: number): unknown => new Keys().apply({}, [tensor(index)], noise).map((key) => key.toArray());
    expect(keys(0)).toEqual([[1428664606, 3351135085], [4278980902, 1922873063]]);
    expect(keys(2)).toEqual([[2411773124, 4124888837], [4278980902, 1922873063]]);
  });
});
