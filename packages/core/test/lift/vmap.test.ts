import { add, mean, ones, random, stack, sub, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AxisSizeError, DenyList, InvalidRngError, lift, Module, ModifyScopeVariableError, ScopeCollectionNotFound, ScopeParamNotFoundError, SharedValueError, tensorAt } from '../../src/index.js';
import { Dense, pathsOf, Scale, shapeAt, valuesAt } from '../layers.js';
import { Calls, counting, KeyParam, Total } from './models.js';

const perExample = { variableAxes: { params: 0 }, splitRngs: { params: true } } as const;

describe('vmap of a class', () => {
  it('gives every example parameters of its own', () => {
    const Ensemble = lift.vmap(Dense, perExample);
    const [y, variables] = new Ensemble({ features: 4 }).initWithOutput(random.key(0), [ones([3, 5, 2])]);
    expect(shapeAt(variables, 'params/kernel')).toEqual([3, 2, 4]);
    expect(shapeAt(variables, 'params/bias')).toEqual([3, 4]);
    expect(y.shape).toEqual([3, 5, 4]);
  });

  it('computes what its members compute one by one', () => {
    const x = counting(2, 1, 3);
    const ensemble = new (lift.vmap(Dense, perExample))({ features: 2 });
    const variables = ensemble.init(random.key(1), [x]);
    const kernels = valuesAt(variables, 'params/kernel') as number[][][];
    const rows = x.toArray() as number[][][];
    const wanted = rows.map((input, i) => kernels[i]![0]!.map((_, k) => input[0]!.reduce((sum, value, j) => sum + value * kernels[i]![j]![k]!, 0)));
    const found = ensemble.apply(variables, [x]).toArray() as number[][][];
    found.flat(2).forEach((value, i) => expect(value).toBeCloseTo(wanted.flat()[i]!, 4));
  });

  it('names its modules after the transformation and the class', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const Wide = lift.vmap(Dense, perExample);
        return new Wide({ features: 2 }).call(new Wide({ features: 2 }).call(x));
      }
    }
    expect(Object.keys(new Net().init(random.key(0), [ones([2, 2])])['params']!).sort()).toEqual(['VmapDense_0', 'VmapDense_1']);
  });

  it('shares parameters that have no axis', () => {
    const shared = new (lift.vmap(Dense, { variableAxes: { params: null }, splitRngs: { params: false } }))({ features: 4 });
    expect(shapeAt(shared.init(random.key(0), [ones([3, 2])]), 'params/kernel')).toEqual([2, 4]);
  });

  it('does not give the method collections that are not listed', () => {
    const model = new (lift.vmap(Scale, { splitRngs: { params: true } }))();
    expect(() => model.init(random.key(0), [ones([3, 2])])).toThrow(ScopeCollectionNotFound);
  });

  it('does not give the method streams that are not listed', () => {
    const model = new (lift.vmap(Scale, { variableAxes: { params: 0 } }))();
    expect(() => model.init(random.key(0), [ones([3, 2])])).toThrow(InvalidRngError);
  });

  it('takes filters in the place of names, of which the first that matches counts', () => {
    const model = new (lift.vmap(Scale, { variableAxes: [[new DenyList('state'), 1], [true, 0]], splitRngs: [[true, true]] }))();
    expect(shapeAt(model.init(random.key(0), [ones([3, 2])]), 'params/w')).toEqual([2, 3]);
  });

  it('maps arguments and results along the axes given', () => {
    class Minus extends Module.define({}) {
      call(x: Tensor, y: Tensor): Tensor {
        return sub(x, y);
      }
    }
    const model = new (lift.vmap(Minus, { inAxes: [1, null], outAxes: -1 }))();
    expect(model.apply({}, [counting(2, 3), tensor([1, 1])]).toArray()).toEqual([[0, 1, 2], [3, 4, 5]]);
  });

  it('maps only the tensors of an argument that its tree of axes names, and leaves plain data as they are', () => {
    class Affine extends Module.define({}) {
      call(at: { x: Tensor; shift: Tensor; twice: boolean }): Tensor {
        return add(at.twice ? add(at.x, at.x) : at.x, at.shift);
      }
    }
    const model = new (lift.vmap(Affine, { inAxes: [{ x: 0, shift: null }] }))();
    expect(model.apply({}, [{ x: tensor([1, 2]), shift: tensor(10), twice: true }]).toArray()).toEqual([12, 14]);
  });

  it('runs as many examples as `axisSize` says where nothing is mapped', () => {
    const model = new (lift.vmap(Scale, { ...perExample, inAxes: null, axisSize: 4 }))();
    expect(shapeAt(model.init(random.key(0), [ones([2])]), 'params/w')).toEqual([4, 2]);
  });

  it('refuses mapped axes of several sizes, and of none', () => {
    class Sum extends Module.define({}) {
      call(x: Tensor, y: Tensor): Tensor {
        return add(x, y);
      }
    }
    expect(() => new (lift.vmap(Sum))().apply({}, [ones([2]), ones([3])])).toThrow(AxisSizeError);
    expect(() => new (lift.vmap(Sum, { inAxes: null }))().apply({}, [ones([2]), ones([2])])).toThrow(/give `axisSize`/);
  });

  it('refuses a shared variable that differs between examples, by name', () => {
    const model = new (lift.vmap(Total, { variableAxes: { state: null } }))();
    expect(() => model.init(random.key(0), [counting(3)])).toThrow(SharedValueError);
    expect(() => model.init(random.key(0), [counting(3)])).toThrow(/"state\/total"/);
  });

  it('writes a shared variable that comes out the same for all examples', () => {
    const model = new (lift.vmap(Calls, { variableAxes: { counter: null } }))();
    expect(valuesAt(model.init(random.key(0), [ones([3])]), 'counter/n')).toBe(1);
  });

  it('writes a shared counter that a loop carries beside the examples', () => {
    class Loop extends Module.define({}) {
      call(x: Tensor): Tensor {
        const n = this.variable<Tensor>('counter', 'n', () => tensor(0));
        const [[last, count]] = lift.scan((_: Loop, [y, i]: readonly [Tensor, Tensor]) => [[add(y, 1), add(i, 1)], null] as const, { length: 3 })(this, [x, n.value]);
        n.value = count;
        return last;
      }
    }
    const [y, variables] = new (lift.vmap(Loop, { variableAxes: { counter: null } }))().initWithOutput(random.key(0), [counting(2)]);
    expect(y.toArray()).toEqual([4, 5]);
    expect(valuesAt(variables, 'counter/n')).toBe(3);
  });

  it('keeps state for each example', () => {
    const model = new (lift.vmap(Total, { variableAxes: { state: 0 } }))();
    const variables = model.init(random.key(0), [counting(3)]);
    const [, updates] = model.apply(variables, [counting(3)], { mutable: ['state'] });
    expect(valuesAt(updates, 'state/total')).toEqual([2, 4, 6]);
  });

  it('lets state in without letting it out, and out without letting it in', () => {
    const read = new (lift.vmap(Total, { variableAxes: { state: { in: 0 } } }))();
    expect(() => read.apply({ state: { total: counting(2) } }, [counting(2)], { mutable: ['state'] })).toThrow(ModifyScopeVariableError);
    const written = new (lift.vmap(Total, { variableAxes: { state: { out: 0 } } }))();
    const [, updates] = written.apply({ state: { total: counting(2) } }, [counting(2)], { mutable: ['state'] });
    expect(valuesAt(updates, 'state/total')).toEqual([1, 2]);
  });

  it('runs `setup` inside, for every example', () => {
    class WithSetup extends Module.define({}) {
      weight!: Tensor;
      setup(): void {
        this.weight = this.param('test', () => ones([]));
      }
      call(x: Tensor): Tensor {
        return add(x, this.weight);
      }
    }
    expect(shapeAt(new (lift.vmap(WithSetup, perExample))().init(random.key(0), [ones([4])]), 'params/test')).toEqual([4]);
  });

  it('names the parameter and the scope when one is missing inside', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new (lift.vmap(Scale, perExample))({}, { name: 'scales' }).call(x);
      }
    }
    expect(() => new Net().apply({ params: { scales: { other: ones([3, 2]) } } }, [ones([3, 2])])).toThrow(ScopeParamNotFoundError);
    expect(() => new Net().apply({ params: { scales: { other: ones([3, 2]) } } }, [ones([3, 2])])).toThrow(/"w".*"\/scales"/);
  });

  it('nests, the inner one having the inner axis', () => {
    const Grid = lift.vmap(lift.vmap(Scale, perExample), perExample);
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new Grid().call(x);
      }
    }
    const variables = new Net().init(random.key(0), [ones([3, 4, 2])]);
    expect(shapeAt(variables, 'params/VmapVmapScale_0/w')).toEqual([3, 4, 2]);
  });
});

describe('methods', () => {
  class Pair extends Module.define({ features: z.int().default(2) }) {
    encoder!: Dense;
    decoder!: Dense;
    setup(): void {
      this.encoder = new Dense({ features: this.features });
      this.decoder = new Dense({ features: 3 });
    }
    encode(x: Tensor): Tensor {
      return this.encoder.call(x);
    }
    decode(x: Tensor): Tensor {
      return this.decoder.call(x);
    }
    call(x: Tensor): Tensor {
      return this.decode(this.encode(x));
    }
  }

  it('transforms the methods that are named, and leaves the others', () => {
    const model = new (lift.vmap(Pair, { ...perExample, methods: ['encode'] }))();
    const variables = model.init(random.key(0), [ones([4, 3])]);
    expect(shapeAt(variables, 'params/encoder/kernel')).toEqual([4, 3, 2]);
    expect(shapeAt(variables, 'params/decoder/kernel')).toEqual([2, 3]);
  });

  it('transforms each method by options of its own', () => {
    const model = new (lift.vmap(Pair, { methods: { encode: { ...perExample, inAxes: 1 }, decode: { ...perExample, outAxes: 1 } } }))();
    const [y, variables] = model.initWithOutput(random.key(0), [ones([3, 4])]);
    expect(shapeAt(variables, 'params/encoder/kernel')).toEqual([4, 3, 2]);
    expect(y.shape).toEqual([3, 4]);
  });

  it('a function of the module has the module as its first argument and adds no scope', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return lift.vmap((self: Net, y: Tensor) => self.inner(y), perExample)(this, x);
      }
      static readonly compact = ['inner'];
      inner(y: Tensor): Tensor {
        return new Dense({ features: 2, useBias: false }).call(y);
      }
    }
    const variables = new Net().init(random.key(0), [ones([3, 4, 4])]);
    expect(pathsOf(variables)).toEqual(['params/Dense_0/kernel']);
    expect(shapeAt(variables, 'params/Dense_0/kernel')).toEqual([3, 4, 2]);
  });

  it('a method of a class may stand as the function', () => {
    class Net extends Module.define({}) {
      static readonly compact = ['inner'];
      inner(this: Net, y: Tensor): Tensor {
        return new Scale().call(y);
      }
      call(x: Tensor): unknown {
        const inner: unknown = Net.prototype.inner;
        return lift.vmap(inner as (module: Net, y: Tensor) => Tensor, perExample)(this, x);
      }
    }
    expect(shapeAt(new Net().init(random.key(0), [ones([3, 2])]), 'params/Scale_0/w')).toEqual([3, 2]);
  });
});

describe('random keys under vmap', () => {
  // From Flax 0.12.8: nn.vmap of a module that stores the key of its parameter, initialised with key(0).
  it('example i uses split(base, n)[i], and the path inside is folded into that', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new (lift.vmap(KeyParam, perExample))({}, { name: 'VmapP_0' }).call(x);
      }
    }
    expect(valuesAt(new (lift.vmap(KeyParam, perExample))().init(random.key(0), [ones([3])]), 'params/k')).toEqual([
      [58147272, 3331382373],
      [2456923375, 1475677105],
      [1288500895, 3260415612],
    ]);
    expect(valuesAt(new Net().init(random.key(0), [ones([3])]), 'params/VmapP_0/k')).toEqual([
      [3389794530, 3871377186],
      [1179987769, 1475010677],
      [1391753039, 3407837181],
    ]);
  });

  it('a stream that is not split gives all examples the key of the plain module', () => {
    const same = new (lift.vmap(KeyParam, { variableAxes: { params: 0 }, splitRngs: { params: false } }))();
    const key = [1428664606, 3351135085];
    expect(valuesAt(same.init(random.key(0), [ones([2])]), 'params/k')).toEqual([key, key]);
  });
});

describe('two ways to map a model over data', () => {
  class Centered extends Module.define({}) {
    call(x: Tensor): Tensor {
      return sub(new Dense({ features: 2 }).call(x), mean(x));
    }
  }

  it('a shared model mapped by the class gives what mapping its apply by hand gives', () => {
    const x = counting(3, 2);
    const mapped = new (lift.vmap(Centered, { variableAxes: { params: null }, splitRngs: { params: false } }))();
    const variables = mapped.init(random.key(0), [x]);
    const rows = [0, 1, 2].map((i) => new Centered().apply(variables, [tensor((x.toArray() as number[][])[i]!)]));
    expect(mapped.apply(variables, [x]).toArray()).toEqual(stack(rows).toArray());
    expect(tensorAt(variables, 'params/Dense_0/kernel').shape).toEqual([2, 2]);
  });
});
