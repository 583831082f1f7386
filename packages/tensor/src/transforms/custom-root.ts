import { composite } from '../ops/composite.js';
import { zerosLike } from '../ops/create.js';
import { neg } from '../ops/elementwise.js';
import { runProgram } from '../program/bind.js';
import type { Tensor } from '../tensor/tensor.js';
import { flatten, unflatten, type Tree } from '../tree/tree.js';
import { jvp, linearize } from './gradient.js';
import { programOf } from './solver-program.js';

type AnyTree = Tree<Tensor>;

export interface RootOptions {
  /** True: `solve` returns `[solution, aux]`; no derivative goes through aux. */
  readonly hasAux?: boolean;
}

/**
 * A root of `f`, found by `solve(f, initialGuess)`, with the derivative that the implicit function theorem gives it: with respect to what `f` takes from outside
 * (jax.lax.custom_root). How `solve` finds it plays no part in that. `tangentSolve(g, y)` gives x with g(x) = y for the linear function g, `f` linearised at the root:
 * for a scalar `div(y, g(ones))`, for a vector a solve with the Jacobian of g.
 *
 *     const root = customRoot((x: Tensor) => sub(square(x), a), scalar(1), newton, (g, y) => div(y, g(scalar(1)))); // sqrt(a)
 *
 * @throws TreeError, ArgumentError where a function gives another tree or other shapes than the guess has
 */
export function customRoot<X extends AnyTree>(f: (x: X) => X, initialGuess: X, solve: (f: (x: X) => X, guess: X) => X, tangentSolve: (g: (x: X) => X, y: X) => X, options?: { readonly hasAux?: false }): X;
export function customRoot<X extends AnyTree, Aux extends AnyTree>(f: (x: X) => X, initialGuess: X, solve: (f: (x: X) => X, guess: X) => readonly [X, Aux], tangentSolve: (g: (x: X) => X, y: X) => X, options: { readonly hasAux: true }): [X, Aux];
export function customRoot<X extends AnyTree>(f: (x: X) => X, initialGuess: X, solve: (f: (x: X) => X, guess: X) => unknown, tangentSolve: (g: (x: X) => X, y: X) => X, { hasAux = false }: RootOptions = {}): unknown {
  const guess = flatten<Tensor>(initialGuess);
  const count = guess.leaves.length;
  const equation = programOf('customRoot', 'f', [guess], (x) => f(x as X));
  const solver = programOf('customRoot', 'solve', [guess], (x) => solve(f, x as X), hasAux);
  const tangent = programOf('customRoot', 'tangentSolve', [guess, guess], (x, y) => tangentSolve(linearize((t: X) => f(t), x as X)[1] as (t: X) => X, y as X));
  const sizes = [equation, solver, tangent].map(({ captures }) => captures.length) as [number, number, number];
  /** What each function took from outside, among all operands. */
  const taken = <T>(operands: readonly T[], which: 0 | 1 | 2): readonly T[] => {
    const from = sizes.slice(0, which).reduce((sum, size) => sum + size, 0);
    return operands.slice(from, from + sizes[which]);
  };
  const operands = [...equation.captures, ...solver.captures, ...tangent.captures, ...guess.leaves];
  const found = composite('customRoot', operands, (...all) => runProgram(solver.program, [...all.slice(-count), ...taken(all, 1)]), {
    rule: {
      kind: 'jvp',
      jvp: (primals, tangents, outputs) => {
        const [parameters, moves] = [taken(primals, 0), taken(tangents, 0)];
        if (moves.every((move) => move === null)) return outputs.map(() => null);
        const solution = outputs.slice(0, count);
        // f(x(a), a) = 0 gives df/dx dx = -df/da.
        const [, right] = jvp((...given: Tensor[]) => runProgram(equation.program, [...solution, ...given]), [...parameters], parameters.map((x, i) => moves[i] ?? zerosLike(x)));
        const moved = runProgram(tangent.program, [...solution, ...right, ...taken(primals, 2)]).map((x) => neg(x));
        return outputs.map((_, i) => moved[i] ?? null);
      },
    },
  });
  const solution = unflatten(guess.structure, found.slice(0, count));
  return hasAux ? [solution, unflatten(solver.aux, found.slice(count))] : solution;
}
