import { add, ArgumentError, ConcretizationError, grad, matmul, mean, mul, random, relu, sub, sum, tanh, tensor, tree, type Tensor, valueAndGrad } from '@flaxon/tensor';
import * as nodeRuntime from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import { DeviceError } from '../../src/errors/session-errors.js';
import type { OrtRuntime } from '../../src/session/runtime.js';
import { expectClose } from '../agreement.js';
import { arbitrary } from '../values.js';

const params = { w: arbitrary([3, 4]), b: arbitrary([4]) };
const loss = (p: typeof params, x: Tensor, y: Tensor): Tensor => mean(mul(sub(tanh(add(matmul(x, p.w), p.b)), y), sub(tanh(add(matmul(x, p.w), p.b)), y)));

describe('a compiled function', () => {
  it('takes and gives trees', async () => {
    const step = compile(valueAndGrad(loss));
    const [x, y] = [arbitrary([5, 3]), arbitrary([5, 4])];
    const [value, gradient] = await step(params, x, y);
    const [expected, expectedGradient] = valueAndGrad(loss)(params, x, y);
    expectClose(value, expected, 1e-6);
    tree.map((found: Tensor, wanted: Tensor) => (expectClose(found, wanted, 1e-6), found), gradient, expectedGradient);
    await step.release();
  });

  it('traces once a signature: shapes, dtypes, structure and static values', async () => {
    const traced = vi.fn((x: { readonly [name: string]: Tensor }, scale: number) => mul(Object.values(x)[0]!, scale));
    const f = compile(traced);
    const call = async (x: Tensor, scale: number, name = 'x'): Promise<void> => expectClose(await f({ [name]: x }, scale), mul(x, scale), 1e-6);
    await call(arbitrary([2]), 3);
    await call(arbitrary([2]), 3);
    expect(traced).toHaveBeenCalledTimes(1);
    await call(arbitrary([4]), 3);
    await call(arbitrary([2], 'float64'), 3);
    await call(arbitrary([2]), 5);
    await call(arbitrary([2]), 3, 'y');
    await call(arbitrary([4]), 3);
    expect(traced).toHaveBeenCalledTimes(5);
    expect(f.sessionCount()).toBe(5);
    await f.release();
    expect(f.sessionCount()).toBe(0);
    await call(arbitrary([2]), 3);
    await f.release();
  });

  it('keeps the signatures used last', async () => {
    const traced = vi.fn((x: Tensor) => mul(x, 2));
    const f = compile(traced, { cacheSize: 2 });
    for (const size of [1, 2, 1, 3, 1, 2]) await f(arbitrary([size]));
    expect(traced).toHaveBeenCalledTimes(4);
    expect(f.sessionCount()).toBe(2);
    await f.release();
  });

  it('shares a session between shapes that are made symbolic', async () => {
    const traced = vi.fn((x: Tensor, y: Tensor) => add(matmul(x, y), 1));
    const f = compile(traced, { argumentNames: ['x', 'y'], symbolic: (path, shape) => (path === 'x' ? ['batch', ...shape.slice(1)] : shape) });
    const y = arbitrary([3, 2]);
    for (const batch of [1, 4, 7]) {
      const x = arbitrary([batch, 3]);
      expectClose(await f(x, y), add(matmul(x, y), 1), 1e-6);
    }
    expect(traced).toHaveBeenCalledTimes(1);
    await f.release();
  });

  it('takes an object with a shape and a dtype in a call for a static value', async () => {
    const f = compile((x: Tensor, { shape, dtype }: { readonly shape: readonly number[]; readonly dtype: 'float32' }) => mul(x, shape.length + dtype.length));
    expect((await f(tensor([2]), { shape: [3, 4], dtype: 'float32' })).item()).toBe(18);
    await f.release();
  });

  it('passes on what needs no graph: inputs, constants, static results', async () => {
    const f = compile((x: Tensor, y: Tensor) => ({ same: x, one: tensor([1]), label: 'done', sum: add(x, y), again: add(x, y) }));
    const [x, y] = [arbitrary([2]), arbitrary([2])];
    const result = await f(x, y);
    expect(result.same).toBe(x);
    expect([result.label, result.one.item()]).toEqual(['done', 1]);
    expectClose(result.again, add(x, y), 0);
    await f.release();
    const constant = compile((a: Tensor) => [a, tensor([2])] as const);
    expect((await constant(x))[1].item()).toBe(2);
  });

  it('runs many small arrays as one, and gives them back apart', async () => {
    const layers = Array.from({ length: 10 }, (_, i) => ({ w: arbitrary([i + 1, 2]), b: arbitrary([2]), n: arbitrary([], 'int32') }));
    const shrink = (all: typeof layers, rate: Tensor): typeof layers => all.map(({ w, b, n }) => ({ w: sub(w, mul(w, rate)), b: sub(b, rate), n: add(n, 1) }));
    const f = compile(shrink);
    const rate = tensor(0.25);
    let [found, expected] = [layers, layers];
    for (let i = 0; i < 3; i++) {
      found = await f(found, rate);
      expected = shrink(expected, rate);
    }
    found.forEach(({ w, b, n }, i) => {
      expectClose(w, expected[i]!.w, 1e-6);
      expectClose(b, expected[i]!.b, 1e-6);
      expectClose(n, expected[i]!.n, 0);
    });
    await f.release();
  });

  it('may be called while it runs', async () => {
    const f = compile((x: Tensor) => relu(matmul(x, x)));
    const inputs = Array.from({ length: 6 }, () => arbitrary([8, 8]));
    const results = await Promise.all(inputs.map((x) => f(x)));
    results.forEach((result, i) => expectClose(result, relu(matmul(inputs[i]!, inputs[i]!)), 1e-5));
    expect(f.sessionCount()).toBe(1);
    await f.release();
  });

  it('gives its graph', () => {
    const f = compile((x: Tensor) => add(matmul(x, params.w), params.b));
    expect(f.lower(arbitrary([5, 3])).graph.node?.map(({ opType }) => opType)).toEqual(['Gemm']);
  });

  it('keeps the samples of a key', async () => {
    const dropout = compile((key: Tensor, x: Tensor) => mul(random.bernoulli(key, 0.5, x.shape), x));
    const x = arbitrary([50]);
    expectClose(await dropout(random.key(3), x), mul(random.bernoulli(random.key(3), 0.5, [50]), x), 0);
    await dropout.release();
  });
});

describe('errors', () => {
  it('of the function reach the caller, and the next call tries again', async () => {
    let isBroken = true;
    const f = compile((x: Tensor) => {
      if (isBroken) throw new RangeError('broken');
      return add(x, 1);
    });
    await expect(f(tensor([1]))).rejects.toThrow(RangeError);
    isBroken = false;
    expect((await f(tensor([1]))).item()).toBe(2);
    await f.release();
  });

  it('say that a traced tensor has no value', async () => {
    await expect(compile((x: Tensor) => add(x, x.item() as number))(tensor([1]))).rejects.toThrow(ConcretizationError);
  });

  it('refuse functions and objects among the arguments', async () => {
    await expect(compile((f: () => number) => tensor([f()]))(() => 1)).rejects.toThrow(/Let the function capture it instead/);
    expect(() => compile((x: Tensor) => x, { cacheSize: 0 })).toThrow(ArgumentError);
    expect(() => compile((x: Tensor) => x, { opset: 17 })).toThrow(/`opset` must be a whole number from 18 to 26/);
  });

  it('say that a traced tensor of a function around it cannot go in', () => {
    const outer = (x: Tensor): Tensor => {
      compile((y: Tensor) => add(x, y)).lower(tensor([1.5]));
      return sum(x);
    };
    expect(() => grad(outer)(tensor([1.5]))).toThrow(/uses a traced tensor of a function around it/);
  });

  it('name the devices that are there', async () => {
    const absent = compile((x: Tensor) => add(x, 1), { device: 'wasm' });
    await expect(absent(tensor([1]))).rejects.toThrow(DeviceError);
    await expect(absent(tensor([1]))).rejects.toMatchObject({ device: 'wasm', available: nodeRuntime.listSupportedBackends().map(({ name }) => name).filter((name) => name !== 'tensorrt') });
  });

  it('of a provider whose library is missing are DeviceErrors too', async () => {
    const broken: OrtRuntime = { ...nodeRuntime, InferenceSession: { create: () => Promise.reject(new Error('no available backend found. ERR: [cuda] backend not found')) } };
    await expect(compile((x: Tensor) => add(x, 1), { device: 'cuda', runtime: broken })(tensor([1]))).rejects.toMatchObject({ name: 'DeviceError', device: 'cuda' });
  });
});

describe('an AbortSignal', () => {
  it('stops calls before they begin', async () => {
    const controller = new AbortController();
    const f = compile((x: Tensor) => add(x, 1), { signal: controller.signal });
    expect((await f(tensor([1]))).item()).toBe(2);
    controller.abort(new Error('enough'));
    await expect(f(tensor([1]))).rejects.toThrow('enough');
    await f.release();
  });
});
