import { initializers, ones, random, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { apply, fields, Module, type Variables } from '../../src/index.js';
import { Dense } from '../layers.js';

class MLP extends Module.define({
  features: z.array(z.int()),
  rate: z.number().default(0),
  dtype: fields.dtype().optional(),
  scale: z.string().transform(Number).default(1),
  inner: fields.module(Dense).optional(),
}) {
  layer!: Dense;
  call(x: Tensor, { train }: { train: boolean }): Tensor {
    return train ? x : this.encode(x, 1).h;
  }
  encode(x: Tensor, _depth: number): { h: Tensor } {
    return { h: x };
  }
}
// What is here is compiled, not run.
const check = (name: string, f: () => void): void => it(name, () => expectTypeOf(f).toBeFunction());
declare const model: MLP;
declare const some: Module;
const key = random.key(0);
const x = ones([1]);
const args = [x, { train: false }] as const;
const variables: Variables = {};

describe('attributes', () => {
  check('have the output types of zod, and are read-only', () => {
    expectTypeOf(model.features).toEqualTypeOf<number[]>();
    expectTypeOf(model.rate).toEqualTypeOf<number>();
    expectTypeOf(model.dtype).toEqualTypeOf<Dtype | undefined>();
    expectTypeOf(model.scale).toEqualTypeOf<number>();
    expectTypeOf(model.inner).toEqualTypeOf<Dense | undefined>();
    // @ts-expect-error: attributes are read-only
    model.rate = 3;
  });
  check('the constructor takes the input types', () => {
    void new MLP({ features: [1] });
    void new MLP({ features: [1], scale: '3', rate: 1 }, { name: 'mlp', parent: null });
    // @ts-expect-error: `features` is missing
    void new MLP({});
    // @ts-expect-error: as there is one without a default, so are the attributes
    void new MLP();
    // @ts-expect-error: not what the transformation takes
    void new MLP({ features: [1], scale: 3 });
    // @ts-expect-error: no such attribute
    void new MLP({ features: [1], feature: 3 });
  });
  check('may all be left out where all have defaults', () => {
    class Defaults extends Module.define({ rate: z.number().default(1), kernelInit: fields.initializer(initializers.zeros) }) {}
    void new Defaults();
    void new Defaults({ rate: 2 });
    class None extends Module.define({}) {}
    void new None();
    void new None({}, { name: 'none' });
  });
  check('add up in a class that extends another one', () => {
    class Wide extends MLP.define({ width: z.int() }) {}
    const wide = new Wide({ features: [1], width: 2 });
    expectTypeOf(wide.width).toEqualTypeOf<number>();
    expectTypeOf(wide.features).toEqualTypeOf<number[]>();
    expectTypeOf(wide.apply(variables, args)).toEqualTypeOf<Tensor>();
    // @ts-expect-error: `width` is missing
    void new Wide({ features: [1] });
  });
  check('`clone` takes some of the inputs and gives the same class', () => {
    expectTypeOf(model.clone({ scale: '3' })).toEqualTypeOf<MLP>();
    expectTypeOf(model.copy()).toEqualTypeOf<MLP>();
    // @ts-expect-error: not an input
    model.clone({ scale: 3 });
  });
});

describe('apply', () => {
  check('takes the arguments of `call` and gives its result', () => {
    expectTypeOf(model.apply(variables, [x, { train: true }])).toEqualTypeOf<Tensor>();
    // @ts-expect-error: an argument is missing
    model.apply(variables, [x]);
    // @ts-expect-error: of another type
    model.apply(variables, [x, { train: 3 }]);
    // @ts-expect-error: one too many
    model.apply(variables, [x, { train: true }, 3]);
  });
  check('with `mutable` gives a pair', () => {
    expectTypeOf(model.apply(variables, args, { mutable: ['batch_stats'] })).toEqualTypeOf<[Tensor, Variables]>();
    expectTypeOf(model.apply(variables, args, { mutable: [] })).toEqualTypeOf<[Tensor, Variables]>();
    expectTypeOf(model.apply(variables, args, { mutable: true })).toEqualTypeOf<[Tensor, Variables]>();
    expectTypeOf(model.apply(variables, args, { mutable: 'cache' })).toEqualTypeOf<[Tensor, Variables]>();
    expectTypeOf(model.apply(variables, args, { mutable: false })).toEqualTypeOf<Tensor>();
    expectTypeOf(model.apply(variables, args, { rngs: key })).toEqualTypeOf<Tensor>();
    expectTypeOf(model.apply(variables, args, { mutable: Boolean(1) })).toEqualTypeOf<Tensor | [Tensor, Variables]>();
    // @ts-expect-error: not a filter
    model.apply(variables, args, { mutable: 3 });
  });
  check('with intermediates gives a pair', () => {
    expectTypeOf(model.apply(variables, args, { captureIntermediates: true })).toEqualTypeOf<[Tensor, Variables]>();
    expectTypeOf(model.apply(variables, args, { captureIntermediates: (_, method) => method === 'call' })).toEqualTypeOf<[Tensor, Variables]>();
    expectTypeOf(model.apply(variables, args, { captureIntermediates: false })).toEqualTypeOf<Tensor>();
  });
  check('takes the arguments of the method named', () => {
    expectTypeOf(model.apply(variables, [x, 3], { method: 'encode' })).toEqualTypeOf<{ h: Tensor }>();
    expectTypeOf(model.apply(variables, [x, 3], { method: 'encode', mutable: true })).toEqualTypeOf<[{ h: Tensor }, Variables]>();
    expectTypeOf(model.apply(variables, [x], { method: 'inner' })).toEqualTypeOf<Tensor>();
    // @ts-expect-error: no such method
    model.apply(variables, [x], { method: 'encoder' });
    // @ts-expect-error: not a method
    model.apply(variables, [x], { method: 'rate' });
    // @ts-expect-error: not the arguments of `encode`
    model.apply(variables, [x, { train: true }], { method: 'encode' });
  });
  check('takes functions, whose arguments get their types', () => {
    const result = model.apply(variables, [x, 3], { method: (m, input, depth) => [m.encode(input, depth).h, m.rate] as const });
    expectTypeOf(result).toEqualTypeOf<readonly [Tensor, number]>();
    const pair = model.apply(variables, [x], { method: (m, input) => m.encode(input, 1), mutable: ['state'] });
    expectTypeOf(pair).toEqualTypeOf<[{ h: Tensor }, Variables]>();
  });
  check('of a module of unknown class takes anything and gives the unknown', () => {
    expectTypeOf(some.apply(variables, [x, 'anything'])).toEqualTypeOf<unknown>();
    expectTypeOf(some.apply(variables, [], { method: 'whatever' })).toEqualTypeOf<unknown>();
    expectTypeOf(some.init(key, [1, 2, 3])).toEqualTypeOf<Variables>();
  });
});

describe('init', () => {
  check('takes the arguments of the method', () => {
    expectTypeOf(model.init(key, [x, { train: false }])).toEqualTypeOf<Variables>();
    expectTypeOf(model.init({ params: key, dropout: key }, [x, 2], { method: 'encode' })).toEqualTypeOf<Variables>();
    expectTypeOf(model.init(key, [x], { method: (m, input) => m.layer.call(input) })).toEqualTypeOf<Variables>();
    expectTypeOf(model.initWithOutput(key, args)).toEqualTypeOf<[Tensor, Variables]>();
    expectTypeOf(model.initWithOutput(key, [x, 2], { method: 'encode' })).toEqualTypeOf<[{ h: Tensor }, Variables]>();
    // @ts-expect-error: a seed is no key
    model.init(3, args);
  });
});

describe('bound modules', () => {
  check('have the methods, attributes and submodules of their class', () => {
    const bound = model.bind(variables, { rngs: key, mutable: ['state'] });
    expectTypeOf(bound).toEqualTypeOf<MLP>();
    expectTypeOf(bound.layer.call(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(bound.unbind()).toEqualTypeOf<[MLP, Variables]>();
  });
  check('fit an exporter that knows trees and no modules', () => {
    expectTypeOf(model.exportable().apply).toExtend<(variables: Tree<Tensor>, ...args: readonly never[]) => unknown>();
    expectTypeOf(model.exportable().variables).toExtend<Tree<Tensor>>();
  });
});

describe('declarations', () => {
  check('`param` gives a tensor, or the tree that the function makes', () => {
    expectTypeOf(some.param('w', initializers.zeros, [2])).toEqualTypeOf<Tensor>();
    expectTypeOf(some.param('w', (k) => ({ a: k, b: [k] }))).toEqualTypeOf<{ a: Tensor; b: Tensor[] }>();
    expectTypeOf(some.variable('state', 'n', () => x).value).toEqualTypeOf<Tensor>();
    expectTypeOf(some.variable<Tensor>('state', 'n').value).toEqualTypeOf<Tensor>();
    expectTypeOf(some.perturb('h', x)).toEqualTypeOf<Tensor>();
  });
});

describe('the free functions', () => {
  check('carry arguments and results', () => {
    const f = apply((m: MLP, input: Tensor) => m.encode(input, 1), model);
    expectTypeOf(f(variables, [x])).toEqualTypeOf<{ h: Tensor }>();
    const g = apply((m: MLP, input: Tensor) => m.encode(input, 1), model, { mutable: ['state'] });
    expectTypeOf(g(variables, [x])).toEqualTypeOf<[{ h: Tensor }, Variables]>();
  });
});
