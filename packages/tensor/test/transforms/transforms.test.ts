import { describe, expect, expectTypeOf, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { numbersOf } from './differences.js';

const f64 = (...values: number[]): Tensor => fx.tensor(Float64Array.from(values));
const primitivesOf = (program: fx.Program): string[] => program.equations.map((equation) => equation.primitive);

describe('grad', () => {
  it('differentiates by a tree and gives a tree like it', () => {
    const loss = (params: { w: Tensor; b: Tensor[] }, x: Tensor): Tensor => fx.sum(fx.add(fx.mul(params.w, x), params.b[0]!));
    const gradient = fx.grad(loss)({ w: f64(2), b: [f64(1)] }, f64(5));
    expectTypeOf(gradient).toEqualTypeOf<{ w: Tensor; b: Tensor[] }>();
    expect(gradient.w.toArray()).toEqual([5]);
    expect(gradient.b[0]!.toArray()).toEqual([1]);
  });
  it('takes argument numbers', () => {
    const f = (x: Tensor, y: Tensor): Tensor => fx.sum(fx.mul(x, fx.square(y)));
    expect(fx.grad(f, { argnums: 1 })(f64(2), f64(3)).toArray()).toEqual([12]);
    const [gx, gy] = fx.grad(f, { argnums: [0, 1] })(f64(2), f64(3)) as [Tensor, Tensor];
    expect([gx.toArray(), gy.toArray()]).toEqual([[9], [12]]);
  });
  it('passes an auxiliary result on, tensors and plain data alike', () => {
    const f = (x: Tensor): [Tensor, { double: Tensor; note: string }] => [fx.sum(fx.square(x)), { double: fx.mul(x, 2), note: 'kept' }];
    const [[value, aux], gradient] = fx.valueAndGrad(f, { hasAux: true })(f64(3));
    expect([value.item(), aux.double.toArray(), aux.note, gradient.toArray()]).toEqual([9, [6], 'kept', [6]]);
    const [only, same] = fx.grad(f, { hasAux: true })(f64(3));
    expect([only.toArray(), same.note]).toEqual([[6], 'kept']);
  });
  it('passes arguments that are not differentiated as they are', () => {
    const f = (x: Tensor, options: { power: number }): Tensor => fx.sum(fx.integerPow(x, options.power));
    expect(fx.grad(f)(f64(2), { power: 3 }).toArray()).toEqual([12]);
  });
  it('is zero for what the result does not use', () => {
    const [, gy] = fx.grad((x: Tensor, _y: Tensor) => fx.sum(x), { argnums: [0, 1] })(f64(1), f64(1, 2)) as [Tensor, Tensor];
    expect(gy.toArray()).toEqual([0, 0]);
  });
  it('has the dtype of the argument', () => {
    const x = fx.tensor([1, 2], { dtype: 'float16' });
    expect(fx.grad((t: Tensor) => fx.sum(fx.astype(fx.square(t), 'float32')))(x).dtype).toBe('float16');
  });
  it('refuses a result that is not a scalar, and integer arguments', () => {
    expect(() => fx.grad((x: Tensor) => x)(f64(1, 2))).toThrow(/a gradient is of a scalar function; reduce the result with `sum`/);
    expect(() => fx.grad((x: Tensor) => fx.sum(x))(fx.tensor([1]))).toThrow(fx.DtypeError);
    expect(() => fx.grad((x: Tensor) => fx.sum(x), { argnums: 3 })(f64(1))).toThrow(/names argument 3 of 1/);
  });
});

describe('higher orders and nesting', () => {
  it('differentiates any number of times', () => {
    let f = (x: Tensor): Tensor => fx.integerPow(x, 4);
    for (const expected of [4 * 8, 12 * 4, 24 * 2, 24]) {
      f = fx.grad(f);
      expect(f(fx.tensor(2, { dtype: 'float64' })).item()).toBe(expected);
    }
  });
  it('keeps the tangents of two nested derivatives apart', () => {
    const f = fx.grad((x: Tensor) => fx.mul(x, fx.grad((y: Tensor) => fx.mul(x, y))(fx.tensor(1, { dtype: 'float64' }))));
    expect(f(fx.tensor(3, { dtype: 'float64' })).item()).toBe(6);
  });
  it('forward over reverse, reverse over forward and reverse over reverse agree', () => {
    const f = (x: Tensor): Tensor => fx.sum(fx.mul(fx.sin(x), fx.cumsum(x)));
    const x = f64(0.3, -1.2, 2);
    const results = [fx.jacfwd(fx.jacrev(f)), fx.jacrev(fx.jacfwd(f)), fx.jacrev(fx.jacrev(f)), fx.hessian(f)].map((h) => numbersOf(h(x) as Tensor));
    for (const result of results) result.forEach((value, i) => expect(value).toBeCloseTo(results[0]![i]!, 12));
  });
  it('jacobians of trees are trees of trees', () => {
    const f = (p: { a: Tensor; b: Tensor }): { u: Tensor } => ({ u: fx.mul(p.a, p.b) });
    const forward = fx.jacfwd(f)({ a: f64(1, 2), b: f64(3, 4) }) as { u: { a: Tensor; b: Tensor } };
    const reverse = fx.jacrev(f)({ a: f64(1, 2), b: f64(3, 4) }) as { u: { a: Tensor; b: Tensor } };
    expect(forward.u.a.toArray()).toEqual([[3, 0], [0, 4]]);
    expect(reverse.u.b.toArray()).toEqual([[1, 0], [0, 2]]);
  });
  it('vmap of grad of scan of vmap', () => {
    const f = (x: Tensor): Tensor => fx.sum(fx.scan((c: Tensor, t: Tensor) => [fx.mul(c, fx.vmap(fx.sin)(fx.broadcastTo(t, [2]))), null] as const, fx.ones([2], 'float64'), x)[0]);
    const x = fx.tensor([[0.5, 1], [2, 3]], { dtype: 'float64' });
    const each = [...x].map((row) => fx.grad(f)(row).toArray());
    expect(fx.vmap(fx.grad(f))(x).toArray()).toEqual(each);
  });
});

describe('vmap', () => {
  const x = fx.tensor([[1, 2, 3], [4, 5, 6]], { dtype: 'float64' });
  it('maps axes given for each argument, and null shares one value', () => {
    const f = fx.vmap((a: Tensor, b: Tensor) => fx.add(a, b), { inAxes: [1, null] });
    expect(f(x, f64(10, 20)).toArray()).toEqual([[11, 24], [12, 25], [13, 26]]);
  });
  it('puts results where outAxes says', () => {
    expect(fx.vmap((a: Tensor) => fx.mul(a, 2), { outAxes: 1 })(x).shape).toEqual([3, 2]);
  });
  it('takes axes as a tree', () => {
    const f = fx.vmap((p: { a: Tensor; b: Tensor }) => fx.sum(fx.mul(p.a, p.b)), { inAxes: [{ a: 0, b: null }] });
    expect(f({ a: x, b: f64(1, 0, 1) }).toArray()).toEqual([4, 10]);
  });
  it('refuses axes of different sizes, and no batch at all', () => {
    expect(() => fx.vmap(fx.add as (a: Tensor, b: Tensor) => Tensor)(x, f64(1, 2, 3))).toThrow(/axes of one size, found 2 and 3/);
    expect(() => fx.vmap((a: Tensor) => a, { inAxes: null })(x)).toThrow(/axisSize/);
  });
  it('gives a constant result to every example', () => {
    expect(fx.vmap((_: Tensor) => f64(7))(x).toArray()).toEqual([[7], [7]]);
  });
});

describe('customJvp and customVjp', () => {
  const clipped = fx.customVjp((x: Tensor) => fx.sin(x), {
    forward: (x: Tensor) => [fx.sin(x), x],
    backward: (x: Tensor, ct: Tensor) => [fx.mul(ct, fx.add(fx.mul(x, 0), 5))],
  });
  const doubled = fx.customJvp((x: Tensor) => fx.sin(x), ([x], [t]) => [fx.sin(x), fx.mul(t, 2)]);

  it('use the derivative that was given', () => {
    expect(fx.grad((x: Tensor) => fx.sum(clipped(x)))(f64(1, 2)).toArray()).toEqual([5, 5]);
    expect(fx.grad((x: Tensor) => fx.sum(doubled(x)))(f64(1, 2)).toArray()).toEqual([2, 2]);
    expect(fx.jvp(doubled, [f64(1)], [f64(3)])[1].toArray()).toEqual([6]);
  });
  it('keep it under vmap', () => {
    expect(fx.vmap(fx.grad((x: Tensor) => clipped(x)))(f64(1, 2)).toArray()).toEqual([5, 5]);
    expect(fx.vmap(fx.grad((x: Tensor) => doubled(x)))(f64(1, 2)).toArray()).toEqual([2, 2]);
  });
  it('keep the value', () => {
    expect(clipped(f64(1)).toArray()).toEqual(fx.sin(f64(1)).toArray());
  });
  it('customVjp refuses forward mode with the fix', () => {
    expect(() => fx.jvp(clipped, [f64(1)], [f64(1)])).toThrow(/only its reverse-mode derivative is known; use `vjp` or `grad`, or define it with `customJvp`/);
  });
});

describe('stopGradient', () => {
  it('keeps the value and stops both modes', () => {
    const f = (x: Tensor): Tensor => fx.sum(fx.mul(fx.stopGradient(fx.square(x)), x));
    expect(fx.grad(f)(f64(3)).toArray()).toEqual([9]);
    expect(fx.jvp(f, [f64(3)], [f64(1)])[1].item()).toBe(9);
  });
});

describe('composites under differentiation', () => {
  it('stay one operation in the forward pass', () => {
    const { program } = fx.trace((x) => [fx.grad((t: Tensor) => fx.sum(fx.square(fx.softmax(t))))(x!)], [fx.spec('float32', [3])]);
    const simple = fx.simplify(program);
    expect(primitivesOf(simple).filter((primitive) => primitive === 'call')).toHaveLength(1);
    expect(primitivesOf(simple)).not.toContain('exp');
  });
});

describe("JAX's conventions at kinks", () => {
  const at = (f: (x: Tensor) => Tensor, ...values: number[]): unknown => fx.grad((x: Tensor) => fx.sum(f(x)))(f64(...values)).toArray();
  it('relu is flat at 0', () => expect(at(fx.relu, 0)).toEqual([0]));
  it('abs rises at 0', () => expect(at(fx.abs, 0)).toEqual([1]));
  it('equal maxima share evenly', () => expect(at((x) => fx.max(x), 2, 1, 2)).toEqual([0.5, 0, 0.5]));
  it('maximum of equals shares evenly', () => expect(at((x) => fx.maximum(x, 1), 1)).toEqual([0.5]));
  it('a safe where keeps the branch not taken out', () => {
    expect(at((x) => fx.where(fx.greater(x, 0), fx.log(fx.where(fx.greater(x, 0), x, 1)), 0), -1, 0, 2)).toEqual([0, 0, 0.5]);
  });
  it('integer powers at 0 are exact', () => expect(at((x) => fx.pow(x, 2), 0)).toEqual([0]));
  it('prod with zeros multiplies the others', () => expect(at((x) => fx.prod(x), 0, 3, 4)).toEqual([12, 0, 0]));
  it('softplus and logsumexp are finite at the ends', () => {
    expect(at(fx.softplus, -1000, 1000)).toEqual([0, 1]);
    expect(at((x) => fx.logsumexp(x), 1000, -1000)).toEqual([1, 0]);
    expect(at((x) => fx.logsumexp(x), -Infinity, 0)).toEqual([0, 1]);
  });
  it('of empty and scalar tensors are empty and scalar', () => {
    expect(at((x) => fx.exp(x))).toEqual([]);
    expect(fx.grad((x: Tensor) => fx.exp(x))(fx.tensor(0, { dtype: 'float64' })).item()).toBe(1);
  });
});

describe('scan', () => {
  it('names the path at which the carry changes', () => {
    const run = (): unknown => fx.scan((c: { n: Tensor }) => [{ n: fx.mul(c.n, 0.5) }, null] as const, { n: fx.tensor(1) }, null, { length: 2 });
    expect(run).toThrow(fx.CarryError);
    expect(run).toThrow(/`n` goes in as int32\[\] and comes out as float32\[\]/);
  });
  it('needs a length without xs', () => {
    expect(() => fx.scan((c: Tensor) => [c, null] as const, f64(1), null)).toThrow(/`length` must be given/);
  });
  it('keeps values that do not change out of the loop body', () => {
    const { program } = fx.trace((x) => fx.tree.leaves<Tensor>(fx.scan((c: Tensor, t: Tensor) => [fx.add(c, fx.mul(t, fx.exp(x!))), null] as const, x!, x!)), [fx.spec('float32', [])].map(() => fx.spec('float32', [2])).slice(0, 1));
    expect(primitivesOf(program).filter((p) => p === 'exp')).toHaveLength(1);
  });
  it('of no steps gives the start', () => {
    const [last, ys] = fx.scan((c: Tensor, t: Tensor) => [fx.add(c, t), t] as const, fx.tensor(1, { dtype: 'float64' }), fx.zeros([0], 'float64'));
    expect([last.item(), ys.shape]).toEqual([1, [0]]);
  });
});
