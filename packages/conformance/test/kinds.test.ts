import { Module } from '@flaxon/core';
import { mul, square, tensor, type Tensor } from '@flaxon/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCaseLine } from '../src/cases.js';
import { MissingError } from '../src/errors.js';
import { eager } from '../src/executors/eager.js';
import { expectError } from '../src/kinds/expect-error.js';
import { type Library, loadLibrary } from '../src/registry/library.js';
import { runCase } from '../src/run.js';
import { Safetensors } from '../src/safetensors.js';

/** y = w x^2, with the parameter w = 3. */
class Parabola extends Module.define({}) {
  call(x: Tensor, { negate = false }: { readonly negate?: boolean } = {}): Tensor {
    const y = mul(this.param('w', () => tensor(3, { dtype: 'float32' })), square(x));
    return negate ? mul(y, -1) : y;
  }
}

let library: Library;
beforeAll(async () => {
  library = { ...(await loadLibrary()), layers: { Parabola } };
});

/** A safetensors file of float32 scalars and vectors. */
function arraysOf(values: Readonly<Record<string, number | readonly number[]>>): Safetensors {
  const header: Record<string, object> = {};
  const data: number[] = [];
  for (const [name, value] of Object.entries(values)) {
    const list = typeof value === 'number' ? [value] : value;
    header[name] = { dtype: 'F32', shape: typeof value === 'number' ? [] : [list.length], data_offsets: [4 * data.length, 4 * (data.length + list.length)] };
    data.push(...list);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + 4 * data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(new Uint8Array(Float32Array.from(data).buffer), 8 + text.length);
  return Safetensors.parse(bytes);
}

const arrays = arraysOf({ x: [1, 2], three: 3, y: [3, 12], minusY: [-3, -12], byX: [6 * Math.cos(3), 12 * Math.cos(12)], byW: Math.cos(3) + 4 * Math.cos(12), xTwice: [2, 4], cotangent: [1, 10], vjp: [2, 20], wrong: [3, 13], k: 2 });
const close = { mode: 'close', rtol: 1e-5, atol: 1e-5 };

async function run(the: object): Promise<void> {
  const line = parseCaseLine(JSON.stringify({ id: 'a/b', x64: false, source: '', ...the }), 'test');
  if (!line.ok) throw new Error(line.reason);
  await runCase(line.case, { arrays, library, executor: eager, x64: false });
}

describe('function', () => {
  const squared = { kind: 'function', fn: 'square', args: [{ $: 'x' }], attrs: {}, tolerance: close };

  it('checks the result', async () => {
    await expect(run({ ...squared, fn: 'mul', args: [{ $: 'x' }, 3], expect: { $: 'three' } })).rejects.toThrow('output: got float32[2], want float32[]');
  });

  it('checks the vector-Jacobian product, with null for numbers', async () => {
    const doubled = { ...squared, fn: 'mul', args: [{ $: 'x' }, 2], expect: { $: 'xTwice' }, cotangent: { $: 'cotangent' } };
    await expect(run({ ...doubled, grads: [{ $: 'vjp' }, null] })).resolves.toBeUndefined();
    await expect(run({ ...doubled, grads: [{ $: 'y' }, null] })).rejects.toThrow(/grads: \[0\]: got 2 at \[0\], want 3/);
    await expect(run({ ...doubled, grads: [{ $: 'vjp' }, { $: 'k' }] })).rejects.toThrow('grads: [1]: got null, want float32[]');
  });

  it('composes steps and wraps transformations, the first one innermost', async () => {
    const own = { compose: [{ fn: 'square' }, { fn: 'mul', with: [3] }, { fn: 'sum' }], transform: ['grad'], args: [{ $: 'x' }], attrs: {}, kind: 'function', tolerance: close };
    await expect(run({ ...own, expect: { $: 'wrong' } })).rejects.toThrow('got 6 at [0], want 3');
  });

  it('takes any error where one is due, and only then', async () => {
    await expect(run({ ...squared, fn: 'reshape', attrs: { shape: [3] }, error: 'ValueError' })).resolves.toBeUndefined();
    await expect(run({ ...squared, error: 'ValueError' })).rejects.toThrow('call: returned float32[2], want the error ValueError');
  });
});

describe('expectError', () => {
  it('wants the class by its name, but any error for those of Python itself', async () => {
    const fails = (): Promise<never> => Promise.reject(new RangeError('no'));
    await expect(expectError('init', 'RangeError', fails)).resolves.toBeUndefined();
    await expect(expectError('init', 'ValueError', fails)).resolves.toBeUndefined();
    await expect(expectError('init', 'NameInUseError', fails)).rejects.toThrow('init: threw RangeError (no), want NameInUseError');
  });

  it('never takes something missing for the error', async () => {
    await expect(expectError('init', 'ValueError', () => Promise.reject(new MissingError('vmap')))).rejects.toThrow('missing: vmap');
  });
});

describe('module', () => {
  const parabola = {
    kind: 'module',
    module: { type: 'Parabola', config: {} },
    rngs: { params: { seed: 0 } },
    args: [{ $: 'x' }],
    tolerance: close,
    variables: { params: { w: { $: 'three' } } },
    output: { $: 'y' },
    grads: { params: { w: { $: 'byW' } }, args: [{ $: 'byX' }] },
  };

  it('checks init, apply and the gradients of sum(sin(output))', async () => {
    await expect(run(parabola)).resolves.toBeUndefined();
    await expect(run({ ...parabola, variables: { params: { w: { $: 'k' } } } })).rejects.toThrow('init: params/w: got 3, want 2');
    await expect(run({ ...parabola, output: { $: 'wrong' } })).rejects.toThrow('apply: output: got 12 at [1], want 13');
    await expect(run({ ...parabola, grads: { params: { w: { $: 'byW' } }, args: [{ $: 'x' }] } })).rejects.toThrow(/grads: args\[0\]/);
  });

  it('gives keyword arguments as a last object', async () => {
    await expect(run({ ...parabola, kwargs: { negate: true }, output: { $: 'minusY' }, grads: undefined })).resolves.toBeUndefined();
  });

  it('wants a pair where apply updates collections', async () => {
    await expect(run({ ...parabola, mutable: ['state'], updates: {}, grads: undefined })).resolves.toBeUndefined();
    await expect(run({ ...parabola, mutable: ['state'], updates: { state: {} }, grads: undefined })).rejects.toThrow('apply: updates: got an object without `state`');
  });

  it('wants errors from init or from apply, as the case says', async () => {
    const { variables, output: _, grads: __, ...rest } = parabola;
    await expect(run({ ...rest, rngs: {}, error: 'InvalidRngError', errorIn: 'init' })).resolves.toBeUndefined();
    await expect(run({ ...rest, error: 'InvalidRngError', errorIn: 'init' })).rejects.toThrow('want the error InvalidRngError');
    await expect(run({ ...rest, variables, applyVariables: {}, error: 'ScopeCollectionNotFound', errorIn: 'apply' })).resolves.toBeUndefined();
    await expect(run({ ...rest, variables, error: 'ScopeCollectionNotFound', errorIn: 'apply' })).rejects.toThrow('apply: returned');
  });

  it('takes params within initTolerance and other collections within tolerance', async () => {
    const own = { ...parabola, grads: undefined, variables: { params: { w: { $: 'k' } } }, applyVariables: { params: { w: { $: 'three' } } } };
    await expect(run({ ...own, initTolerance: { mode: 'close', rtol: 0, atol: 1 } })).resolves.toBeUndefined();
    await expect(run({ ...own, initTolerance: { mode: 'close', rtol: 0, atol: 0.9 } })).rejects.toThrow('init: params/w');
  });
});

describe('random', () => {
  it('draws with the key, shape and attributes of the case', async () => {
    const draw = { kind: 'random', fn: 'uniform', key: { seed: 0 }, shape: [2], dtype: 'float32', attrs: { minval: 2.9, maxval: 3 }, tolerance: { mode: 'close', rtol: 0, atol: 20 } };
    await expect(run({ ...draw, expect: { $: 'y' } })).resolves.toBeUndefined();
    await expect(run({ ...draw, shape: [3], expect: { $: 'y' } })).rejects.toThrow('got float32[3], want float32[2]');
  });

  it('reports an initializer that does not exist', async () => {
    await expect(run({ kind: 'random', fn: 'initializers.guess', key: { seed: 0 }, shape: [], attrs: {}, tolerance: close, expect: { $: 'k' } })).rejects.toThrow('missing: initializers.guess');
  });
});

describe('kinds of packages that are not there', () => {
  it.each([
    ['toBytes', { kind: 'serialization', msgpack: '80', tree: {}, stateDict: {} }],
    ['msgpackSerialize', { kind: 'serialization', msgpack: '80', tree: {}, stateDict: {}, via: 'msgpackSerialize' }],
    ['fromBytes', { kind: 'serialization', msgpack: '80', target: null, restored: {} }],
    ['fromSafetensors', { kind: 'serialization', safetensors: '', tree: {} }],
    ['anotherAlgorithm', { kind: 'training', algorithm: 'anotherAlgorithm', tolerance: close, anything: 1 }],
  ])('reports %s as missing', async (name, the) => {
    const without = { ...library, checkpoint: {} };
    const line = parseCaseLine(JSON.stringify({ id: 'a/b', x64: false, source: '', ...the }), 'test');
    if (!line.ok) throw new Error(line.reason);
    await expect(runCase(line.case, { arrays, library: without, executor: eager, x64: false })).rejects.toThrow(`missing: ${name}`);
  });
});
