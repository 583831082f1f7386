import { ArgumentError } from '../errors/errors.js';
import { bind } from '../program/bind.js';
import type { CallRule } from '../primitives/call-rules.js';
import { zerosLike } from '../ops/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { flatten, leafCount, requireSameStructure, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';
import { stage, unstage } from './function.js';
import { flattenTensors } from './gradient.js';

type AnyTree = Tree<Tensor>;

/** Makes a call equation with the author's rule. Tensors that `f` takes from outside have no derivative through it. */
function callWith<Args extends readonly AnyTree[]>(kind: string, f: (...args: Args) => AnyTree, args: Args, rule: (structure: TreeStructure, result: () => TreeStructure, own: number) => CallRule): AnyTree {
  const { leaves, structure } = flattenTensors(kind, args);
  const staged = stage((tree) => f(...(tree as Args)), structure, leaves);
  if (staged.plain.size > 0) throw new ArgumentError(kind, 'f', 'must return a tree of tensors');
  const params = { name: `${kind}:${f.name}`, attributes: {}, body: staged.program, rule: rule(structure, () => staged.structure, leaves.length) };
  return unstage(staged, bind('call', [...leaves, ...staged.captures], params));
}

export type CustomJvp<Args extends readonly AnyTree[], R extends AnyTree> = (primals: Args, tangents: Args) => readonly [R, R];

/**
 * `f` with a derivative of its own (jax.custom_jvp): `rule(primals, tangents)` gives `[value, tangent]`; the tangent must be
 * linear in the tangents. Works in both modes.
 */
export function customJvp<Args extends readonly AnyTree[], R extends AnyTree>(f: (...args: Args) => R, rule: CustomJvp<Args, R>): (...args: Args) => R {
  return (...args) =>
    callWith('customJvp', f, args, (structure, result, own) => ({
      kind: 'jvp',
      jvp: (primals, tangents) => {
        const moves = primals.slice(0, own).map((primal, i) => tangents[i] ?? zerosLike(primal));
        const [, tangent] = rule(unflatten<Tensor>(structure, primals.slice(0, own)) as Args, unflatten<Tensor>(structure, moves) as Args);
        const flat = flatten<Tensor>(tangent);
        requireSameStructure(result(), flat.structure);
        return flat.leaves;
      },
    })) as R;
}

export interface CustomVjp<Args extends readonly AnyTree[], R extends AnyTree, Residuals extends AnyTree> {
  /** The value, and what `backward` needs. */
  readonly forward: (...args: Args) => readonly [R, Residuals];
  /** The cotangents of the arguments; null for one that has none. */
  readonly backward: (residuals: Residuals, cotangent: R) => readonly AnyTree[];
}

/** `f` with a reverse-mode derivative of its own (jax.custom_vjp). Forward mode through it is an error. */
export function customVjp<Args extends readonly AnyTree[], R extends AnyTree, Residuals extends AnyTree>(f: (...args: Args) => R, { forward, backward }: CustomVjp<Args, R, Residuals>): (...args: Args) => R {
  return (...args) =>
    callWith('customVjp', f, args, (structure, result, own) => {
      let residualStructure: TreeStructure = { kind: 'none' };
      return {
        kind: 'vjp',
        forward: (primals) => {
          const [value, residuals] = forward(...(unflatten<Tensor>(structure, primals.slice(0, own)) as Args));
          const flat = flatten<Tensor>(residuals);
          residualStructure = flat.structure;
          return { outputs: flatten<Tensor>(value).leaves, residuals: flat.leaves };
        },
        backward: (residuals, cotangents) => {
          const given = backward(unflatten<Tensor>(residualStructure, residuals) as Residuals, unflatten<Tensor>(result(), cotangents) as R);
          return spreadCotangents(structure, given);
        },
      };
    }) as R;
}

/** Cotangents by leaf of the arguments; null for all leaves of an argument that has none. */
function spreadCotangents(structure: TreeStructure, given: readonly AnyTree[]): (Tensor | null)[] {
  const children = structure.kind === 'array' ? structure.children : [];
  if (given.length !== children.length) throw new ArgumentError('customVjp', 'backward', `must return one cotangent for each of the ${children.length} arguments, found ${given.length}`);
  return children.flatMap((child, i) => {
    const one = given[i] ?? null;
    if (one === null) return Array.from({ length: leafCount(child) }, () => null);
    const flat = flatten<Tensor>(one);
    requireSameStructure(child, flat.structure);
    return flat.leaves;
  });
}

/** The same value, through which no derivative flows (jax.lax.stop_gradient). Takes a tree. */
export function stopGradient<T extends AnyTree>(tree: T): T {
  const { leaves, structure } = flattenTensors('stopGradient', tree);
  return unflatten(structure, leaves.map((leaf) => bind('stopGradient', [leaf], {})[0]!)) as T;
}
