import { ArgumentError, TransformError } from '../errors/errors.js';
import { composite } from '../ops/composite.js';
import { zerosLike, zeros } from '../ops/create.js';
import { add, neg } from '../ops/elementwise.js';
import { squeeze } from '../ops/shape.js';
import { runProgram } from '../program/bind.js';
import type { Spec } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { flatten, unflatten, type Tree } from '../tree/tree.js';
import { jvp } from './gradient.js';
import { linearTranspose } from './linear-transpose.js';
import { programOf } from './solver-program.js';
import { sumTo } from './transpose/rule.js';
import { vmap } from './vmap.js';

type AnyTree = Tree<Tensor>;

export interface LinearSolveOptions<X extends AnyTree, Solution = X> {
  /** x with vecmat(x) = y, vecmat the transpose of `matvec`: what reverse mode needs. */
  readonly transposeSolve?: (vecmat: (x: X) => X, y: X) => Solution;
  /** True: `matvec` is its own transpose, so that `solve` does for both. */
  readonly symmetric?: boolean;
}

/** A function of what the user's functions took from outside, and a vector by leaves. */
type Linear = (constants: readonly Tensor[], x: readonly Tensor[]) => Tensor[];

/** Solvers of A x = b and its transpose; their results may have more leaves than x, of which there is no derivative. */
interface System {
  readonly matvec: Linear;
  readonly solve: Linear;
  readonly transposeSolve: Linear | undefined;
}

const transposeOf = ({ matvec, solve, transposeSolve }: System): System | undefined =>
  transposeSolve && {
    matvec: (constants, x) => linearTranspose((...t: Tensor[]) => matvec(constants, t), ...x)([...x]) as Tensor[],
    solve: transposeSolve,
    transposeSolve: solve,
  };

/** The same for operands with an axis of examples in front, of size 1 where they share it. */
function batched(f: Linear): Linear {
  return (constants, x) => {
    const all = [...constants, ...x];
    const isShared = all.some(({ shape }) => shape[0] !== 1) ? all.map(({ shape }) => shape[0] === 1) : all.map(() => false);
    const one = (...given: Tensor[]): Tensor[] => f(given.slice(0, constants.length), given.slice(constants.length));
    return vmap(one, { inAxes: isShared.map((shared) => (shared ? null : 0)) })(...all.map((t, i) => (isShared[i] ? squeeze(t, 0) : t)));
  };
}

const batchedSystem = ({ matvec, solve, transposeSolve }: System): System => ({ matvec: batched(matvec), solve: batched(solve), transposeSolve: transposeSolve && batched(transposeSolve) });

function solveSystem(system: System, constants: readonly Tensor[], b: readonly Tensor[]): Tensor[] {
  const size = constants.length;
  return composite('customLinearSolve', [...constants, ...b], (...all) => system.solve(all.slice(0, size), all.slice(size)), {
    rule: {
      kind: 'jvp',
      // A x = b gives A dx = db - dA x.
      jvp: (primals, tangents, outputs) => {
        const given = primals.slice(0, size);
        const x = outputs.slice(0, b.length);
        const moves = tangents.slice(0, size);
        const turned = moves.every((move) => move === null)
          ? undefined
          : jvp((...changed: Tensor[]) => system.matvec(changed, x), [...given], given.map((one, i) => moves[i] ?? zerosLike(one)))[1];
        const right = b.map((_, i) => {
          const db = tangents[size + i] ?? null;
          if (!turned) return db ?? zerosLike(primals[size + i]!);
          return db ? add(db, neg(turned[i]!)) : neg(turned[i]!);
        });
        const moved = solveSystem(system, given, right);
        return outputs.map((_, i) => (i < b.length ? moved[i]! : null));
      },
      transpose: (operands, cotangents, specs) => [...constants.map(() => null), ...transposed(system, operands.slice(0, size), cotangents, specs.slice(size))],
      batch: (wider) => solveSystem(batchedSystem(system), wider.slice(0, size), wider.slice(size)),
    },
  });
}

function transposed(system: System, constants: readonly (Tensor | null)[], cotangents: readonly (Tensor | null)[], specs: readonly Spec[]): Tensor[] {
  const turned = transposeOf(system);
  if (turned === undefined) throw new TransformError('reverse mode', 'customLinearSolve', 'needs `transposeSolve`, or `symmetric: true` where the function is its own transpose');
  const given = constants.map((one) => {
    if (one === null) throw new TransformError('reverse mode', 'customLinearSolve', 'is linear in the right side alone');
    return one;
  });
  const back = solveSystem(turned, given, specs.map(({ shape, dtype }, i) => cotangents[i] ?? zeros(shape, dtype)));
  return specs.map(({ shape }, i) => sumTo(back[i]!, shape));
}

/**
 * x with matvec(x) = b, found by `solve(matvec, b)`, for a function `matvec` that is linear (jax.lax.custom_linear_solve); b and x are trees of one form. Derivatives with
 * respect to b and to what `matvec` takes from outside are linear solves themselves, whatever `solve` does inside: it may be a `whileLoop`.
 * @throws TreeError, ArgumentError where a function gives another tree or other shapes than b has; TransformError from reverse mode without `transposeSolve`
 */
export function customLinearSolve<X extends AnyTree>(matvec: (x: X) => X, b: X, solve: (matvec: (x: X) => X, b: X) => X, options?: LinearSolveOptions<X> & { readonly hasAux?: false }): X;
export function customLinearSolve<X extends AnyTree, Aux extends AnyTree>(matvec: (x: X) => X, b: X, solve: (matvec: (x: X) => X, b: X) => readonly [X, Aux], options: LinearSolveOptions<X, readonly [X, Aux]> & { readonly hasAux: true }): [X, Aux];
export function customLinearSolve<X extends AnyTree>(matvec: (x: X) => X, b: X, solve: (matvec: (x: X) => X, b: X) => unknown, { transposeSolve, symmetric = false, hasAux = false }: LinearSolveOptions<X, unknown> & { readonly hasAux?: boolean } = {}): unknown {
  const right = flatten<Tensor>(b);
  if (right.leaves.length === 0) throw new ArgumentError('customLinearSolve', 'b', 'must have at least one tensor');
  const backward = transposeSolve ?? (symmetric ? solve : undefined);
  const restore = (leaves: readonly Tensor[]): X => unflatten(right.structure, leaves) as X;
  const byLeaves = (...leaves: Tensor[]): Tensor[] => flatten<Tensor>(matvec(restore(leaves))).leaves as Tensor[];
  const vecmat = symmetric ? matvec : (x: X): X => restore(linearTranspose(byLeaves, ...right.leaves)(flatten<Tensor>(x).leaves as Tensor[]));
  const product = programOf('customLinearSolve', 'matvec', [right], (x) => matvec(x as X));
  const solver = programOf('customLinearSolve', 'solve', [right], (x) => solve(matvec, x as X), hasAux);
  const turned = backward && programOf('customLinearSolve', 'transposeSolve', [right], (x) => backward(vecmat, x as X), hasAux);
  const parts = [product, solver, ...(turned ? [turned] : [])];
  /** Each program takes its own part of what all took from outside. */
  const linear = (part: (typeof parts)[number]): Linear => {
    const from = parts.slice(0, parts.indexOf(part)).reduce((sum, { captures }) => sum + captures.length, 0);
    return (constants, x) => runProgram(part.program, [...x, ...constants.slice(from, from + part.captures.length)]);
  };
  const system: System = { matvec: linear(product), solve: linear(solver), transposeSolve: turned && linear(turned) };
  const found = solveSystem(system, parts.flatMap(({ captures }) => captures), right.leaves);
  const solution = unflatten(right.structure, found.slice(0, right.leaves.length));
  return hasAux ? [solution, unflatten(solver.aux, found.slice(right.leaves.length))] : solution;
}
