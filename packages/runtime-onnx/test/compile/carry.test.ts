import { add, ArgumentError, concatenate, grad, matmul, mean, mul, sub, sum, type Tensor, tensor, tree, valueAndGrad } from '@flaxon/tensor';
import * as ort from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Carry } from '../../src/compile/carry.js';
import { compile, type CompileOptions } from '../../src/compile/compile.js';
import { ReleasedError } from '../../src/errors/session-errors.js';
import type { OrtRuntime, OrtTensor } from '../../src/session/runtime.js';
import { expectClose } from '../agreement.js';
import { arbitrary } from '../values.js';

interface State {
  readonly layers: readonly { readonly w: Tensor; readonly b: Tensor }[];
  readonly count: Tensor;
}

const predict = (layers: State['layers'], x: Tensor): Tensor => layers.reduce((y, { w, b }) => add(matmul(y, w), b), x);
const loss = (layers: State['layers'], x: Tensor): Tensor => mean(mul(predict(layers, x), predict(layers, x)));

const step = ({ layers, count }: State, x: Tensor, rate: Tensor): [State, { loss: Tensor; unit: string }] => {
  const [value, gradient] = valueAndGrad(loss)(layers, x);
  const next = layers.map(({ w, b }, i) => ({ w: sub(w, mul(gradient[i]!.w, rate)), b: sub(b, mul(gradient[i]!.b, rate)) }));
  return [{ layers: next, count: add(count, 1) }, { loss: value, unit: 'squares' }];
};

const initial = (): State => ({ layers: Array.from({ length: 4 }, () => ({ w: mul(arbitrary([3, 3]), 0.3), b: arbitrary([3]) })), count: tensor(0, { dtype: 'int32' }) });

async function expectSteps(options: CompileOptions): Promise<void> {
  await using f = compile(step, options);
  const first = initial();
  await using loop = f.carry(first);
  let expected = first;
  for (const batch of [5, 5, 2, 5]) {
    const [x, rate] = [arbitrary([batch, 3]), tensor(0.05)];
    const [next, result] = step(expected, x, rate);
    const found = await loop.advance(x, rate);
    expectClose(found.loss, result.loss, 1e-5);
    expect(found.unit).toBe('squares');
    expected = next;
  }
  expect(f.sessionCount()).toBe(2);
  const state = await loop.state();
  expectClose(state.count, expected.count, 0);
  state.layers.forEach(({ w, b }, i) => (expectClose(w, expected.layers[i]!.w, 1e-5), expectClose(b, expected.layers[i]!.b, 1e-5)));
}

describe('state that stays in the runtime', () => {
  it('is what the step makes of it, over batches of several sizes', () => expectSteps({}));
  it('is so in a worker', () => expectSteps({ worker: true }));
  it('is so with onnxruntime-web', () => {
    web.env.wasm.numThreads = 1;
    return expectSteps({ runtime: web, device: 'wasm' });
  });

  it('has the types of the step', () => {
    expectTypeOf(compile(step).carry).returns.toEqualTypeOf<Carry<State, [x: Tensor, rate: Tensor], { loss: Tensor; unit: string }>>();
  });

  it('is, before a step, what it was; steps run in the order in which they were asked for', async () => {
    await using f = compile((s: Tensor, x: Tensor): [Tensor, Tensor] => [add(mul(s, 10), x), s]);
    await using loop = f.carry(tensor(0, { dtype: 'int32' }));
    expect((await loop.state()).item()).toBe(0);
    const results = await Promise.all([1, 2, 3].map((x) => loop.advance(tensor(x, { dtype: 'int32' }))));
    expect(results.map((result) => result.item())).toEqual([0, 1, 12]);
    expect((await loop.state()).item()).toBe(123);
  });

  it('goes on where the graph of a step had to make room for another', async () => {
    let opened = 0;
    await using f = compile((s: Tensor, x: Tensor): [Tensor, Tensor] => [add(s, sum(x)), s], { cacheSize: 1, onCompile: () => opened++ });
    await using loop = f.carry(tensor(0));
    for (const size of [1, 2, 2, 1, 2]) await loop.advance(tensor(new Array<number>(size).fill(1)));
    expect((await loop.state()).item()).toBe(8);
    expect(opened).toBe(4);
  });

  it('may be leaves that go through, change places or are constants', async () => {
    await using f = compile(({ a, b, c }: { a: Tensor; b: Tensor; c: Tensor }, x: Tensor): [{ a: Tensor; b: Tensor; c: Tensor }, Tensor] => [{ a: b, b: a, c: tensor([7], { dtype: 'float32' }) }, add(c, x)]);
    const [a, b, c] = [1, 2, 3].map((value) => tensor([value], { dtype: 'float32' }));
    await using loop = f.carry({ a: a!, b: b!, c: c! });
    expect((await loop.advance(a!)).item()).toBe(4);
    expect((await loop.advance(a!)).item()).toBe(8);
    expect((await loop.advance(a!)).item()).toBe(8);
    expect(tree.map((x: Tensor) => x.item(), await loop.state())).toEqual({ a: 2, b: 1, c: 7 });
  });

  it('stays as it was where a step fails or is aborted before it begins', async () => {
    await using f = compile((s: Tensor, x: Tensor): [Tensor, Tensor] => [add(s, matmul(x, x)), s]);
    await using loop = f.carry(tensor([[1]], { dtype: 'float32' }));
    await loop.advance(tensor([[2]], { dtype: 'float32' }));
    await expect(loop.advance(arbitrary([2, 3]))).rejects.toThrow();
    await expect(loop.run([tensor([[2]], { dtype: 'float32' })], { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect((await loop.state()).item()).toBe(5);
  });

  it('must come out as it went in', async () => {
    const grows = compile((s: Tensor, x: Tensor): [Tensor, Tensor] => [concatenate([s, x], 0), x]).carry(tensor([1], { dtype: 'float32' }));
    await expect(grows.advance(tensor([2], { dtype: 'float32' }))).rejects.toThrow(ArgumentError);
    await expect(grows.advance(tensor([2], { dtype: 'float32' }))).rejects.toThrow(/goes in as float32\[1\] and comes out as float32\[2\]/);
    const both = { a: tensor(1), b: tensor(2) };
    const forgets = compile((s: typeof both, x: Tensor) => [{ a: s.a }, x] as const).carry(both);
    await expect(forgets.advance(tensor(3))).rejects.toThrow(/leaf `b` goes in as int32\[\] and comes out as nothing/);
    const adds = compile((s: typeof both, x: Tensor) => [{ ...s, c: x }, x] as const).carry(both);
    await expect(adds.advance(tensor(3))).rejects.toThrow(/leaf `c` goes in as nothing/);
  });

  it('is gone after its release; the step is not', async () => {
    await using f = compile((s: Tensor, x: Tensor): [Tensor, Tensor] => [grad((y: Tensor) => mul(y, y))(s), x]);
    const loop = f.carry(tensor(1.5));
    await loop.advance(tensor(1));
    await loop.release();
    await expect(loop.advance(tensor(1))).rejects.toThrow(ReleasedError);
    await expect(loop.state()).rejects.toThrow(/the state was released/);
    expect((await f(tensor(1.5), tensor(1)))[0].item()).toBe(3);
  });
});

/** A runtime that notes which tensors it has given. */
function watched(given: Readonly<Record<string, OrtTensor>>[]): OrtRuntime {
  const create = async (model: Uint8Array | string): Promise<Awaited<ReturnType<OrtRuntime['InferenceSession']['create']>>> => {
    const session = typeof model === 'string' ? await ort.InferenceSession.create(model) : await ort.InferenceSession.create(model);
    return {
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      run: async (feeds, fetches) => {
        const results: Readonly<Record<string, OrtTensor>> = await session.run(feeds as Record<string, ort.Tensor>, fetches);
        given.push(results);
        return results;
      },
      release: () => session.release(),
    };
  };
  return { InferenceSession: { create }, Tensor: ort.Tensor, listSupportedBackends: ort.listSupportedBackends };
}

describe('the memory of a state', () => {
  const size = 2 ** 15;
  const doubles = (s: Tensor): [Tensor, Tensor] => [mul(s, 2), add(s, 1)];
  const lengthOf = ({ data }: OrtTensor): number => (data as Float32Array).length;
  const initialState = (): Tensor => tensor(new Float32Array(size).fill(1));

  it('goes back with the step that takes it; the first state and results stay', async () => {
    const given: Record<string, OrtTensor>[] = [];
    await using f = compile(doubles, { runtime: watched(given) });
    const first = initialState();
    await using loop = f.carry(first);
    const results = [await loop.advance(), await loop.advance(), await loop.advance()];
    const states = given.map((outputs) => lengthOf(Object.entries(outputs).find(([name]) => name.startsWith('next'))![1]));
    expect(states).toEqual([0, 0, size]);
    expect(results.map((result) => result.data()[size - 1])).toEqual([2, 3, 5]);
    expect(first.data()[size - 1]).toBe(1);
    await loop.release();
    expect(given.flatMap((outputs) => Object.entries(outputs).flatMap(([name, value]) => (name.startsWith('next') ? [lengthOf(value)] : [])))).toEqual([0, 0, 0]);
  });

  it('stays where the state was asked for', async () => {
    await using f = compile(doubles);
    const loop = f.carry(initialState());
    await loop.advance();
    const seen = await loop.state();
    await loop.advance();
    const [later] = [await loop.state(), await loop.advance()];
    await loop.release();
    expect([seen.data()[size - 1], later.data()[size - 1]]).toEqual([2, 4]);
  });

  it('stays where the step fails', async () => {
    await using f = compile((s: Tensor, x: Tensor): [Tensor, Tensor] => [add(s, matmul(x, x)), s]);
    await using loop = f.carry(tensor(new Float32Array(size).fill(1), { shape: [size, 1] }));
    await loop.advance(tensor([[2]], { dtype: 'float32' }));
    await expect(loop.advance(arbitrary([2, 3]))).rejects.toThrow();
    expect((await loop.state()).data()[size - 1]).toBe(5);
  });
});
