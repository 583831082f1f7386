import { abs, div, fullLike, grad, greater, index, jvp, matmul, max, mul, onesLike, reduce, scalar, spec, square, stack, sub, sum, tensor, customLinearSolve, customRoot, where, whileLoop, zerosLike, add, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { compile, exportOnnx } from '../src/index.js';

const f64 = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'float64' });
const numbersOf = (x: Tensor): number[] => Array.from(x.data() as Float64Array);

describe('a reduction with a computation of its own', () => {
  it('along an axis of unknown size takes any number of rows', async () => {
    // Which of two is further from zero: no reduction that ONNX has.
    const farthest = (x: Tensor): Tensor => reduce(x, scalar(0, 'float64'), (a, b) => where(greater(abs(b), abs(a)), b, a), [0]);
    await using session = await exportOnnx(farthest, [spec('float64', ['n', 2])]).createSession();
    const [input, output] = [session.inputs[0]!.name, session.outputs[0]!.name];
    const examples: readonly (readonly [number[][], number[]])[] = [[[[1, -5]], [1, -5]], [[[1, -5], [-3, 2], [2, 7]], [-3, 7]]];
    for (const [rows, wanted] of examples) {
      const found = await session.run({ [input]: f64(rows) });
      expect(numbersOf(found[output]!)).toEqual(wanted);
    }
  });
});

describe('solvers with derivatives of their own', () => {
  const iterate = (matvec: (x: Tensor) => Tensor, right: Tensor): Tensor =>
    whileLoop((x: Tensor) => greater(max(abs(sub(right, matvec(x)))), 1e-13), (x: Tensor) => add(x, mul(sub(right, matvec(x)), 0.2)), zerosLike(right));

  it('run their loops, and have the gradients that no loop could have in reverse', async () => {
    const step = compile((a: Tensor, b: Tensor) => grad((m: Tensor) => sum(square(customLinearSolve((x: Tensor) => matmul(m, x), b, iterate, { transposeSolve: iterate }))))(a));
    // x = (2/4, 4/2), and of the sum of squares the gradient is -2 A^-T x transpose(x).
    const found = await step(f64([[4, 0], [0, 2]]), f64([2, 4]));
    await step.release();
    const wanted = [-0.125, -0.5, -1, -4];
    wanted.forEach((value, i) => expect(numbersOf(found)[i]).toBeCloseTo(value, 10));
  });
  it('find roots, and their slopes', async () => {
    const newton = (f: (x: Tensor) => Tensor, guess: Tensor): Tensor =>
      whileLoop((x: Tensor) => greater(abs(f(x)), 1e-13), (x: Tensor) => sub(x, div(f(x), jvp(f, [x], [onesLike(x)])[1])), guess);
    const root = (a: Tensor): Tensor => customRoot((x: Tensor) => sub(mul(x, square(x)), a), fullLike(a, 2), newton, (g, y) => div(y, g(onesLike(y))));
    const both = compile((a: Tensor) => stack([root(a), grad(root)(a)]));
    const found = await both(scalar(27, 'float64'));
    await both.release();
    expect(numbersOf(index(found, [0]))[0]).toBeCloseTo(3, 10);
    expect(numbersOf(index(found, [1]))[0]).toBeCloseTo(1 / 27, 10);
  });
});
