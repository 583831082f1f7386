import { readFileSync } from 'node:fs';
import { concatenate, diagonal, div, grad, matmul, mul, ravel, reshape, sin, slice, sum, tensor, trace, vmap, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { cg } from '../src/index.js';
import { expectClose, type Plain } from './cases/optax.js';

type Precision = 'float32' | 'float64';

interface CgCases {
  readonly matrix: number[][];
  readonly right: number[];
  readonly guess: number[];
  readonly solutions: Readonly<Record<string, Plain>>;
  readonly gradient: readonly [Plain, Plain];
}

/** What JAX computed; cases/make_second_order.py wrote it. */
const reference = JSON.parse(readFileSync(new URL('cases/second_order.json', import.meta.url), 'utf8')) as Readonly<Record<Precision, { readonly cg: CgCases }>>;
const tolerances = { float32: { relative: 2e-4, absolute: 2e-4 }, float64: { relative: 1e-9, absolute: 1e-10 } };

type Parts = { readonly a: Tensor; readonly b: Tensor };
const halves = (vector: Tensor): Parts => ({ a: reshape(slice(vector, [0], [6]), [2, 3]), b: slice(vector, [6], [9]) });
const whole = (parts: Tree<Tensor>): Tensor => concatenate([ravel((parts as Parts).a), (parts as Parts).b]);

describe.each(['float32', 'float64'] as const)('cg in %s', (dtype) => {
  const { matrix: entries, right: rights, guess: guesses, solutions, gradient } = reference[dtype].cg;
  const [matrix, right, guess] = [tensor(entries, { dtype }), tensor(rights, { dtype }), tensor(guesses, { dtype })];
  const operator = (x: Tree<Tensor>): Tree<Tensor> => halves(matmul(matrix, whole(x)));
  const byDiagonal = (x: Tree<Tensor>): Tree<Tensor> => halves(div(whole(x), diagonal(matrix)));
  const solve: Readonly<Record<string, () => Tree<Tensor>>> = {
    'to the end': () => cg(operator, halves(right), { tol: dtype === 'float64' ? 1e-7 : 1e-4 }),
    'four steps': () => cg(operator, halves(right), { maxiter: 4 }),
    'with a preconditioner': () => cg(operator, halves(right), { preconditioner: byDiagonal, maxiter: 5, tol: 1e-9 }),
    'from a guess': () => cg(operator, halves(right), { x0: halves(guess), maxiter: 3 }),
    'until an absolute tolerance': () => cg(operator, halves(right), { tol: 0, atol: 0.5 }),
  };

  it.each(Object.keys(solutions))('on trees gives what JAX gives: %s', (name) => {
    // Where the residual is short, what remains of float32 is rounding, which the smallest eigenvalues make larger.
    const tolerance = name === 'to the end' && dtype === 'float32' ? { relative: 2e-2, absolute: 2e-2 } : tolerances[dtype];
    expectClose(whole(solve[name]!()), solutions[name]!, tolerance);
  });

  it('has the derivative of the solution by the right side and by what the operator is made of', () => {
    const loss = (b: Tensor, m: Tensor): Tensor => sum(sin(cg((x) => matmul(m, x as Tensor), b, { tol: 1e-10, maxiter: 100 })));
    const [byRight, byMatrix] = grad(loss, { argnums: [0, 1] })(right, matrix);
    const size = Math.max(...(gradient[1] as number[][]).flat().map(Math.abs));
    const tolerance = dtype === 'float64' ? { relative: 1e-7, absolute: 1e-9 * size } : { relative: 5e-2, absolute: 2e-2 * size };
    expectClose(byRight, gradient[0], tolerance);
    expectClose(byMatrix, gradient[1], tolerance);
  });
});

describe('cg', () => {
  const matrix = tensor([[4, 1], [1, 3]], { dtype: 'float64' });
  const right = tensor([1, 2], { dtype: 'float64' });

  it('takes a matrix in place of a function, also as a preconditioner', () => {
    expectClose(cg(matrix, right, { tol: 1e-12 }), [1 / 11, 7 / 11], { relative: 1e-10, absolute: 0 });
    // With the inverse itself one step is enough.
    const inverse = tensor([[3 / 11, -1 / 11], [-1 / 11, 4 / 11]], { dtype: 'float64' });
    expectClose(cg(matrix, right, { preconditioner: inverse, maxiter: 1 }), [1 / 11, 7 / 11], { relative: 1e-10, absolute: 0 });
  });

  it('of a right side of 0 is 0', () => {
    expect(cg(matrix, mul(right, 0)).toArray()).toEqual([0, 0]);
  });

  it('solves many systems at once under vmap, each as if it were alone', () => {
    const rights = tensor([[1, 2], [0, 0], [3, -1]], { dtype: 'float64' });
    const together = vmap((one: Tensor) => cg(matrix, one))(rights) as Tensor;
    const alone = (rights.toArray() as number[][]).map((one) => cg(matrix, tensor(one, { dtype: 'float64' })).toArray());
    expectClose(together, alone as Plain, { relative: 1e-12, absolute: 1e-14 });
  });

  it('has the same derivative with a preconditioner that captures tensors', () => {
    const loss = (m: Tensor, preconditioned: boolean): Tensor =>
      sum(sin(cg((x) => matmul(m, x as Tensor), right, { tol: 1e-12, ...(preconditioned && { preconditioner: (x: Tree<Tensor>) => div(x as Tensor, diagonal(m)) }) })));
    const plain = grad((m: Tensor) => loss(m, false))(matrix).toArray() as Plain;
    expectClose(grad((m: Tensor) => loss(m, true))(matrix), plain, { relative: 1e-9, absolute: 1e-12 });
  });

  it('refuses options that it does not have, and a count below 0', () => {
    expect(() => cg(matrix, right, { maxIter: 3 } as object)).toThrow(/maxIter/);
    expect(() => cg(matrix, right, { maxiter: -1 })).toThrow(/must not be negative/);
  });

  it('traces to one loop', () => {
    const { program } = trace((b) => [cg(matrix, b!)], [right]);
    expect(program.equations.filter(({ primitive }) => primitive === 'whileLoop')).toHaveLength(1);
  });
});
