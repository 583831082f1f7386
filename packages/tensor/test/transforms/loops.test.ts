import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { checkDerivatives, expectClose, numbersOf } from './differences.js';

const f64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => fx.tensor(Float64Array.from(values), { shape });
const primitivesOf = (f: (...inputs: Tensor[]) => Tensor, ...specs: fx.Spec[]): string[] => fx.trace((...inputs) => [f(...inputs)], specs).program.equations.map(({ primitive }) => primitive);

describe('associativeScan', () => {
  interface Affine {
    readonly [name: string]: Tensor;
    readonly w: Tensor;
    readonly y: Tensor;
  }
  const after = (a: Affine, b: Affine): Affine => ({ w: fx.mul(a.w, b.w), y: fx.add(fx.mul(a.y, b.w), b.y) });
  const elements: Affine = { w: f64([0.5, 2, -1, 3, 0.25]), y: f64([1, 2, 3, 4, 5]) };

  // jax.lax.associative_scan of the same function in JAX 0.10.2.
  it('gives all partial results of trees, also from the end', () => {
    const forward = fx.associativeScan(after, elements);
    expect([forward.w.toArray(), forward.y.toArray()]).toEqual([[0.5, 1, -1, -3, -0.75], [1, 4, -1, 1, 5.25]]);
    const backward = fx.associativeScan(after, elements, { reverse: true });
    expect([backward.w.toArray(), backward.y.toArray()]).toEqual([[-0.75, -1.5, -0.75, 0.75, 0.25], [-14, -30, -16, 19, 5]]);
  });
  it('agrees with cumsum and cumprod at every size, along every axis', () => {
    for (let size = 0; size <= 9; size++) {
      const x = f64(Array.from({ length: 2 * size }, (_, i) => Math.sin(i + 1)), [2, size]);
      expectClose(numbersOf(fx.associativeScan(fx.add as (a: Tensor, b: Tensor) => Tensor, x, { axis: -1 })), numbersOf(fx.cumsum(x, { axis: 1 })), 1e-14);
      expectClose(numbersOf(fx.associativeScan(fx.mul as (a: Tensor, b: Tensor) => Tensor, fx.transpose(x), { reverse: true })), numbersOf(fx.cumprod(fx.transpose(x), { axis: 0, reverse: true })), 1e-14);
    }
  });
  it('takes a logarithmic number of calls', () => {
    const calls = (size: number): number => {
      let count = 0;
      fx.associativeScan((a: Tensor, b: Tensor) => (count++, fx.add(a, b)), fx.zeros([size]));
      return count;
    };
    expect([calls(2), calls(16), calls(1024)]).toEqual([1, 7, 19]);
  });
  it('has both derivatives, and stacks under vmap', () => checkDerivatives((w, y) => fx.associativeScan(after, { w, y }).y, [f64([0.5, 2, -1, 3, 0.25]), f64([1, 2, 3, 4, 5])]));
  it('refuses axes of different sizes and trees that change', () => {
    expect(() => fx.associativeScan((a: Tensor[]) => a, [fx.zeros([2]), fx.zeros([3])])).toThrow(/associativeScan: `xs` must have one size along axis 0, found 2 and float32\[3\]/);
    expect(() => fx.associativeScan((a: fx.Tree<Tensor>): fx.Tree<Tensor> => [a], fx.zeros([2]) as fx.Tree<Tensor>)).toThrow(fx.TreeError);
  });
});

describe('map', () => {
  const f = (x: Tensor): Tensor => fx.sum(fx.square(x));
  const rows = f64([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [5, 2]);
  it('stacks the results, one at a time or some together', () => {
    for (const batchSize of [undefined, 1, 2, 3, 5, 9]) expect(fx.map(f, rows, batchSize === undefined ? {} : { batchSize }).toArray()).toEqual([5, 25, 61, 113, 181]);
  });
  it('is one loop, whose turns are batches, and what is left over', () => {
    expect(primitivesOf((x) => fx.map(fx.sin, x), fx.spec('float32', [5]))).toEqual(['scan']);
    const { program } = fx.trace((x) => [fx.map(fx.sin, x!, { batchSize: 2 })], [fx.spec('float32', [5])]);
    const loop = program.equations.find(({ primitive }) => primitive === 'scan') as fx.EquationOf<'scan'>;
    expect([loop.params.length, program.equations.filter(({ primitive }) => primitive === 'sin').length]).toEqual([2, 1]);
  });
  it('takes and gives trees, and has derivatives', () => {
    const found = fx.map(({ a, b }: { a: Tensor; b: Tensor }) => ({ sum: fx.add(a, b), product: [fx.mul(a, b)] as readonly Tensor[] }), { a: f64([1, 2]), b: f64([3, 4]) });
    expect([found.sum.toArray(), found.product[0]!.toArray()]).toEqual([[4, 6], [3, 8]]);
    checkDerivatives((x) => fx.map(fx.sin, x, { batchSize: 2 }), [f64([1, 2, 3])]);
  });
  it('refuses a batch size that is no positive whole number', () => expect(() => fx.map(f, rows, { batchSize: 0 })).toThrow(/map: `batchSize` must be a positive whole number, found 0/));
});

describe('scan with unroll', () => {
  const step = (c: Tensor, x: { a: Tensor }): readonly [Tensor, { y: Tensor }] => [fx.add(fx.mul(c, 0.5), x.a), { y: fx.mul(c, x.a) }];
  const xs = { a: f64([1, 2, 3, 4, 5, 6, 7]) };
  it('changes no value, whatever is left over, in both directions', () => {
    for (const reverse of [false, true]) {
      const [last, { y }] = fx.scan(step, fx.scalar(1, 'float64'), xs, { reverse });
      for (const unroll of [2, 3, 7, 20, true, false]) {
        const [found, ys] = fx.scan(step, fx.scalar(1, 'float64'), xs, { reverse, unroll });
        expect([found.item(), ys.y.toArray()]).toEqual([last.item(), y.toArray()]);
      }
    }
  });
  it('makes fewer turns of a larger body', () => {
    const loops = (unroll: number | boolean): unknown[] =>
      fx.trace((a) => [fx.scan(step, fx.scalar(1, 'float64'), { a: a! }, { unroll })[0]], [fx.spec('float64', [7])]).program.equations.filter((equation) => equation.primitive === 'scan').map(({ params }) => params.length);
    expect([loops(1), loops(3), loops(true), loops(7)]).toEqual([[7], [2], [], []]);
  });
  it('calls the step once, whatever the number of steps in a turn', () => {
    const calls = (unroll: number | boolean): number => {
      let count = 0;
      fx.scan((c: Tensor, x: { a: Tensor }) => (count++, step(c, x)), fx.scalar(1, 'float64'), xs, { unroll });
      return count;
    };
    expect([calls(1), calls(3), calls(true)]).toEqual([1, 1, 1]);
  });
  it('works without xs, without steps, and under derivatives', () => {
    const grow = (unroll: number): unknown => fx.scan((c: Tensor) => [fx.mul(c, 2), null] as const, fx.scalar(1, 'float64'), null, { length: 5, unroll })[0].item();
    expect([grow(1), grow(2), grow(5)]).toEqual([32, 32, 32]);
    expect(fx.scan(step, fx.scalar(1, 'float64'), { a: f64([]) }, { unroll: 4 })[1].y.shape).toEqual([0]);
    checkDerivatives((a) => fx.scan(step, fx.scalar(1, 'float64'), { a }, { unroll: 2, reverse: true })[1].y, [f64([0.5, 1, 2])]);
  });
  it('refuses what is no number of steps, and a carry that changes', () => {
    expect(() => fx.scan(step, fx.scalar(1, 'float64'), xs, { unroll: 0 })).toThrow(/scan: `unroll` must be a positive whole number or a boolean, found 0/);
    expect(() => fx.trace((a) => [fx.scan(step, fx.scalar(1, 'float64'), { a: a! }, { unroll: 2 })[0]], [fx.spec('float64', ['n'])])).toThrow(/needs a number of steps that is known, found n/);
    expect(() => fx.scan((c: Tensor) => [fx.astype(c, 'float32'), null] as const, fx.scalar(1, 'float64'), null, { length: 2, unroll: 2 })).toThrow(fx.CarryError);
  });
});

describe('scan', () => {
  it('refuses xs without a leading axis', () => {
    expect(() => fx.scan((c: Tensor, x: Tensor) => [fx.add(c, x), null] as const, fx.tensor(1), fx.tensor(2), { length: 3 })).toThrow(/scan: `xs` must have a leading axis to go along, found int32\[\]; what is the same at every step belongs in the carry/);
  });
});

describe('loops over trees', () => {
  interface Carry {
    readonly [name: string]: fx.Tree<Tensor>;
    readonly n: Tensor;
    readonly parts: readonly Tensor[];
  }
  it('foriLoop and whileLoop carry them', () => {
    const start: Carry = { n: fx.tensor(0), parts: [f64([1, 2]), f64([3])] };
    const grow = ({ n, parts }: Carry): Carry => ({ n: fx.add(n, 1), parts: parts.map((part) => fx.mul(part, 2)) });
    const counted = fx.foriLoop(0, 3, (_: Tensor, carry: Carry) => grow(carry), start);
    const waited = fx.whileLoop(({ n }: Carry) => fx.less(n, 3), grow, start);
    for (const found of [counted, waited]) expect([found.n.item(), found.parts.map((part) => part.toArray())]).toEqual([3, [[8, 16], [24]]]);
  });
});
