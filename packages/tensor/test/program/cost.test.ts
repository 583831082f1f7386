import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Program, ProgramCost, Tensor } from '../../src/index.js';

const f32 = (...shape: readonly (number | string)[]): fx.Spec => fx.spec('float32', shape);
const traceOne = (f: (...inputs: Tensor[]) => Tensor, ...specs: fx.Spec[]): Program => fx.trace((...inputs) => [f(...inputs)], specs).program;
const costOf = (f: (...inputs: Tensor[]) => Tensor, ...specs: fx.Spec[]): ProgramCost => fx.programCost(traceOne(f, ...specs));

const conv =
  (options: Omit<fx.ConvOptions, 'dimensionNumbers'>) =>
  (x: Tensor, kernel: Tensor): Tensor =>
    fx.convGeneralDilated(x, kernel, { dimensionNumbers: ['NCHW', 'OIHW', 'NCHW'], ...options });
const around = (low: number, high: number): [number, number][] => [[low, high], [low, high]];

/** From JAX 0.10.2: `jax.jit(f).lower(*specs).cost_analysis()`, where the lowered operations are the same. */
const asInJax: readonly { readonly title: string; readonly run: () => ProgramCost; readonly flops: number; readonly transcendentals?: number }[] = [
  { title: 'a dense layer', run: () => costOf((x, k, b) => fx.add(fx.matmul(x, k), b), f32(16, 9), f32(9, 4), f32(4)), flops: 1216 },
  { title: 'a batched product', run: () => costOf((x, y) => fx.matmul(x, y), f32(2, 3, 4), f32(2, 4, 5)), flops: 240 },
  { title: 'a convolution, without what only meets padding', run: () => costOf(conv({ padding: around(1, 1) }), f32(2, 3, 8, 8), f32(4, 3, 3, 3)), flops: 23232 },
  { title: 'a convolution with strides', run: () => costOf(conv({ windowStrides: [2, 2], padding: around(0, 1) }), f32(2, 3, 8, 8), f32(4, 3, 3, 3)), flops: 5808 },
  { title: 'a grouped convolution', run: () => costOf(conv({ padding: around(0, 0), featureGroupCount: 2 }), f32(2, 4, 8, 8), f32(6, 2, 3, 3)), flops: 15552 },
  { title: 'a dilated convolution', run: () => costOf(conv({ padding: around(2, 2), rhsDilation: [2, 2] }), f32(1, 3, 8, 8), f32(4, 3, 3, 3)), flops: 9600 },
  { title: 'a transposed convolution, without the gaps', run: () => costOf(conv({ padding: around(2, 2), lhsDilation: [2, 2] }), f32(1, 3, 5, 5), f32(4, 3, 3, 3)), flops: 5400 },
  { title: 'a convolution in batch groups', run: () => costOf(conv({ padding: around(0, 0), batchGroupCount: 2 }), f32(4, 3, 6, 6), f32(4, 3, 3, 3)), flops: 6912 },
  { title: 'a sum', run: () => costOf((x) => fx.sum(x, { axis: 0 }), f32(5, 7)), flops: 28 },
  { title: 'a maximum', run: () => costOf((x) => fx.max(x, { axis: 1 }), f32(5, 7)), flops: 30 },
  { title: 'tanh beside a product', run: () => costOf((x) => fx.mul(fx.tanh(x), x), f32(5, 7)), flops: 35, transcendentals: 35 },
  { title: 'a comparison and a choice', run: () => costOf((x) => fx.where(fx.greater(x, 0), x, 0), f32(5, 7)), flops: 70 },
  { title: 'a conversion', run: () => costOf((x) => fx.astype(x, 'int32'), f32(5, 7)), flops: 35 },
  { title: 'a fifth power, by three products', run: () => costOf((x) => fx.integerPow(x, 5), f32(5, 7)), flops: 105 },
  { title: 'a change of shape', run: () => costOf((x) => fx.transpose(fx.reshape(x, [7, 5])), f32(5, 7)), flops: 0 },
  { title: 'a sort', run: () => costOf((x) => fx.sort(x), f32(8)), flops: 24 },
  { title: 'floor', run: () => costOf((x) => fx.floor(x), f32(5, 7)), flops: 35 },
  { title: 'a power', run: () => costOf((x, y) => fx.pow(x, y), f32(5, 7), f32(5, 7)), flops: 0, transcendentals: 35 },
];

describe('programCost: operations', () => {
  it.each(asInJax)('counts $title as JAX does', ({ run, flops, transcendentals = 0 }) => {
    expect(run()).toMatchObject({ flops, transcendentals });
  });

  it('counts every step of a scan', () => {
    const step = costOf((x, k) => fx.matmul(x, k), f32(2, 3), f32(3, 3));
    const loop = costOf((x, k) => fx.scan((carry: Tensor) => [fx.matmul(carry, k), null] as const, x, null, { length: 7 })[0], f32(2, 3), f32(3, 3));
    expect(loop.flops).toBe(7 * step.flops);
    expect(loop.unknownLoops).toBe(0);
  });

  it('counts one step of a loop that nobody knows the length of, and says so', () => {
    const loop = costOf((x) => fx.whileLoop((y: Tensor) => fx.less(fx.sum(y), 10), (y: Tensor) => fx.mul(y, 2), x), f32(4));
    // sum: 3, less: 1, mul: 4
    expect(loop.flops).toBe(8);
    expect(loop.unknownLoops).toBe(1);
  });

  it('counts the dearest branch alone', () => {
    const branches = [(y: Tensor) => fx.add(y, 1), (y: Tensor) => fx.matmul(y, y), (y: Tensor) => y];
    const cost = costOf((index, x) => fx.switchCase(index, branches, x), fx.spec('int32', []), f32(4, 4));
    expect(cost.flops).toBe(2 * 4 * 4 * 4);
  });

  it('counts what a composite is made of', () => {
    const cost = costOf((x) => fx.softmax(x), f32(5, 7));
    expect(cost.transcendentals).toBe(35);
    // at most 6 for a row, sub 35, sum 6 a row, div 35
    expect(cost.flops).toBeGreaterThanOrEqual(5 * 6 + 35 + 5 * 6 + 35);
  });
});

describe('programCost: scopes', () => {
  it('attributes equations, those in bodies too, to the scope that made them', () => {
    const program = traceOne((x, k) => {
      const h = fx.nameScope('Dense_0', () => fx.matmul(x, k));
      return fx.nameScope('Cell', () => fx.scan((carry: Tensor) => [fx.nameScope('Cell/Dense', () => fx.matmul(carry, k)), null] as const, h, null, { length: 3 })[0]);
    }, f32(2, 3), f32(3, 3));
    const { scopes, flops } = fx.programCost(program);
    expect(scopes.get('Dense_0')?.flops).toBe(36);
    expect(scopes.get('Cell/Dense')?.flops).toBe(3 * 36);
    expect([...scopes.values()].reduce((sum, one) => sum + one.flops, 0)).toBe(flops);
  });

  it('attributes the backward pass to the scope of the forward equation', () => {
    const program = traceOne((x, k) => fx.grad((kernel: Tensor) => fx.nameScope('outer', () => fx.sum(fx.nameScope('Dense_0', () => fx.matmul(x, kernel)))))(k), f32(2, 3), f32(3, 4));
    const { scopes } = fx.programCost(fx.simplify(program));
    expect(scopes.get('Dense_0')?.flops).toBe(2 * 2 * 3 * 4);
  });
});

describe('programCost: memory', () => {
  it('counts what equations read and write; a reshape writes nothing', () => {
    const cost = costOf((x) => fx.reshape(fx.add(fx.exp(x), x), [6]), f32(2, 3));
    expect(cost).toMatchObject({ bytesRead: 24 + 48, bytesWritten: 48 });
  });

  it('drops values after their last use', () => {
    const chain = costOf((x) => fx.exp(fx.exp(fx.exp(fx.exp(x)))), f32(100));
    // The input, one value that is read and one that is written.
    expect(chain.peakBytes).toBe(3 * 400);
  });

  it('keeps values that are read later', () => {
    const cost = costOf((x) => {
      const a = fx.exp(x);
      const b = fx.exp(a);
      const c = fx.exp(b);
      return fx.add(fx.add(c, b), a);
    }, f32(100));
    // x, a, b, c, and the first sum while it is made.
    expect(cost.peakBytes).toBe(5 * 400);
  });

  it('a reshape keeps its operand, and needs no memory of its own', () => {
    const cost = costOf((x) => fx.exp(fx.reshape(fx.exp(x), [100])), f32(10, 10));
    expect(cost.peakBytes).toBe(3 * 400);
  });

  it('counts what the body of a loop needs while it runs', () => {
    const loop = costOf((x) => fx.scan((carry: Tensor) => [fx.exp(fx.exp(fx.exp(carry))), null] as const, x, null, { length: 5 })[0], f32(100));
    expect(loop.peakBytes).toBe(2 * 400 + 400);
  });
});

describe('programCost: symbolic sizes', () => {
  it('asks for the size of a symbolic dimension and names it', () => {
    const program = traceOne((x, k) => fx.matmul(x, k), f32('batch', 9), f32(9, 4));
    expect(fx.programCost(program, { sizes: { batch: 16 } }).flops).toBe(1152);
    expect(() => fx.programCost(program)).toThrow(/missing: batch.*\{ sizes: \{ batch: 1 \} \}/);
  });
});
