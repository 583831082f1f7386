import { add, div, mean, mul, ones, random, sign, square, sqrt, sub, tensor, transpose, tree, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lift, Module, ModifyScopeVariableError, ScopeCollectionNotFound, ScopeParamNotFoundError, type Variables } from '../../src/index.js';
import { Dense, pathsOf, Scale, shapeAt, valuesAt } from '../layers.js';
import { counting, Total } from './models.js';

const onEach = (f: (x: Tensor) => Tensor) => (collections: Variables): Variables => tree.map(f, collections) as Variables;

describe('mapVariables', () => {
  it('shows the method its variables through a function', () => {
    const Bits = lift.mapVariables(Dense, { mappedCollections: 'params', transIn: onEach((x) => sign(x)), init: true });
    const x = ones([2, 4]);
    const [y, variables] = new Bits({ features: 3, useBias: false }).initWithOutput(random.key(0), [x]);
    expect(new Bits({ features: 3, useBias: false }).apply(variables, [x]).toArray()).toEqual(y.toArray());
    const kernel = valuesAt(variables, 'params/kernel') as number[][];
    expect(y.toArray()).toEqual([0, 1].map(() => [0, 1, 2].map((k) => kernel.reduce((total, weights) => total + Math.sign(weights[k]!), 0))));
  });

  it('with `init` stores what comes out of a second run, so that a function without inverse shows', () => {
    const Bits = lift.mapVariables(Dense, { mappedCollections: 'params', transIn: onEach((x) => sign(x)), init: true });
    const kernel = valuesAt(new Bits({ features: 3 }).init(random.key(0), [ones([1, 4])]), 'params/kernel') as number[][];
    expect(new Set(kernel.flat().map(Math.abs))).toEqual(new Set([1]));
  });

  it('ties a decoder to the transposed kernel of its encoder', () => {
    class Tied extends Module.define({ features: z.int(), latents: z.int() }) {
      run(x: Tensor, isDecoder: boolean): Tensor {
        const map = isDecoder ? onEach((kernel) => transpose(kernel)) : (collections: Variables): Variables => collections;
        const dense = (_: Tied, y: Tensor): Tensor => new Dense({ features: isDecoder ? this.features : this.latents, useBias: false }).call(y);
        return lift.mapVariables(dense, { mappedCollections: 'params', transIn: map, transOut: map, mutable: true })(this, x);
      }
      static readonly compact = ['run'];
      encode(x: Tensor): Tensor {
        return this.run(x, false);
      }
      decode(x: Tensor): Tensor {
        return this.run(x, true);
      }
      call(x: Tensor): Tensor {
        return this.decode(this.encode(x));
      }
      static readonly nowrap = ['call'];
    }
    const model = new Tied({ features: 4, latents: 5 });
    const variables = model.init(random.key(0), [ones([2, 4])]);
    expect(pathsOf(variables)).toEqual(['params/Dense_0/kernel']);
    expect(shapeAt(variables, 'params/Dense_0/kernel')).toEqual([4, 5]);
    expect(model.apply(variables, [ones([2, 5])], { method: 'decode' }).shape).toEqual([2, 4]);
  });

  it('standardises weights', () => {
    const standardise = onEach((kernel) => {
      const centered = sub(kernel, mean(kernel, { axis: 0 }));
      return div(centered, sqrt(mean(square(centered), { axis: 0 })));
    });
    const Standard = lift.mapVariables(Dense, { mappedCollections: 'params', transIn: standardise, init: true });
    const model = new Standard({ features: 2, useBias: false });
    const params = { params: { kernel: counting(3, 2) } };
    const eye = tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1]], { dtype: 'float32' });
    const seen = model.apply(params, [eye]).toArray() as number[][];
    for (const column of [0, 1]) {
      expect(seen.reduce((total, weights) => total + weights[column]!, 0)).toBeCloseTo(0, 5);
      expect(seen.reduce((total, weights) => total + weights[column]! ** 2, 0) / 3).toBeCloseTo(1, 5);
    }
  });

  it('stores changes through the way out, where they may be made', () => {
    const Halved = lift.mapVariables(Total, { mappedCollections: 'state', transIn: onEach((x) => mul(x, 2)), transOut: onEach((x) => mul(x, 0.5)), mutable: true });
    const [y, updates] = new Halved().apply({ state: { total: tensor(3) } }, [tensor(4)], { mutable: ['state'] });
    expect(y.item()).toBe(10);
    expect(valuesAt(updates, 'state/total')).toBe(5);
  });

  it('refuses to change mapped variables without a way out', () => {
    const Seen = lift.mapVariables(Total, { mappedCollections: 'state', transIn: onEach((x) => mul(x, 2)) });
    expect(() => new Seen().apply({ state: { total: tensor(3) } }, [tensor(4)], { mutable: ['state'] })).toThrow(ModifyScopeVariableError);
    expect(() => new (lift.mapVariables(Scale))().init(random.key(0), [ones([2])])).toThrow(ScopeCollectionNotFound);
  });

  it('keeps mapped parameters that are immutable while something else is mutable', () => {
    class Both extends Module.define({}) {
      call(x: Tensor): Tensor {
        this.sow('intermediates', 'x', x);
        return add(new Scale().call(x), 0);
      }
    }
    const model = new (lift.mapVariables(Both, { mappedCollections: 'params', transIn: onEach((x) => mul(x, 2)), init: true }))();
    expect(model.apply({ params: { Scale_0: { w: tensor([1, 2]) } } }, [ones([2])], { mutable: ['intermediates'] })[0].toArray()).toEqual([2, 4]);
    expect(() => model.apply({ params: { Scale_0: { v: ones([2]) } } }, [ones([2])])).toThrow(ScopeParamNotFoundError);
  });

  it('names its classes Map_variables', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        return new (lift.mapVariables(Scale, { init: true }))().call(x);
      }
    }
    expect(Object.keys(new Net().init(random.key(0), [ones([2])])['params']!)).toEqual(['Map_variablesScale_0']);
  });

  // From Flax 0.12.8, key(0).
  it('runs twice while initializing, and keeps the keys of the first run', () => {
    class TwoKeys extends Module.define({}) {
      call(x: Tensor): Tensor {
        this.param('a', (key: Tensor) => key);
        this.param('b', (key: Tensor) => key);
        return x;
      }
    }
    const variables = new (lift.mapVariables(TwoKeys, { mappedCollections: 'params', init: true }))().init(random.key(0), [ones([3])]);
    expect(valuesAt(variables, 'params/a')).toEqual([1428664606, 3351135085]);
    expect(valuesAt(variables, 'params/b')).toEqual([3456700291, 3873160899]);
  });
});
