import { Module } from '@flaxon/core';
import { add, grad, mul, random, sum, tensor, where, type Tensor } from '@flaxon/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eager } from '../src/executors/eager.js';
import type { CaseContext } from '../src/kinds/context.js';
import { asModule, type ModuleInstance } from '../src/registry/module-api.js';
import { loadLibrary } from '../src/registry/library.js';
import { Safetensors } from '../src/safetensors.js';
import { ModuleBuilder } from '../src/script/builder.js';
import { moduleSchema } from '../src/script/syntax.js';
import { tensorsOf } from '../src/values.js';

/** Multiplies by a parameter `w` that starts at `start`. */
class Scale extends Module.define({ start: z.number().default(1) }) {
  call(x: Tensor): Tensor {
    return mul(x, this.param('w', () => tensor(this.start, { dtype: 'float32' })));
  }
}

/** Stands for the layer whose options Python takes by position. */
class Dropout extends Module.define({}) {
  call(x: Tensor, { deterministic = false }: { readonly deterministic?: boolean } = {}): Tensor {
    return where(deterministic, x, 0);
  }
}

let context: CaseContext;
beforeAll(async () => {
  context = { arrays: Safetensors.empty('none'), executor: eager, library: { ...(await loadLibrary()), layers: { Scale, Dropout } }, x64: false };
});

const scale = (start: number, more: object = {}): object => ({ type: 'Scale', config: { start }, ...more });
const build = (spec: unknown): ModuleInstance => asModule(new ModuleBuilder(context).construct(moduleSchema.parse(spec)));

/** A class with one compact method of one argument. */
const compact = (steps: readonly object[], result: unknown = 'x', more: object = {}): ModuleInstance =>
  build({ class: 'Net', methods: { call: { compact: true, params: ['x'], steps, return: result } }, ...more });

const x = tensor([1, 2], { dtype: 'float32' });
const keys = { params: random.key(0) };
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, item: unknown) => (typeof item === 'object' && item !== null && 'toArray' in item ? (item as Tensor).toArray() : item)));
const init = (model: ModuleInstance): unknown => plain(model.init(keys, [x]));

/** The output of a model with the variables that it made itself. */
function output(model: ModuleInstance, options: Readonly<Record<string, unknown>> = {}): unknown {
  const variables = model.init(keys, [x]);
  return plain(model.apply(variables as Parameters<typeof model.apply>[0], [x], options));
}

describe('modules', () => {
  it('constructs a layer of the library with its config', () => {
    const model = build(scale(3));
    expect(init(model)).toEqual({ params: { w: 3 } });
    expect(output(model)).toEqual([3, 6]);
  });

  it('names submodules of a compact method in order, and by an explicit name', () => {
    const model = compact([
      { let: 'a', new: scale(2) },
      { let: 'b', new: scale(3), name: 'given' },
      { let: 'c', new: scale(4, { name: 'own' }) },
      { let: 'x', call: 'a', args: ['x'] },
      { let: 'x', call: 'b', args: ['x'] },
      { let: 'x', call: 'c', args: ['x'] },
    ]);
    expect(init(model)).toEqual({ params: { Scale_0: { w: 2 }, given: { w: 3 }, own: { w: 4 } } });
    expect(output(model)).toEqual([24, 48]);
  });

  it('gives a script class the name that it says', () => {
    const inner = { class: 'Inner', methods: { call: { compact: true, params: ['x'], steps: [{ let: 'p', param: { name: 'p', init: { name: 'ones' }, shape: [] } }], return: 'p' } } };
    expect(init(compact([{ let: 'm', new: inner }, { let: 'x', call: 'm', args: ['x'] }]))).toEqual({ params: { Inner_0: { p: 1 } } });
  });

  it('takes modules as fields, in lists and by key, and names them after the field', () => {
    const model = compact(
      [
        { let: 'x', call: 'self.a', args: ['x'] },
        { let: 'x', call: 'self.b.1', args: ['x'] },
        { let: 'x', call: 'self.c.k', args: ['x'] },
        { let: 'x', fn: 'mul', args: ['x', 'self.factor'] },
      ],
      'x',
      { fields: { a: scale(2), b: [scale(1), scale(3)], c: { k: scale(5) }, factor: 10 } },
    );
    expect(init(model)).toEqual({ params: { a: { w: 2 }, b_1: { w: 3 }, c_k: { w: 5 } } });
    expect(output(model)).toEqual([300, 600]);
  });

  it('makes one instance of modules with one id', () => {
    const model = compact([{ let: 'x', call: 'self.a', args: ['x'] }, { let: 'x', call: 'self.b', args: ['x'] }], 'x', { fields: { a: scale(2, { id: 'i' }), b: scale(2, { id: 'i' }) } });
    expect(init(model)).toEqual({ params: { a: { w: 2 } } });
    expect(output(model)).toEqual([4, 8]);
  });

  it('gives a module that exists already to another one', () => {
    const outer = { class: 'Outer', fields: { inner: { ref: 's' } }, methods: { call: { compact: true, params: ['x'], steps: [{ let: 'x', call: 'self.inner', args: ['x'] }], return: 'x' } } };
    const model = compact([{ let: 's', new: scale(7) }, { let: 'm', new: outer }, { let: 'x', call: 'm', args: ['x'] }]);
    expect(init(model)).toEqual({ params: { Scale_0: { w: 7 } } });
    expect(output(model)).toEqual([7, 14]);
  });
});

describe('setup', () => {
  it('sets modules, lists, dicts, values, parameters and variables as attributes', () => {
    const model = build({
      class: 'Net',
      setup: [
        { set: 'one', new: scale(2) },
        { set: 'named', new: scale(3), name: 'other' },
        { set: 'many', list: [scale(5), scale(7)] },
        { set: 'byKey', dict: { k: scale(11) } },
        { set: 'p', param: { name: 'weight', init: { name: 'constant', value: 13 }, shape: [2] } },
        { set: 'v', variable: { col: 'state', name: 'count', init: { name: 'ones' }, shape: [] } },
        { set: 'alias', value: 'self.one' },
      ],
      methods: {
        call: {
          params: ['x'],
          steps: [
            { let: 'x', call: 'self.alias', args: ['x'] },
            { let: 'x', call: 'self.named', args: ['x'] },
            { let: 'x', call: 'self.many.1', args: ['x'] },
            { let: 'x', call: 'self.byKey.k', args: ['x'] },
            { let: 'x', fn: 'mul', args: ['x', 'self.p'] },
            { let: 'n', value: 'self.v' },
            { let: 'x', fn: 'add', args: ['x', 'n'] },
          ],
          return: 'x',
        },
      },
    });
    expect(init(model)).toEqual({ params: { one: { w: 2 }, other: { w: 3 }, many_1: { w: 7 }, byKey_k: { w: 11 }, weight: [13, 13] }, state: { count: 1 } });
    expect(output(model)).toEqual([2 * 3 * 7 * 11 * 13 + 1, 2 * 2 * 3 * 7 * 11 * 13 + 1]);
  });

  it('leaves `call` without compactness where neither it nor `setup` says so', () => {
    const model = build({ class: 'Net', methods: { call: { params: ['x'], steps: [{ let: 'a', new: scale(1) }], return: 'x' } } });
    expect(() => init(model)).toThrow(expect.objectContaining({ name: 'AssignSubModuleError' }));
  });

  it('hands an assignment outside `setup` to the module, which refuses it', () => {
    expect(() => init(compact([{ set: 'a', value: 'x' }]))).toThrow(expect.objectContaining({ name: 'SetAttributeFrozenModuleError' }));
  });
});

describe('steps', () => {
  it('calls methods of a submodule and of the module itself', () => {
    const twice = { class: 'Twice', methods: { call: { params: ['x'], steps: [], return: 'x' }, double: { params: ['x'], steps: [{ let: 'x', fn: 'add', args: ['x', 'x'] }], return: 'x' } } };
    const model = build({
      class: 'Net',
      methods: {
        call: { compact: true, params: ['x'], steps: [{ let: 'm', new: twice }, { let: 'x', call: 'm', method: 'double', args: ['x'] }, { let: 'x', self: 'more', args: ['x', { lit: 3 }] }], return: 'x' },
        more: { params: ['y', 'k'], steps: [{ let: 'z', fn: 'mul', args: ['y', 'k'] }], return: 'z' },
      },
    });
    expect(output(model)).toEqual([6, 12]);
  });

  it('gives layers by name what Python gives by position', () => {
    const call = (...args: unknown[]): ModuleInstance => compact([{ let: 'd', new: { type: 'Dropout', config: {} } }, { let: 'x', call: 'd', args: ['x', ...args] }]);
    expect(output(call({ lit: true }))).toEqual([1, 2]);
    expect(output(call({ lit: false }))).toEqual([0, 0]);
    expect(output(call({ deterministic: { lit: true } }))).toEqual([1, 2]);
  });

  it('calls functions of the library with attributes', () => {
    expect(output(compact([{ let: 'x', fn: 'sum', args: ['x'], attrs: { axis: 0, keepdims: true } }]))).toEqual([3]);
  });

  it('declares parameters with an initializer, a shape and a dtype', () => {
    const model = compact([{ let: 'p', param: { name: 'p', init: { name: 'ones' }, shape: [3], dtype: 'float16' } }], 'p');
    const variables = model.init(keys, [x]);
    expect(tensorsOf(variables)[0]).toMatchObject({ dtype: 'float16', shape: [3] });
  });

  it('reads and writes a variable by its reference', () => {
    const model = compact(
      [
        { let: 'c', variable: { col: 'state', name: 'n', init: { name: 'zeros' }, shape: [] } },
        { let: 'n', value: 'c' },
        { let: 'm', fn: 'add', args: ['n', { lit: 1 }] },
        { if: 'isInitializing', then: [], else: [{ assign: 'c', value: 'm' }] },
      ],
      'n',
    );
    expect(init(model)).toEqual({ state: { n: 0 } });
    expect(output(model, { mutable: ['state'] })).toEqual([0, { state: { n: 1 } }]);
  });

  it('gets, puts and asks for variables by name; one that is not there is null', () => {
    const model = compact(
      [
        { let: 'before', hasVariable: { col: 'state', name: 'a' } },
        { let: 'none', getVariable: { col: 'state', name: 'a' } },
        { putVariable: { col: 'state', name: 'a' }, value: 'x' },
        { let: 'after', hasVariable: { col: 'state', name: 'a' } },
        { let: 'found', getVariable: { col: 'state', name: 'a' } },
      ],
      { before: 'before', none: 'none', after: 'after', found: 'found' },
    );
    const [y] = plain(model.apply({}, [x], { mutable: true })) as [unknown];
    expect(y).toEqual({ before: false, none: null, after: true, found: [1, 2] });
  });

  it('sows and perturbs', () => {
    const model = compact([
      { sow: { col: 'intermediates', name: 'h' }, value: 'x' },
      { let: 'x', perturb: { name: 'p' }, value: 'x' },
    ]);
    expect(init(model)).toEqual({ perturbations: { p: [0, 0] } });
    expect(plain(model.apply({ perturbations: { p: add(x, 1) } }, [x], { mutable: ['intermediates'] }))).toEqual([[3, 5], { intermediates: { h: [[1, 2]] } }]);
  });

  it('takes a key of a stream and draws from it', () => {
    const model = compact([{ let: 'k', makeRng: 'noise' }, { let: 'e', random: 'uniform', key: 'k', shape: [2], attrs: { minval: 5, maxval: 6 } }], ['k', 'e']);
    const [key, sample] = plain(model.apply({}, [x], { rngs: { noise: random.key(1) } })) as [number[], number[]];
    expect(sample).toEqual(random.uniform(tensor(Uint32Array.from(key)), [2], { minval: 5, maxval: 6 }).toArray());
  });

  it.each([
    ['isInitializing', {}, 'no'],
    ['hasRng:noise', {}, 'no'],
    ['hasRng:noise', { rngs: { noise: random.key(0) } }, 'yes'],
    ['isMutable:state', {}, 'no'],
    ['isMutable:state', { mutable: ['state'] }, 'yes'],
    ['hasVariable:state/n', {}, 'yes'],
    ['hasVariable:state/m', {}, 'no'],
  ])('tests %s with %j', (test, options, branch) => {
    const model = compact([{ if: test, then: [{ let: 'r', fn: 'add', args: ['x', { lit: 1 }] }], else: [{ let: 'r', fn: 'add', args: ['x', { lit: 0 }] }] }], 'r');
    const result = plain(model.apply({ state: { n: x } }, [x], options));
    expect('mutable' in options ? (result as unknown[])[0] : result).toEqual(branch === 'yes' ? [2, 3] : [1, 2]);
  });

  it('returns trees of expressions, and null without a `return`', () => {
    expect(output(compact([], { a: ['x', { lit: 2 }], b: null }))).toEqual({ a: [[1, 2], 2], b: null });
    expect(output(build({ class: 'Net', methods: { call: { compact: true, params: ['x'], steps: [] } } }))).toBeNull();
  });

  it('takes elements of lists and values of objects by path', () => {
    const model = build({
      class: 'Net',
      methods: {
        call: { compact: true, params: ['x'], steps: [{ let: 'v', self: 'pair', args: ['x'] }], return: ['v.0', 'v.1.k'] },
        pair: { params: ['x'], steps: [], return: ['x', { k: 'x' }] },
      },
    });
    expect(output(model)).toEqual([[1, 2], [1, 2]]);
  });
});

describe('lifted transformations', () => {
  /** The method `part` multiplies by a parameter that is 3 from the start. */
  const withPart = (step: object, result: unknown = 'y'): ModuleInstance =>
    build({
      class: 'Net',
      methods: {
        call: { compact: true, params: ['x'], steps: [step], return: result },
        part: { compact: true, params: ['x'], steps: [{ let: 'm', new: scale(3) }, { let: 'x', call: 'm', args: ['x'] }], return: 'x' },
        twice: { params: ['x'], steps: [{ let: 'x', fn: 'add', args: ['x', 'x'] }], return: 'x' },
        same: { params: ['x'], steps: [], return: 'x' },
        total: { params: ['x'], steps: [{ let: 'x', fn: 'square', args: ['x'] }, { let: 'x', fn: 'sum', args: ['x'] }], return: 'x' },
        small: { params: ['x'], steps: [{ let: 's', fn: 'sum', args: ['x'] }, { let: 'b', fn: 'less', args: ['s', { lit: 10 }] }], return: 'b' },
      },
    });

  it('lifts classes, which give the submodule its name', () => {
    const model = compact([{ let: 'm', new: { lift: 'vmap', target: scale(2), config: { variableAxes: { params: null }, splitRngs: { params: false } } } }, { let: 'x', call: 'm', args: ['x'] }]);
    expect(init(model)).toEqual({ params: { VmapScale_0: { w: 2 } } });
    expect(output(model)).toEqual([2, 4]);
  });

  it('lifts methods', () => {
    expect(output(withPart({ let: 'y', lifted: 'vmap', method: 'part', config: { variableAxes: { params: null }, splitRngs: { params: false } }, args: ['x'] }))).toEqual([3, 6]);
  });

  it.each([
    [true, [2, 4]],
    [false, [1, 2]],
  ])('chooses a branch by %s', (lit, expected) => {
    expect(output(withPart({ let: 'y', cond: { lit }, branches: ['twice', 'same'], args: ['x'] }))).toEqual(expected);
    expect(output(withPart({ let: 'y', switch: { lit: lit ? 0 : 1 }, branches: ['twice', 'same'], args: ['x'] }))).toEqual(expected);
  });

  it('loops while a method says so', () => {
    // Sums of 3 and 6 are small, 12 is not.
    expect(output(withPart({ let: 'y', whileLoop: { cond: 'small', body: 'twice' }, init: 'x' }))).toEqual([4, 8]);
  });

  it('gives output and gradients of `vjp`, with a cotangent of ones unless one is given', () => {
    expect(output(withPart({ let: 'y', vjp: { method: 'part' }, args: ['x'] }))).toEqual([[3, 6], { params: { Scale_0: { w: 3 } } }, [3, 3]]);
    expect(output(withPart({ let: 'y', vjp: { method: 'part' }, args: ['x'], cotangent: 'x' }))).toEqual([[3, 6], { params: { Scale_0: { w: 5 } } }, [3, 6]]);
  });

  it.each([
    ['ones', [1, 2]],
    ['zeros', [0, 0]],
    ['values', [3, 6]],
  ] as const)('gives the tangent of `jvp` along %s of the variables', (how, tangent) => {
    const model = compact([
      { let: 'm', new: scale(3) },
      { let: 'x', call: 'm', args: ['x'] },
      { let: 'z', fn: 'mul', args: ['x', { lit: 0 }] },
      { let: 'y', jvp: { method: 'call' }, module: 'm', args: ['x'], tangents: ['z'], variableTangents: { params: how } },
    ], 'y.1');
    expect(output(model)).toEqual(tangent.map((value) => 3 * value));
  });

  it('gives gradients by the arguments, with the value where asked', () => {
    expect(output(withPart({ let: 'y', grad: { method: 'total' }, args: ['x'] }))).toEqual([[2, 4]]);
    expect(output(withPart({ let: 'y', valueAndGrad: { method: 'total' }, args: ['x'] }))).toEqual([5, [[2, 4]]]);
  });

  it('passes gradients through the functions of `customVjp`', () => {
    const model = withPart({ let: 'y', customVjp: { method: 'part', args: 'negate' }, args: ['x'] });
    const variables = model.init(keys, [x]) as Parameters<typeof model.apply>[0];
    const gradient = grad((given: Tensor) => sum(model.apply(variables, [given]) as Tensor))(x);
    expect(plain(gradient)).toEqual([-3, -3]);
  });
});

describe('what is missing', () => {
  it.each(['vmap', 'scan', 'remat', 'mapVariables'])('reports a lifted class of %s as missing while core lacks it', (lift) => {
    const library = { ...context.library, core: {} };
    const model = asModule(new ModuleBuilder({ ...context, library }).construct(moduleSchema.parse({ class: 'Net', methods: { call: { compact: true, params: ['x'], steps: [{ let: 'm', new: { lift, target: scale(1), config: {} } }], return: 'x' } } })));
    expect(() => init(model)).toThrow(`missing: ${lift}`);
  });

  it.each([
    ['vmap', { let: 'y', lifted: 'vmap', method: 'call', config: {}, args: ['x'] }],
    ['cond', { let: 'y', cond: { lit: true }, branches: ['a', 'b'], args: ['x'] }],
    ['switch', { let: 'y', switch: { lit: 0 }, branches: ['a', 'b'], args: ['x'] }],
    ['whileLoop', { let: 'y', whileLoop: { cond: 'a', body: 'b' }, init: 'x' }],
    ['vjp', { let: 'y', vjp: { method: 'a' }, args: ['x'] }],
    ['jvp', { let: 'y', jvp: { method: 'a' }, args: ['x'], tangents: ['x'], variableTangents: {} }],
    ['grad', { let: 'y', grad: { method: 'a' }, args: ['x'] }],
    ['valueAndGrad', { let: 'y', valueAndGrad: { method: 'a' }, args: ['x'] }],
    ['customVjp', { let: 'y', customVjp: { method: 'a' }, args: ['x'] }],
  ])('reports the step of %s as missing while core lacks it', (name, step) => {
    const library = { ...context.library, core: {} };
    const model = asModule(new ModuleBuilder({ ...context, library }).construct(moduleSchema.parse({ class: 'Net', methods: { call: { compact: true, params: ['x'], steps: [step], return: 'x' } } })));
    expect(() => init(model)).toThrow(`missing: ${name}`);
  });

  it('reports layers and functions by name', () => {
    expect(() => build({ type: 'Transformer', config: {} })).toThrow('missing: Transformer');
    expect(() => init(compact([{ let: 'x', fn: 'noSuchFunction', args: ['x'] }]))).toThrow('missing: noSuchFunction');
  });

  it('finds a class of NetKet or OTT by its last name, unless several classes share it', () => {
    expect(init(build({ type: 'netket.Scale', config: {} }))).toEqual({ params: { w: 1 } });
    expect(() => build({ type: 'netket.Dense', config: {} })).toThrow('missing: netket.Dense');
  });

  it('refuses a step that it does not know', () => {
    expect(() => compact([{ let: 'x', teleport: 'x' }])).toThrow(/unknown step with the keys let, teleport/);
    expect(() => compact([{ let: 'x', call: 'a', args: [], more: 1 }])).toThrow(/more/);
  });
});
