import { add, customVjp, exp, grad, jvp, less, matmul, mul, random, scalar, scan, sum, tanh, type Tensor, tensor, whileLoop } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.js';
import { UnsupportedOpError } from '../../src/errors/unsupported-op-error.js';
import { expectAgreement } from '../agreement.js';
import { arbitrary } from '../values.js';

const decay = (c: Tensor, x: Tensor): [Tensor, Tensor] => [add(mul(c, 0.9), x), mul(c, x)];

describe('scan', () => {
  it.each([false, true])('carries and stacks (backwards: %s)', (reverse) => expectAgreement((c, x) => scan(decay, c, x, { reverse }), [arbitrary([3]), arbitrary([5, 3])]));
  it('runs without xs', () => expectAgreement((c) => scan((carry: Tensor) => [add(mul(carry, 0.9), 1), carry] as const, c, null, { length: 4 }), [arbitrary([3])]));
  it('uses what its body captures', () =>
    expectAgreement((c, w, x) => scan((carry: Tensor, row: Tensor) => [tanh(add(matmul(carry, w), row)), carry] as const, c, x), [arbitrary([2, 3]), arbitrary([3, 3]), arbitrary([4, 3])]));
  it('of no steps gives the carry', () => expectAgreement((c, x) => scan(decay, c, x), [arbitrary([3]), arbitrary([0, 3])]));
  it('nests', () =>
    expectAgreement((c, x) => scan((outer: Tensor, row: Tensor) => [scan(decay, outer, mul(x, row))[0], outer] as const, c, x), [arbitrary([3]), arbitrary([4, 3])]));
  it('has its derivative', () =>
    expectAgreement((c, w, x) => grad((weights: Tensor) => sum(scan((carry: Tensor, row: Tensor) => [tanh(add(matmul(carry, weights), row)), sum(carry)] as const, c, x)[0]))(w), [
      arbitrary([2, 3]),
      arbitrary([3, 3]),
      arbitrary([4, 3]),
    ]));
  it('of bools and integers keeps their dtypes', () =>
    expectAgreement((c, x) => scan((carry: Tensor, row: Tensor) => [add(carry, row), less(carry, row)] as const, c, x), [tensor([1, 2], { dtype: 'int64' }), arbitrary([3, 2], 'int64')]));
});

describe('whileLoop', () => {
  it('goes on while the condition holds', () =>
    expectAgreement(
      (x, w) => whileLoop(({ y }) => less(sum(y), 100), ({ steps, y }) => ({ steps: add(steps, 1), y: add(mul(y, w), 1) }), { steps: scalar(0, 'int32'), y: x }).y,
      [tensor([1, 2], { dtype: 'float32' }), tensor([1.5, 1.1])],
    ));
  it('may run no step', () => expectAgreement((x) => whileLoop((y: Tensor) => less(sum(y), 0), (y: Tensor) => add(y, 1), x), [tensor([1.5])]));
});

describe('random numbers', () => {
  const key = random.key(42);
  it.each(['float32', 'float64'] as const)('in %s have the bits of the eager executor', async (dtype) => {
    const exact = { tolerance: 0 };
    await expectAgreement((k) => [random.uniform(k, [1000], { dtype }), random.uniform(k, [1000], { dtype, minval: -0.3, maxval: 1.7 })], [key], exact);
    await expectAgreement((k) => [random.normal(k, [5000], { dtype }), random.truncatedNormal(k, -2, 2, [1000], { dtype })], [key], dtype === 'float32' ? exact : { tolerance: 1e-14 });
  });
  it('that go through logarithms have them too', () =>
    expectAgreement((k) => [random.gumbel(k, [2000]), random.exponential(k, [2000]), random.laplace(k, [2000])], [key], { tolerance: 0 }));
  it('keys split and fold', () => expectAgreement((k) => [random.split(k, 3), random.foldIn(k, 7), random.bits(k, [7]), random.bits(k, [7], { dtype: 'uint8' }), random.bits(k, [7], { dtype: 'uint64' })], [key]));
  it('bernoulli, permutation and randint agree', () => expectAgreement((k) => [random.bernoulli(k, 0.3, [100]), random.permutation(k, 20), random.randint(k, [50], -3, 1000)], [key]));
  it('are one local function in the graph', () => {
    const model = compile((k: Tensor) => random.uniform(k, [10])).lower(key);
    expect(model.data.functions?.map(({ name, domain }) => `${domain}.${name}`)).toEqual(['flaxon.Threefry2x32']);
    expect(model.nodeCount).toBeLessThan(12);
  });
});

describe('a function with a reverse-mode derivative of its own', () => {
  const f = customVjp((x: Tensor) => exp(x), { forward: (x: Tensor) => [exp(x), exp(x)] as const, backward: (y: Tensor, g: Tensor) => [mul(y, mul(g, 2))] as const });

  it('runs, and its derivative with it', () => expectAgreement((x) => [f(x), grad((t: Tensor) => sum(f(t)))(x)], [arbitrary([3])]));

  it('has no tangent that could run: the export says so', () => {
    const tangent = compile((x: Tensor) => jvp(f, [x], [x])[1]);
    expect(() => tangent.lower(arbitrary([3]))).toThrow(UnsupportedOpError);
    expect(() => tangent.lower(arbitrary([3]))).toThrow(/`linearCall` of float32 cannot be exported for cpu: .*use `grad` or `vjp`/);
  });
});
