import { describe, expect, it } from 'vitest';
import {
  abs, add, div, exp, gelu, greater, integerPow, isnan, less, logicalAnd, logicalNot, matmul, maximum, minimum, mul, neg, random, reshape, sigmoid, softplus, spec, sqrt, sub, sum, tanh, tensor, trace, transpose,
  where, type Dtype, type Tensor,
} from '../../src/index.js';
import { evaluate } from '../../src/program/evaluate.js';
import { fusionPlan } from '../../src/program/fusion/plan.js';
import { runFused } from '../../src/program/fusion/run.js';
import { interpret, type Step } from '../../src/program/interpret.js';
import type { Program } from '../../src/program/program.js';
import { shapeRule } from '../../src/primitives/shape-rules/index.js';

const step: Step = (primitive, operands, params) => evaluate(primitive, operands, params, shapeRule(primitive, operands, params));
const shape = [64, 70];

const programOf = (f: (...xs: Tensor[]) => Tensor[], ...shapes: readonly (readonly number[])[]): Program => trace((...xs: Tensor[]) => f(...xs), shapes.map((dims) => spec('float32', dims))).program;
const kindsOf = (program: Program): string[] | undefined => fusionPlan(program)?.steps.map((each) => (each.kind === 'group' ? `group of ${each.group.equations.length}` : each.equation.primitive));

describe('chains of elementwise equations', () => {
  it('of one shape are one evaluation', () => {
    expect(kindsOf(programOf((x, y) => [mul(add(x, y), exp(neg(x)))], shape, shape))).toEqual(['group of 4']);
  });

  it('take composites in, whose bodies are elementwise', () => {
    expect(kindsOf(programOf((x) => [mul(gelu(x), softplus(x))], shape))).toEqual(['group of 15']);
  });

  it('end where something else reads them', () => {
    expect(kindsOf(programOf((x) => [sub(exp(matmul(add(mul(x, x), 1), x)), 1)], [64, 64]))).toEqual(['group of 2', 'dot', 'group of 2']);
  });

  it('do not end where something else does not read them', () => {
    expect(kindsOf(programOf((x, y) => { const a = mul(x, x); const b = transpose(y); return [add(a, b)]; }, [64, 70], [70, 64]))).toEqual(['transpose', 'group of 2']);
  });

  it('give what is read later, and nothing else', () => {
    const program = programOf((x) => { const a = exp(x); const b = neg(a); const c = mul(b, 2); return [c, sum(b)]; }, shape);
    const groups = fusionPlan(program)!.steps.flatMap((each) => (each.kind === 'group' ? [each.group] : []));
    expect(groups.map(({ equations, outputs }) => [equations.length, outputs.length])).toEqual([[3, 2]]);
  });

  it('are left alone on few elements, where there is only one, and where a shape is symbolic', () => {
    expect(fusionPlan(programOf((x) => [exp(neg(x))], [8, 8]))).toBeNull();
    expect(fusionPlan(programOf((x) => [exp(x)], shape))).toBeNull();
    expect(fusionPlan(trace((x: Tensor) => [exp(neg(x))], [spec('float32', ['n', 70])]).program)).toBeNull();
  });

  it('do not mix element types', () => {
    const { program } = trace((x: Tensor, y: Tensor) => [add(mul(x, x), 1), add(mul(y, y), 1)], [spec('float32', shape), spec('float64', shape)]);
    expect(kindsOf(program)).toEqual(['group of 2', 'group of 2']);
  });

  it('are planned once for a program', () => {
    const program = programOf((x) => [exp(neg(x))], shape);
    expect(fusionPlan(program)).toBe(fusionPlan(program));
  });

  it('keep values of half precision rounded after each operation', () => {
    const { program } = trace((x: Tensor) => [mul(add(x, 1), 3)], [spec('float16', shape)]);
    expect(fusionPlan(program)).toBeNull();
  });
});

/** A generator of whole numbers below a bound. */
function below(seed: number): (bound: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const unary = [neg, abs, (x: Tensor) => sqrt(abs(x)), tanh, sigmoid, (x: Tensor) => integerPow(x, 3), (x: Tensor) => exp(minimum(x, 3)), softplus, gelu];
const binary = [add, sub, mul, maximum, minimum, (x: Tensor, y: Tensor) => div(x, add(abs(y), 1)), (x: Tensor, y: Tensor) => where(greater(x, y), y, x), (x: Tensor, y: Tensor) => where(logicalAnd(less(x, y), logicalNot(isnan(y))), x, 1)];
const others = [(x: Tensor) => mul(x, sum(x, { axis: -1, keepdims: true })), (x: Tensor) => reshape(transpose(x), x.shape), (x: Tensor) => add(x, sum(x, { axis: 0 }))];

/** A function that mixes chains with what is not elementwise, at random. */
function randomFunction(seed: number): (...xs: Tensor[]) => Tensor[] {
  return (...xs) => {
    const next = below(seed);
    const values = [...xs];
    const any = (): Tensor => values[next(values.length)]!;
    for (let i = 0; i < 14; i++) {
      const kind = next(10);
      if (kind < 4) values.push(unary[next(unary.length)]!(any()));
      else if (kind < 9) values.push(binary[next(binary.length)]!(any(), any()));
      else values.push(others[next(others.length)]!(values.find((value) => value.rank === 2)!));
    }
    return [values.at(-1)!, any()];
  };
}

describe.each(['float32', 'float64'] as const)('random programs of %s', (dtype: Dtype) => {
  const shapes = [[64, 70], [64, 70], [70], [64, 1], []];
  const inputs = shapes.map((dims, i) => random.normal(random.key(i), dims, { dtype }));
  it.each(Array.from({ length: 30 }, (_, seed) => seed))('have the same bits with chains and without, seed %i', (seed) => {
    // Results of small shapes are no chains; what is broadcast with them is.
    const f = randomFunction(seed);
    const { program } = trace((...xs: Tensor[]) => f(add(xs[0]!, xs[2]!), ...xs), shapes.map((dims) => spec(dtype, dims)));
    const wanted = interpret(program, inputs, step);
    const found = runFused(program, inputs, step) ?? wanted;
    expect(found.map((value) => value.data())).toEqual(wanted.map((value) => value.data()));
  });
});

it('the eager executor runs chains: a large one is the same as its parts', () => {
  const x = random.normal(random.key(1), [300, 50]);
  const parts = mul(x, tensor(gelu(x).data(), { shape: x.staticShape() }));
  expect(mul(x, gelu(x)).data()).toEqual(parts.data());
});
