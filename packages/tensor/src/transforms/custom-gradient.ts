import { ArgumentError } from '../errors/errors.js';
import { runProgram } from '../program/bind.js';
import { trace, type Traced } from '../program/trace.js';
import { Tensor } from '../tensor/tensor.js';
import { flatten, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';
import { customVjp } from './custom.js';
import { flattenTensors } from './function.js';

type AnyTree = Tree<Tensor>;

/** A pullback as a program of the cotangent, of what it took from the forward run, and the tree that it gives. */
interface Pullback {
  readonly traced: Traced;
  readonly structure: TreeStructure;
}

/**
 * A function with a reverse-mode derivative that it gives itself: `f` returns `[value, pull]`, and `pull(cotangent)` the cotangents of the arguments, one for one argument, a
 * list for several (jax.custom_gradient). Forward mode through it is an error.
 *
 *     const f = customGradient((x: Tensor) => [square(x), (ct: Tensor) => mul(ct, mul(2, x))]);
 *
 * @throws ArgumentError where the cotangents are not one for each argument; TreeError where their trees differ from the arguments
 */
export function customGradient<Args extends readonly AnyTree[], R extends AnyTree>(f: (...args: Args) => readonly [R, (cotangent: R) => AnyTree]): (...args: Args) => R {
  return (...args) => {
    let pullback: Pullback | undefined;
    const whole = customVjp((...given: Args) => f(...given)[0], {
      forward: (...given: Args) => {
        const [value, pull] = f(...given);
        const { leaves, structure } = flattenTensors('customGradient', value);
        let result: TreeStructure = { kind: 'none' };
        const traced = trace((...cotangents) => {
          const found = flattenTensors('customGradient', pull(unflatten(structure, cotangents) as R));
          result = found.structure;
          return found.leaves;
        }, leaves);
        pullback = { traced, structure: result };
        return [value, [...traced.captures]] as const;
      },
      backward: (residuals: readonly Tensor[], cotangent: R) => {
        const { traced, structure } = pullback!;
        const found = unflatten(structure, runProgram(traced.program, [...flatten<Tensor>(cotangent).leaves, ...residuals]));
        if (args.length === 1) return [found];
        if (!Array.isArray(found) || found instanceof Tensor || found.length !== args.length) throw new ArgumentError('customGradient', 'pull', `must return a list of ${args.length} cotangents, one for each argument`);
        return found as readonly AnyTree[];
      },
    });
    return whole(...args);
  };
}
