/** Rules of the lifted transformations that the tests in `test/lift` do not state. */
import { add, exp, initializers, log, mul, neg, ones, random, sub, sum, tensor, tree, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fields, lift, Module, Partitioned, tensorAt, unbox, withPartitioning, type Variables } from '../../src/index.js';
import { Counter, Dense, pathsOf, Scale, valuesAt, wordsOf } from '../layers.js';

const key = random.key(0);
const x = ones([1, 2]);

describe('a module that a transformed one holds twice', () => {
  class Two extends Module.define({ m1: fields.module(Dense), m2: fields.module(Dense) }) {
    call(input: Tensor): Tensor {
      return this.m2.call(this.m1.call(input));
    }
  }
  class Net extends Module.define({}) {
    call(input: Tensor): Tensor {
      const shared = new Dense({ features: 2, useBias: false });
      return new (lift.jit(Two))({ m1: shared, m2: shared }).call(input);
    }
  }
  it('is one module inside too', () => {
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/Dense_0/kernel']);
  });
});

describe('valueAndGrad', () => {
  class Holder extends Module.define({ inner: fields.module(Scale), counters: z.array(fields.module(Counter)) }) {
    call(input: Tensor): Tensor {
      return sum(this.inner.call(this.counters.reduce((y, counter) => counter.call(y), input)));
    }
  }
  class Net extends Module.define({}) {
    call(input: Tensor): [Tensor, Tensor] {
      const holder = new Holder({ inner: new Scale({}, { name: 'scale' }), counters: [new Counter({}, { name: 'counter' })] });
      const [value, [byInput]] = lift.valueAndGrad((module: Holder, y: Tensor) => module.call(y), holder, [input]);
      return [value, byInput];
    }
  }
  it('of a module that holds others has their variables, and keeps what they write', () => {
    const variables: Variables = { params: { scale: { w: tensor([2, 3]) } }, state: { counter: { count: tensor(0, { dtype: 'float32' }) } } };
    const [[value, byInput], updates] = new Net().apply(variables, [ones([2])], { mutable: ['state'] });
    expect([value.item(), byInput.toArray(), valuesAt(updates, 'state/counter/count')]).toEqual([10, [2, 3], 1]);
  });
});

describe('parameters as values', () => {
  /** An invertible map, of which both directions have the parameters (flax/tests/core/design/core_flow_test.py). */
  class Flow extends Module.define({}) {
    shift!: Tensor;
    scale!: Tensor;
    setup(): void {
      this.shift = this.param('shift', initializers.normal({ stddev: 1 }), [2]);
      this.scale = this.param('scale', initializers.normal({ stddev: 1 }), [2]);
    }
    call(input: Tensor): Tensor {
      return add(mul(input, exp(this.scale)), this.shift);
    }
    inverse(output: Tensor): Tensor {
      return mul(sub(output, this.shift), exp(neg(this.scale)));
    }
    logDeterminant(): Tensor {
      return sum(log(exp(this.scale)));
    }
  }
  it('serve every method of their module', () => {
    const flow = new Flow().bind(new Flow().init(key, [x]));
    const back = flow.inverse(flow.call(x)).toArray() as number[][];
    expect(back[0]![0]).toBeCloseTo(1, 6);
    expect(Number(flow.logDeterminant().item())).toBeCloseTo(Number(sum(flow.scale).item()), 6);
  });
});

describe('a module with setup that a jitted class is given', () => {
  class SetupKey extends Module.define({}) {
    setup(): void {
      this.param('k', (drawn: Tensor) => drawn);
    }
    call(input: Tensor): Tensor {
      return input;
    }
  }
  class Holder extends Module.define({ inner: fields.module(SetupKey) }) {
    call(input: Tensor): Tensor {
      return this.inner.call(input);
    }
  }
  const keyIn = (lifted: typeof Holder): number[] => {
    class Net extends Module.define({}) {
      call(input: Tensor): Tensor {
        return new lifted({ inner: new SetupKey() }).call(input);
      }
    }
    return wordsOf(tensorAt(new Net().init(key, [x]), 'params/SetupKey_0/k'));
  };
  it.each([['jit', lift.jit(Holder)], ['foldRngs', lift.foldRngs(Holder)]])('has the keys of its own path, since its setup runs before: %s', (_, lifted) => {
    expect(keyIn(lifted)).toEqual(keyIn(Holder));
  });
});

describe('a jitted method', () => {
  class Draws extends Module.define({ handsOver: z.boolean() }) {
    call(): number[] {
      const count = this.variable<Tensor>('state', 'count', () => tensor(0));
      const draw = lift.jit((module: Draws, _: unknown) => module.makeRng('noise'));
      return wordsOf(draw(this, this.handsOver ? count : null));
    }
  }
  it('draws the same keys whether or not it is given a reference of its own module', () => {
    const drawn = (handsOver: boolean): number[] => new Draws({ handsOver }).initWithOutput({ noise: key }, [])[0];
    expect(drawn(true)).toEqual(drawn(false));
  });
});

describe('mapVariables', () => {
  const named = withPartitioning(initializers.ones, ['in', 'out']);
  const twice = (collections: Variables): Variables => tree.map((leaf: Tensor) => mul(leaf, 2), collections as Tree<Tensor>) as Variables;
  it('keeps the names of axes through functions of every tensor, and forgets them where they are taken off', () => {
    const stored = (transOut: (collections: Variables) => Variables): Variables =>
      new (lift.mapVariables(Dense, { mappedCollections: 'params', transOut, init: true }))({ features: 2, useBias: false, kernelInit: named }).init(key, [x]);
    expect(stored(twice)['params']!['kernel']).toMatchObject({ names: ['in', 'out'] });
    expect(valuesAt(stored(twice), 'params/kernel')).toEqual([[4, 4], [4, 4]]);
    expect(stored(unbox)['params']!['kernel']).not.toBeInstanceOf(Partitioned);
  });
});
