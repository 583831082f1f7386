import { ones, random, spec, tree, TreeMatchError, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { apply, mergeVariables, Module, type Variables } from '../../src/index.js';
import { Counter, Dense, Scale, valuesAt } from '../layers.js';

const key = random.key(0);
const x = ones([2, 3]);

class Model extends Module.define({}) {
  static compact = ['encode'];
  encode(input: Tensor): Tensor {
    return new Dense({ features: 3 }, { name: 'encoder' }).call(input);
  }
  call(input: Tensor): Tensor {
    return new Counter().call(new Scale({ size: 3 }, { name: 'scale' }).call(this.encode(input)));
  }
}
const model = new Model();
const variables = model.init(key, [x]);
const { encoder, scale } = variables['params'] as { encoder: Record<string, Tensor>; scale: Record<string, Tensor> };

/** What `f` throws, which must be about variables that do not fit. */
function mismatch(f: () => unknown): TreeMatchError {
  try {
    f();
  } catch (error) {
    if (error instanceof TreeMatchError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
const paths = (entries: readonly { readonly path: string }[]): string[] => entries.map(({ path }) => path);

describe('apply with `strict`', () => {
  it('takes the variables that init makes, and gives what apply gives', () => {
    const [y, updates] = model.apply(variables, [x], { strict: true, mutable: ['state'] });
    expect(y.toArray()).toEqual(model.apply(variables, [x], { mutable: ['state'] })[0].toArray());
    expect(valuesAt(updates, 'state/Counter_0/count')).toBe(1);
  });

  it('reports all that is missing, left over or of another shape in one error', () => {
    const wrong = { ...variables, params: { encodr: encoder, scale: { w: zeros([4]) }, old: { w: zeros([5]) } } } as Variables;
    const error = mismatch(() => model.apply(wrong, [x], { strict: true }));
    expect(error.missing.map(({ path, nearest }) => [path, nearest])).toEqual([
      ['params/encoder/bias', 'params/encodr/bias'],
      ['params/encoder/kernel', 'params/encodr/kernel'],
    ]);
    expect(paths(error.unexpected)).toEqual(['params/encodr/bias', 'params/encodr/kernel', 'params/old/w']);
    expect(error.mismatched.map(({ path, expected, found }) => [path, expected.shape, found.shape])).toEqual([['params/scale/w', [3], [4]]]);
    expect(error.message).toMatch(/^apply: .*nearest "params\/encodr\/kernel".*"params\/scale\/w" should be float32\[3\], found float32\[4\]/);
  });

  it('without `strict` variables may be left over, and the first that is missing is the error', () => {
    expect(model.apply(variables, [x], { method: 'encode' }).shape).toEqual([2, 3]);
    expect(() => model.apply({ ...variables, params: { scale } }, [x])).toThrow('Could not find the parameter "kernel" in "/encoder"');
  });

  it('asks for the variables of the method that is run', () => {
    const parts = { params: { encoder } };
    expect(model.apply(parts, [x], { method: 'encode', strict: true }).shape).toEqual([2, 3]);
    expect(paths(mismatch(() => model.apply(variables, [x], { method: 'encode', strict: true })).unexpected)).toEqual(['params/scale/w', 'state/Counter_0/count']);
  });

  it('needs no keys besides those of the method', () => {
    class Noisy extends Module.define({}) {
      call(input: Tensor): Tensor {
        this.makeRng('noise');
        return new Dense({ features: 1 }).call(input);
      }
    }
    const noisy = new Noisy();
    const made = noisy.init(key, [x]);
    expect(noisy.apply(made, [x], { strict: true, rngs: { noise: key } }).shape).toEqual([2, 1]);
    expect(noisy.apply(made, [x], { strict: true, rngs: key }).shape).toEqual([2, 1]);
  });

  it('is there for the free function too', () => {
    const f = apply((m: Model, input: Tensor) => m.encode(input), model, { strict: true });
    expect(paths(mismatch(() => f(variables, [x])).unexpected)).toEqual(['params/scale/w', 'state/Counter_0/count']);
  });
});

describe('bind with `strict`', () => {
  it('checks the variables for the arguments of call, or specs of them', () => {
    expect(model.bind(variables, { strict: [spec('float32', ['batch', 3])] }).encode(x).shape).toEqual([2, 3]);
    const error = mismatch(() => model.bind(variables, { strict: [spec('float32', ['batch', 4])] }));
    expect(paths(error.mismatched)).toEqual(['params/encoder/kernel']);
    expect(error.message).toMatch(/^bind: /);
  });
});

describe('matchVariables', () => {
  it('reports without throwing and without computing', () => {
    const huge = new Dense({ features: 2 ** 15 });
    const report = huge.matchVariables({ params: { bias: zeros([2]) } }, [spec('float32', [1, 2 ** 15])]);
    expect([paths(report.missing), paths(report.mismatched)]).toEqual([['params/kernel'], ['params/bias']]);
  });

  it('compares dtypes where that is asked for', () => {
    const half = { params: { w: ones([2], 'float16') } };
    expect(new Scale().matchVariables(half, [ones([2])]).mismatched).toEqual([]);
    expect(paths(new Scale().matchVariables(half, [ones([2])], { sameDtype: true }).mismatched)).toEqual(['params/w']);
  });
});

describe('mergeVariables', () => {
  const loaded = { params: { backbone: { kernel: ones([3, 3]), bias: ones([3]) }, head: { w: ones([9]) } } };

  it('takes what was loaded under other names and keeps the rest, with a report', () => {
    const merged = mergeVariables(variables, loaded, { rename: { 'params/backbone': 'params/encoder', 'params/head': null }, partial: true });
    expect(valuesAt(merged.variables, 'params/encoder/bias')).toEqual([1, 1, 1]);
    expect(tree.leaves<Tensor>(merged.variables['state']!)[0]).toBe(tree.leaves<Tensor>(variables['state']!)[0]);
    expect(merged.match.matched.map(({ path, from }) => [path, from])).toEqual([
      ['params/encoder/bias', 'params/backbone/bias'],
      ['params/encoder/kernel', 'params/backbone/kernel'],
    ]);
    expect(paths(merged.match.missing)).toEqual(['params/scale/w', 'state/Counter_0/count']);
    expect(merged.match.unexpected).toEqual([]);
    expect(model.apply(merged.variables, [x], { strict: true, mutable: ['state'] })[0].shape).toEqual([2, 3]);
  });

  it('in whole refuses what does not fit', () => {
    expect(paths(mismatch(() => mergeVariables(variables, loaded)).unexpected)).toHaveLength(3);
    expect(mergeVariables(variables, variables).match.matched).toHaveLength(4);
  });

  it('casts to the initial dtypes where that is asked for', () => {
    const half = tree.map((leaf: Tensor) => ones(leaf.staticShape(), 'float16'), variables) as Variables;
    const dtypes = (merged: Variables): string[] => [...new Set(tree.leaves<Tensor>(merged).map(({ dtype }) => dtype))];
    expect(dtypes(mergeVariables(variables, half).variables)).toEqual(['float16']);
    expect(dtypes(mergeVariables(variables, half, { castDtypes: true }).variables)).toEqual(['float32']);
  });
});
