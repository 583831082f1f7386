import { describe, expect, expectTypeOf, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { CheckpointPolicy, Equation, Program, Tensor } from '../../src/index.js';
import { checkDerivatives, expectClose, numbersOf, type TensorFunction } from './differences.js';

const f64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => fx.tensor(Float64Array.from(values), { shape });
const { checkpoint, checkpointName, checkpointPolicies } = fx;

const equationsOf = (program: Program): Equation[] => program.equations.flatMap((equation) => [equation, ...Object.values(equation.params as object).flatMap((value: unknown) => (isProgram(value) ? equationsOf(value) : []))]);
const isProgram = (value: unknown): value is Program => typeof value === 'object' && value !== null && 'equations' in value;
const count = (program: Program, primitive: string): number => equationsOf(program).filter((equation) => equation.primitive === primitive).length;

/** The simplified program of the summed results and their gradient by all arguments, along a cotangent that comes last. */
const gradientProgram = (f: TensorFunction, ...specs: fx.Spec[]): Program =>
  fx.simplify(fx.trace((...inputs) => {
    const [value, back] = fx.vjp((...args: Tensor[]) => fx.sum(f(...args)), ...inputs.slice(0, -1));
    return [value, ...(back(inputs.at(-1)!) as Tensor[])];
  }, [...specs, fx.spec('float64', [])]).program);

const wave: TensorFunction = (x, w) => {
  const y = checkpointName(fx.sin(fx.matmul(x, w)), 'a');
  const z = checkpointName(fx.sin(fx.matmul(y, w)), 'b');
  return fx.sin(fx.matmul(z, w));
};
const matrices = [f64([0.3, -0.2, 0.5, 1.1], [2, 2]), f64([0.7, 0.1, -0.4, 0.9], [2, 2])] as const;

describe('checkpoint', () => {
  it('changes no value and no derivative, in any mode and order', () => {
    for (const policy of [undefined, ...Object.values(checkpointPolicies).slice(0, 4) as CheckpointPolicy[], checkpointPolicies.saveOnlyTheseNames('a')]) {
      const f = checkpoint(wave, policy ? { policy } : {});
      expect(numbersOf(f(...matrices))).toEqual(numbersOf(wave(...matrices)));
      const gradient = (g: TensorFunction): number[] => numbersOf(fx.grad((w: Tensor) => fx.sum(g(matrices[0], w)))(matrices[1]));
      expect(gradient(f)).toEqual(gradient(wave));
      checkDerivatives(f, matrices);
    }
  });
  it('computes anew what reverse mode would keep', () => {
    const specs = [fx.spec('float64', [2, 2]), fx.spec('float64', [2, 2])];
    expect(count(gradientProgram(wave, ...specs), 'sin')).toBe(3);
    // The last one is the result, which the gradient does not need.
    expect(count(gradientProgram(checkpoint(wave), ...specs), 'sin')).toBe(5);
  });
  it('evaluates the function once forward, and once more for the derivative', () => {
    let calls = 0;
    const f = checkpoint((x: Tensor) => (calls++, fx.sin(x)));
    fx.grad((x: Tensor) => fx.sum(f(x)))(f64([1]));
    expect(calls).toBe(1);
  });
  it('of a deep chain keeps the memory of one block at a time', () => {
    const chain = (depth: number, wrap: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor) => (x: Tensor): Tensor => {
      const block = wrap((t) => fx.tanh(fx.mul(fx.sin(fx.tanh(fx.mul(fx.sin(t), 1.1))), 0.9)));
      return Array.from({ length: depth }).reduce<Tensor>((t) => block(t), x);
    };
    const peak = (depth: number, wrap: (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor): number => Math.round(fx.programCost(gradientProgram(chain(depth, wrap), fx.spec('float64', [1000]))).peakBytes / 8000);
    // Each block of the plain chain keeps four values (of sin and tanh, and cos of both sins); of the other its argument.
    expect(peak(16, (f) => f) - peak(8, (f) => f)).toBe(8 * 4);
    expect(peak(16, (f) => checkpoint(f)) - peak(8, (f) => checkpoint(f))).toBe(8);
  });
  it('nested in itself keeps the square root', () => {
    const block = (x: Tensor): Tensor => fx.tanh(fx.sin(x));
    const repeat = (f: (x: Tensor) => Tensor, times: number) => (x: Tensor): Tensor => Array.from({ length: times }).reduce<Tensor>((t) => f(t), x);
    const nested = repeat(checkpoint(repeat(checkpoint(block), 6)), 6);
    const flat = repeat(checkpoint(block), 36);
    const peak = (f: TensorFunction): number => fx.programCost(gradientProgram(f, fx.spec('float64', [1000]))).peakBytes / 8000;
    expect(peak(flat)).toBeGreaterThan(36);
    expect(peak(nested)).toBeLessThan(20);
    checkDerivatives(repeat(checkpoint(repeat(checkpoint(block), 2)), 2), [f64([0.4, -1])]);
  });
});

describe('policies', () => {
  const kept = (policy: CheckpointPolicy | undefined): number => {
    const specs = [fx.spec('float64', [2, 2]), fx.spec('float64', [2, 2])];
    const program = gradientProgram(checkpoint(wave, policy ? { policy } : {}), ...specs);
    // The backward equation takes what was kept, and one cotangent.
    return program.equations.findLast((equation) => equation.primitive === 'checkpoint')!.inputs.filter((input) => input.kind === 'variable').length - 1;
  };
  // jax.ad_checkpoint.saved_residuals of the same function in JAX 0.10.2, the two arguments included.
  it('keep what those of JAX keep', () => {
    expect(kept(undefined)).toBe(2);
    expect(kept(checkpointPolicies.nothingSaveable)).toBe(2);
    expect(kept(checkpointPolicies.dotsSaveable)).toBe(5);
    expect(kept(checkpointPolicies.dotsWithNoBatchDimsSaveable)).toBe(5);
    expect(kept(checkpointPolicies.saveOnlyTheseNames('a'))).toBe(3);
    expect(kept(checkpointPolicies.saveAnyNamesButThese('a'))).toBe(3);
    expect(kept(checkpointPolicies.saveFromBothPolicies(checkpointPolicies.saveOnlyTheseNames('a'), checkpointPolicies.saveOnlyTheseNames('b')))).toBe(4);
    expect(kept(checkpointPolicies.everythingSaveable)).toBe(7);
    expect(kept(checkpointPolicies.saveAnythingExceptTheseNames('a'))).toBe(7);
  });
  it('keep a value under its name for those too that read it without', () => {
    // The derivative of tanh reads its value, not what `checkpointName` made of it. (JAX computes it anew.)
    const named = (x: Tensor): Tensor => fx.mul(checkpointName(fx.tanh(fx.sin(x)), 'y'), 3);
    const f = checkpoint(named, { policy: checkpointPolicies.saveOnlyTheseNames('y') });
    expect(count(gradientProgram(f as TensorFunction, fx.spec('float64', [2])), 'tanh')).toBe(1);
    checkDerivatives(f as TensorFunction, [f64([0.4, -1])]);
  });
  it('tell products with batch axes from those without', () => {
    const f = checkpoint((x: Tensor) => fx.sin(fx.matmul(fx.sin(fx.matmul(x, x)), x)), { policy: checkpointPolicies.dotsWithNoBatchDimsSaveable });
    expect(count(gradientProgram(f as TensorFunction, fx.spec('float64', [2, 2])), 'dot')).toBe(2 + 4);
    expect(count(gradientProgram(f as TensorFunction, fx.spec('float64', [5, 2, 2])), 'dot')).toBe(2 + 4 + 2);
  });
});

describe('checkpoint and the other transformations', () => {
  const block = checkpoint((c: Tensor, w: Tensor) => fx.tanh(fx.mul(c, w)));
  it('inside scan', () => checkDerivatives((x, w) => fx.scan((c: Tensor, t: Tensor) => [block(fx.add(c, t), w), block(t, w)] as const, fx.square(w), x)[1] as Tensor, [f64([0.1, 0.5, -1]), f64([0.8], [])]));
  it('around scan and cond', () => {
    const looped = checkpoint((x: Tensor, w: Tensor) => fx.scan((c: Tensor, t: Tensor) => [fx.sin(fx.mul(c, fx.add(w, t))), null] as const, w, x)[0]);
    checkDerivatives(looped, [f64([0.1, 0.5, -1]), f64([0.8], [])]);
    const branched = checkpoint((x: Tensor) => fx.cond(fx.greater(fx.sum(x), 0), (t: Tensor) => fx.sin(t), (t: Tensor) => fx.exp(t), x));
    checkDerivatives(branched, [f64([1, 2])]);
    checkDerivatives(branched, [f64([-1, -2])]);
  });
  it('under vmap keeps what is shared unbatched', () => {
    const { program } = fx.trace((x, w) => [fx.vmap((t: Tensor) => block(t, w!))(x!)], [fx.spec('float64', [3]), fx.spec('float64', [])]);
    expect(program.equations.map((equation) => [equation.primitive, equation.inputs.map((input) => input.shape)])).toEqual([['checkpoint', [[3], []]]]);
  });
  it('across a named axis', () => {
    const centred = checkpoint((t: Tensor) => fx.sin(fx.sub(t, fx.pmean(t, 'i'))));
    checkDerivatives((x) => fx.vmap(centred, { axisName: 'i' })(x), [f64([0.3, -1, 2])]);
  });
  it('with a function that has a rule of its own', () => {
    const doubled = fx.customVjp((x: Tensor) => fx.sin(x), { forward: (x: Tensor) => [fx.sin(x), x], backward: (x: Tensor, ct: Tensor) => [fx.mul(ct, fx.mul(2, fx.cos(x)))] });
    const gradient = fx.grad((x: Tensor) => fx.sum(checkpoint((t: Tensor) => doubled(fx.mul(t, t)))(x)))(f64([0.7]));
    expectClose(numbersOf(gradient), [4 * 0.7 * Math.cos(0.49)], 1e-12);
  });
  it('differentiates what it takes from outside', () => {
    expectClose(numbersOf(fx.grad((w: Tensor) => fx.sum(checkpoint((x: Tensor) => fx.sin(fx.mul(x, w)))(f64([2]))))(f64([0.3]))), [2 * Math.cos(0.6)], 1e-12);
  });
});

describe('arguments and results of checkpoint', () => {
  it('are trees that may hold plain data', () => {
    const f = checkpoint((p: { w: Tensor; power: number }, x: Tensor) => ({ y: fx.integerPow(fx.mul(p.w, x), p.power), note: 'kept' }));
    const found = f({ w: f64([2]), power: 3 }, f64([1]));
    expectTypeOf(found).toEqualTypeOf<{ y: Tensor; note: string }>();
    expect([found.y.toArray(), found.note]).toEqual([[8], 'kept']);
  });
  it('that are static keep their values', () => {
    const f = checkpoint((n: Tensor, x: Tensor) => fx.integerPow(x, Number(n.item())), { staticArgnums: 0 });
    expect(f(fx.tensor(2), f64([3])).toArray()).toEqual([9]);
    expect(() => checkpoint((n: Tensor) => fx.mul(n, Number(n.item())))(fx.tensor(2))).toThrow(fx.ConcretizationError);
  });
});

describe('optimizationBarrier', () => {
  it('gives its operands, with their derivatives, and joins with nothing', () => {
    checkDerivatives((x, y) => fx.mul(...(fx.optimizationBarrier([fx.sin(x), y]) as [Tensor, Tensor])), [f64([0.3, 1]), f64([2, -1])]);
    const { program } = fx.trace((x) => [fx.add(fx.sin(x!), fx.sin(fx.optimizationBarrier(x!)))], [fx.spec('float32', [2])]);
    expect(count(fx.simplify(program), 'sin')).toBe(2);
  });
  it('stands before what a backward pass computes anew, unless that is not wanted', () => {
    const barriers = (preventCse: boolean): number => count(gradientProgram(checkpoint((x: Tensor) => fx.sin(fx.sin(x)), { preventCse }) as TensorFunction, fx.spec('float64', [2])), 'optimizationBarrier');
    expect([barriers(true), barriers(false)]).toEqual([1, 0]);
  });
});
