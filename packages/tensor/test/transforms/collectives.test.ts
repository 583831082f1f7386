import { describe, expect, expectTypeOf, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { axesOf } from '../../src/program/axes-of.js';
import { checkDerivatives, expectClose, numbersOf } from './differences.js';

const f64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => fx.tensor(Float64Array.from(values), { shape });
const x = f64([1, 2, 4]);
/** `f` over the three examples of x, which are called `i`. */
const over = (f: (x: Tensor) => Tensor, of: Tensor = x): Tensor => fx.vmap(f, { axisName: 'i' })(of);
const expectNumbers = (found: Tensor, wanted: readonly number[]): void => expectClose(numbersOf(found), wanted, 1e-6);

describe('reductions across a named axis', () => {
  it('are the same for every example', () => {
    expect(over((t) => fx.psum(t, 'i')).toArray()).toEqual([7, 7, 7]);
    expect(over((t) => fx.pmean(t, 'i')).toArray()).toEqual([7 / 3, 7 / 3, 7 / 3]);
    expect(over((t) => fx.pmax(t, 'i')).toArray()).toEqual([4, 4, 4]);
    expect(over((t) => fx.pmin(t, 'i')).toArray()).toEqual([1, 1, 1]);
  });
  it('keep the shape of an example, wherever its axis is', () => {
    const matrix = f64([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(fx.vmap((t: Tensor) => fx.psum(t, 'i'), { axisName: 'i', inAxes: 1, outAxes: 1 })(matrix).toArray()).toEqual([[6, 6, 6], [15, 15, 15]]);
  });
  it('count what is the same for all examples once for each', () => {
    expect(over((t) => fx.add(t, fx.sum(fx.psum(f64([1, 5]), 'i')))).toArray()).toEqual([19, 20, 22]);
    expect(over((t) => fx.add(t, fx.psum(1, 'i'))).toArray()).toEqual([4, 5, 7]);
    expect(over((t) => fx.add(t, fx.pmean(5, 'i'))).toArray()).toEqual([6, 7, 9]);
    expect(over((t) => fx.mul(t, fx.pmax(fx.scalar(2, 'float64'), 'i'))).toArray()).toEqual([2, 4, 8]);
  });
  // jax.lax.psum of bools, of int8, and jax.lax.pmean of integers, in JAX 0.10.2.
  it('count bools, wrap integers, and make means of integers float32', () => {
    const counted = fx.vmap((t: Tensor) => fx.psum(t, 'i'), { axisName: 'i' })(fx.tensor([true, false, true]));
    expect([counted.dtype, counted.toArray()]).toEqual(['int32', [2, 2, 2]]);
    expect(fx.vmap((t: Tensor) => fx.psum(t, 'i'), { axisName: 'i' })(fx.tensor([100, 100, 100], { dtype: 'int8' })).toArray()).toEqual([44, 44, 44]);
    const mean = fx.vmap((t: Tensor) => fx.pmean(t, 'i'), { axisName: 'i' })(fx.tensor([1, 2, 4]));
    expect([mean.dtype, mean.toArray()]).toEqual(['float32', [Math.fround(7 / 3), Math.fround(7 / 3), Math.fround(7 / 3)]]);
  });
  it('take trees, and types stay', () => {
    const found = fx.vmap((t: Tensor) => {
      const both = fx.psum({ a: t, b: [fx.mul(t, 2)] }, 'i');
      expectTypeOf(both).toEqualTypeOf<{ a: Tensor; b: Tensor[] }>();
      expectTypeOf(fx.psum(1, 'i')).toEqualTypeOf<Tensor>();
      return fx.add(both.a, both.b[0]!);
    }, { axisName: 'i' })(x);
    expect(found.toArray()).toEqual([21, 21, 21]);
  });
});

describe('axisIndex, axisSize and allGather', () => {
  it('number and count the examples', () => {
    expect(over((t) => fx.mul(fx.axisIndex('i'), t)).toArray()).toEqual([0, 2, 8]);
    expect(over((t) => fx.mul(t, fx.dimensionSize(fx.axisSize('i')))).toArray()).toEqual([3, 6, 12]);
  });
  it('gather gives every example the values of all', () => {
    expect(over((t) => fx.allGather(t, 'i')).toArray()).toEqual([[1, 2, 4], [1, 2, 4], [1, 2, 4]]);
    const rows = f64([0, 1, 2, 3], [2, 2]);
    expect(fx.vmap((t: Tensor) => fx.allGather(t, 'i', { axis: -1 }), { axisName: 'i' })(rows).toArray()).toEqual([[[0, 2], [1, 3]], [[0, 2], [1, 3]]]);
    expect(fx.vmap((_: Tensor) => fx.allGather(f64([5, 6]), 'i', { axis: 1 }), { axisName: 'i', outAxes: null })(rows).toArray()).toEqual([[5, 5], [6, 6]]);
  });
  // jax.lax.all_gather(x, 'i', axis=1, tiled=True) in JAX 0.10.2.
  it('tiled joins along an axis that is there', () => {
    const cube = f64(Array.from({ length: 12 }, (_, i) => i), [2, 2, 3]);
    const found = fx.vmap((t: Tensor) => fx.allGather(t, 'i', { axis: 1, tiled: true }), { axisName: 'i', outAxes: null })(cube);
    expect(found.toArray()).toEqual([[0, 1, 2, 6, 7, 8], [3, 4, 5, 9, 10, 11]]);
  });
  it('refuses an axis that the result does not have', () => {
    expect(() => over((t) => fx.allGather(t, 'i', { axis: 2 }))).toThrow(/allGather: `axis` must be an axis of the result, found 2 for rank 0/);
  });
});

describe('nested axes', () => {
  const y = f64([10, 20]);
  const nested = (f: (a: Tensor, b: Tensor) => Tensor, inner = 'i', outer = 'o'): unknown =>
    fx.vmap((b: Tensor) => fx.vmap((a: Tensor) => f(a, b), { axisName: inner })(x), { axisName: outer })(y).toArray();
  // jax.vmap with the same functions and names in JAX 0.10.2.
  it('are told apart by their names', () => {
    expect(nested((a, b) => fx.add(fx.psum(b, 'i'), fx.add(fx.psum(a, 'o'), fx.mul(a, 0))))).toEqual([[32, 34, 38], [62, 64, 68]]);
    expect(nested((a, b) => fx.psum(fx.mul(a, b), ['i', 'o']))).toEqual([[210, 210, 210], [210, 210, 210]]);
    expect(nested(() => fx.axisIndex(['o', 'i']))).toEqual([[0, 1, 2], [3, 4, 5]]);
  });
  it('of one name mean the inner one', () => expect(nested((a, b) => fx.psum(fx.mul(a, b), 'i'), 'i', 'i')).toEqual([[70, 70, 70], [140, 140, 140]]));
  it('gather across the outer one inside the inner one', () => {
    expect(nested((a, b) => fx.sum(fx.mul(fx.allGather(fx.mul(a, b), 'o'), f64([1, 100]))))).toEqual([[2010, 4020, 8040], [2010, 4020, 8040]]);
  });
});

describe('derivatives across a named axis', () => {
  const f = (t: Tensor): Tensor => fx.mul(fx.sin(fx.psum(fx.square(t), 'i')), t);
  // jax.grad, jax.jvp and jax.hessian of the same functions under jax.vmap in JAX 0.10.2.
  it('inside vmap count what every example gets', () => {
    expect(over(fx.grad((t: Tensor) => fx.psum(fx.square(t), 'i'))).toArray()).toEqual([6, 12, 24]);
    expectNumbers(over(fx.grad(f)), [-6.831554, -14.4997635, -29.836182]);
    expectNumbers(over(fx.grad((t: Tensor) => fx.mul(fx.sin(fx.pmean(fx.square(t), 'i')), t))), [4.175197, 7.6934075, 14.729828]);
    expectNumbers(over((t) => fx.jvp(f, [t], [t])[1]), [-22.167973, -44.335945, -88.67189]);
    expectNumbers(over((t) => fx.hessian(f)(t) as Tensor), [-182.6073, -349.87817, -684.4199]);
  });
  it('outside vmap are those of the whole', () => expectNumbers(fx.grad((t: Tensor) => fx.sum(over(f, t)))(x), [-6.831554, -14.4997635, -29.836182]));
  it('of allGather go back to the example that gave', () => {
    const weights = f64([1, 10, 100]);
    expectNumbers(over(fx.grad((t: Tensor) => fx.sum(fx.mul(fx.mul(fx.allGather(t, 'i'), weights), t)))), [428, 491, 1121]);
  });
  it('agree with differences when the whole is differentiated', () => {
    for (const one of [f, (t: Tensor) => fx.mul(fx.pmax(t, 'i'), t), (t: Tensor) => fx.mul(fx.pmin(fx.sin(t), 'i'), t), (t: Tensor) => fx.mul(fx.sum(fx.allGather(fx.square(t), 'i')), t)]) {
      checkDerivatives((t) => over(one, t), [f64([1, 2, 4])], { tolerance: 1e-5 });
    }
  });
  it('of equal maxima are shared evenly', () => {
    expect(fx.grad((t: Tensor) => fx.mean(over((one) => fx.pmax(one, 'i'), t)))(f64([3, 1, 3])).toArray()).toEqual([0.5, 0, 0.5]);
  });
  it('of what is the same for all examples', () => {
    expect(over((t) => fx.grad((w: Tensor) => fx.mul(fx.psum(w, 'i'), t))(fx.scalar(2, 'float64'))).toArray()).toEqual([7, 7, 7]);
  });
  it('of a function with a rule of its own that reduces across the axis', () => {
    const scaled = fx.customVjp((t: Tensor) => fx.psum(t, 'i'), { forward: (t: Tensor) => [fx.psum(t, 'i'), null], backward: (_: null, ct: Tensor) => [fx.mul(2, fx.pmean(ct, 'i'))] });
    expect(over(fx.grad((t: Tensor) => fx.mul(scaled(t), t))).toArray()).toEqual([7 + 14 / 3, 7 + 14 / 3, 7 + 14 / 3]);
    expectClose(numbersOf(fx.grad((t: Tensor) => fx.sum(over((one) => fx.mul(scaled(one), one), t)))(x)), Array.from({ length: 3 }, () => 7 + 14 / 3), 1e-12);
  });
});

describe('collectives inside control flow', () => {
  const steps = f64([1, 2]);
  // The same scan under jax.vmap, and its gradient, in JAX 0.10.2.
  it('work in the body of a scan', () => {
    const [last, ys] = fx.vmap((t: Tensor) => fx.scan((c: Tensor, s: Tensor) => [fx.mul(fx.psum(fx.mul(c, s), 'i'), t), c] as const, t, steps), { axisName: 'i' })(x);
    expect([last.toArray(), ys.toArray()]).toEqual([[98, 196, 392], [[1, 7], [2, 14], [4, 28]]]);
    expectNumbers(over(fx.grad((t: Tensor) => fx.scan((c: Tensor, s: Tensor) => [fx.mul(fx.sin(fx.psum(fx.mul(c, s), 'i')), t), null] as const, t, steps)[0])), [-80.72451, -80.72451, -80.72451]);
  });
  it('work where nothing else in the loop is batched', () => {
    const found = fx.vmap((_: Tensor) => fx.scan((c: Tensor, s: Tensor) => [fx.add(c, fx.mul(s, fx.axisIndex('i'))), null] as const, fx.scalar(0, 'float64'), steps)[0], { axisName: 'i' })(x);
    expect(found.toArray()).toEqual([0, 3, 6]);
  });
  // The same function without the checkpoint, its gradient and its Hessian under jax.vmap in JAX 0.10.2.
  it('work in a scan inside a checkpoint, in first and second order', () => {
    const run = (t: Tensor): Tensor => fx.scan((c: Tensor, s: Tensor) => [fx.sin(fx.psum(fx.mul(c, fx.add(s, t)), 'i')), null] as const, t, f64([0.5, 1]))[0];
    expectNumbers(over(fx.grad(fx.checkpoint(run))), [54.74208039, 99.85915786, 190.0933128]);
    expectNumbers(over((t) => fx.hessian(fx.checkpoint(run))(t)), [-1875.19219198, -3502.58795691, -6757.37948677]);
  });
  it('give each example its own number of steps', () => {
    const found = over((_) => fx.whileLoop((c: Tensor) => fx.less(c, 10), (c: Tensor) => fx.add(c, fx.add(fx.axisIndex('i'), 1)), fx.tensor(0)));
    expect(found.toArray()).toEqual([10, 10, 12]);
  });
  it('work in branches and while loops', () => {
    const branch = over((t) => fx.cond(fx.greater(fx.psum(t, 'i'), 5), (u: Tensor) => fx.pmean(u, 'i'), (u: Tensor) => u, t));
    expect(branch.toArray()).toEqual([7 / 3, 7 / 3, 7 / 3]);
    const looped = over((t) => fx.whileLoop((c: Tensor) => fx.less(fx.pmax(c, 'i'), 30), (c: Tensor) => fx.mul(c, 2), t));
    expect(looped.toArray()).toEqual([8, 16, 32]);
  });
});

describe('names of axes', () => {
  it('outside every axis are an error that lists those there are', () => {
    expect(() => fx.psum(x, 'i')).toThrow(fx.UnboundAxisError);
    expect(() => fx.psum(x, 'i')).toThrow("psum: there is no axis `i`; no axis has a name here. Give the examples that name: `vmap(f, { axisName: 'i' })`");
    const wrong = (): unknown => fx.vmap((t: Tensor) => fx.vmap((u: Tensor) => fx.pmean(u, 'batsh'), { axisName: 'heads' })(t), { axisName: 'batch' })(f64([1, 2], [1, 2]));
    expect(wrong).toThrow(/pmean: there is no axis `batsh`; the axes here are `batch`, `heads`/);
    for (const f of [() => fx.axisIndex('i'), () => fx.axisSize('i'), () => fx.allGather(x, 'i')]) expect(f).toThrow(fx.UnboundAxisError);
  });
  it('end with their vmap, also where it fails', () => {
    expect(() => over(() => { throw new Error('inside'); })).toThrow('inside');
    expect(() => fx.axisSize('i')).toThrow(fx.UnboundAxisError);
  });
  it('are found in the bodies of equations', () => {
    let names: string[] = [];
    fx.vmap((t: Tensor) => {
      const { program } = fx.trace((u) => fx.scan((c: Tensor, s: Tensor) => [fx.psum(fx.add(c, s), 'i'), s] as const, u!, f64([1, 2])), [fx.spec('float64', [])]);
      names = program.equations.flatMap((equation) => [...axesOf(equation)]);
      return t;
    }, { axisName: 'i' })(x);
    expect(names).toEqual(['i']);
  });
  it('leave no trace in the program of the whole', () => {
    const { program } = fx.trace((t) => [over((u) => fx.sub(u, fx.pmean(u, 'i')), t)], [fx.spec('float32', ['batch'])]);
    expect(program.equations.map((equation) => equation.primitive)).toEqual(expect.not.arrayContaining(['collective']));
    fx.checkProgram(program);
  });
});



describe('outAxes of null', () => {
  it('give a result that is the same for all examples once', () => {
    expect(fx.vmap((t: Tensor) => fx.psum(t, 'i'), { axisName: 'i', outAxes: null })(x).item()).toBe(7);
    const [each, total] = fx.vmap((t: Tensor): [Tensor, Tensor] => [t, fx.psum(t, 'i')], { axisName: 'i', outAxes: [0, null] })(x);
    expect([each.shape, total.shape]).toEqual([[3], []]);
  });
  it('refuse one that differs, and say how to combine it', () => {
    expect(() => fx.vmap((t: Tensor) => t, { axisName: 'i', outAxes: null })(x)).toThrow(/outAxes` is null for float64\[3\], which differs from example to example; name an axis for it, or combine the examples with `psum` or `pmean` over 'i'/);
  });
});

describe('axes of vmap', () => {
  const rows = f64([1, 2, 3, 4, 5, 6], [2, 3]);
  it('count from the end where they are negative, in arguments and results', () => {
    expect(fx.vmap((t: Tensor) => fx.mul(t, 2), { inAxes: -1, outAxes: -1 })(rows).toArray()).toEqual([[2, 4, 6], [8, 10, 12]]);
    expect(fx.vmap((t: Tensor) => t, { inAxes: 0, outAxes: -1 })(rows).shape).toEqual([3, 2]);
  });
  it('must fit the arguments, leaf by leaf', () => {
    expect(() => fx.vmap(fx.add as (a: Tensor, b: Tensor) => Tensor, { inAxes: [0] })(rows, rows)).toThrow(/vmap: `inAxes` must be a number, null, or a tree that begins like the arguments; found \[0\] for an array of 2/);
    expect(() => fx.vmap((t: { a: Tensor }) => t.a, { inAxes: [{ b: 0 }] })({ a: rows })).toThrow(/found \{"b":0\} for an object with keys a/);
    expect(() => fx.vmap((t: Tensor) => t, { outAxes: 2 })(rows)).toThrow(/names axis 2 of a result of rank 2/);
  });
});
