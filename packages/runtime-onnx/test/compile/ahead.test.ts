import { add, ArgumentError, grad, matmul, mul, spec, type Spec, sum, type Tensor, tensor } from '@flaxon/tensor';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import type { CompileEvent } from '../../src/compile/compiler.js';
import type { Described } from '../../src/compile/described.js';
import { expectClose } from '../agreement.js';
import { arbitrary } from '../values.js';

const dense = ({ w, b }: { readonly w: Tensor; readonly b: Tensor }, x: Tensor): Tensor => add(matmul(x, w), b);
const params = { w: arbitrary([3, 4]), b: arbitrary([4]) };
const described = { w: spec('float32', [3, 4]), b: spec('float32', [4]) };

describe('ahead of time', () => {
  it('specs do where tensors would', async () => {
    const f = compile(dense);
    const shapes = (x: Spec): string[] => f.lower(described, x).inputs.map(({ shape }) => shape.join());
    expect(shapes(spec('float32', [5, 3]))).toEqual(['4', '3,4', '5,3']);
    expect(shapes(spec('float32', ['batch', 3]))).toEqual(['4', '3,4', 'batch,3']);
    expect(f.lower(params, arbitrary([5, 3])).inputs.map(({ shape }) => shape.join())).toEqual(['4', '3,4', '5,3']);
    expectTypeOf<Described<[Tensor, { a: Tensor; n: number }]>>().toEqualTypeOf<readonly [Spec, { readonly a: Spec; readonly n: number }]>();
  });

  it('`prepare` does what the first call does, so that this finds its session', async () => {
    const traced = vi.fn(dense);
    const events: CompileEvent[] = [];
    await using f = compile(traced, { onCompile: (event) => events.push(event) });
    await f.prepare(described, spec('float32', [5, 3]));
    expect([traced.mock.calls.length, f.sessionCount(), events.length]).toEqual([1, 1, 1]);
    const x = arbitrary([5, 3]);
    expectClose(await f(params, x), dense(params, x), 1e-6);
    expect(traced).toHaveBeenCalledTimes(1);
    expect(events).toMatchObject([{ device: 'cpu', nodes: 1 }]);
    expect(events[0]!.signature).toContain('float32[5,3]');
    expect(Math.min(events[0]!.traceMilliseconds, events[0]!.lowerMilliseconds, events[0]!.openMilliseconds, events[0]!.bytes)).toBeGreaterThan(0);
  });

  it('`onCompile` is called once a signature', async () => {
    const onCompile = vi.fn();
    await using f = compile((x: Tensor) => mul(x, 2), { onCompile });
    for (const size of [1, 2, 1, 2]) await f(arbitrary([size]));
    expect(onCompile).toHaveBeenCalledTimes(2);
  });

  it('`graph` prints the program', () => {
    const text = compile(grad((x: Tensor) => sum(mul(x, x)))).graph(spec('float32', ['n']));
    expect(text).toContain('float32[n]');
    expect(text).toMatch(/mul|add/);
  });

  it('`cost` counts operations, bytes and nodes', () => {
    const cost = compile(dense).cost(described, spec('float32', [5, 3]));
    // 5 x 4 results of 3 products and as many sums, and 20 sums.
    expect(cost.flops).toBe(2 * 5 * 3 * 4 + 20);
    expect(cost.bytesRead).toBe(4 * (5 * 3 + 3 * 4 + 20 + 4));
    expect([cost.nodes, cost.constantBytes]).toEqual([1, 0]);
    const captured = compile((x: Tensor) => matmul(x, params.w), { symbolic: ['batch'] }).cost(spec('float32', [5, 3]));
    expect([captured.constantBytes, captured.flops]).toEqual([48, 120]);
    expect(() => compile(dense).cost(described, spec('float32', ['batch', 3]))).toThrow(ArgumentError);
  });
});

describe('symbolic axes by argument', () => {
  it('share a session between batches', async () => {
    const traced = vi.fn(dense);
    await using f = compile(traced, { symbolic: [null, 'batch'] });
    for (const batch of [1, 4, 9]) {
      const x = arbitrary([batch, 3]);
      expectClose(await f(params, x), dense(params, x), 1e-6);
    }
    expect([traced.mock.calls.length, f.sessionCount()]).toEqual([1, 1]);
    await f({ w: arbitrary([3, 2]), b: arbitrary([2]) }, arbitrary([4, 3]));
    expect(f.sessionCount()).toBe(2);
  });

  it('may be several leading ones, of every leaf of a tree', async () => {
    await using f = compile(({ x, y }: { readonly x: Tensor; readonly y: Tensor }) => add(x, y), { symbolic: [['batch', 'length']] });
    for (const [batch, length] of [[2, 3], [4, 1]] as const) {
      const args = { x: arbitrary([batch, length, 2]), y: arbitrary([batch, length, 2]) };
      expectClose(await f(args), add(args.x, args.y), 0);
    }
    expect(f.sessionCount()).toBe(1);
  });

  it('must be given as a list', () => {
    expect(() => compile(dense, { symbolic: JSON.parse('"batch"') as readonly string[] })).toThrow(/a list with an entry for each argument/);
  });
});

describe('one call', () => {
  it('can be aborted alone', async () => {
    await using f = compile((x: Tensor) => add(x, 1));
    const controller = new AbortController();
    const call = f.run([tensor([1])], { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    expect((await f.run([tensor([1])], { signal: new AbortController().signal })).item()).toBe(2);
    expect((await f(tensor([2]))).item()).toBe(3);
  });

  it('ends by the signal of its function as well', async () => {
    const [own, all] = [new AbortController(), new AbortController()];
    await using f = compile((x: Tensor) => add(x, 1), { signal: all.signal });
    await f(tensor([1]));
    const call = f.run([tensor([1])], { signal: own.signal });
    all.abort(new Error('all of them'));
    await expect(call).rejects.toThrow('all of them');
  });
});
