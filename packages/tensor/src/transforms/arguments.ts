import { isFloating } from '../dtype/dtype.js';
import { ArgumentError, DtypeError } from '../errors/errors.js';
import type { Tensor } from '../tensor/tensor.js';
import { unflatten, type Tree, type TreeStructure } from '../tree/tree.js';
import { flattenTensors } from './function.js';

export interface DerivativeOptions {
  /** Which arguments are differentiated: one, or several for a list of derivatives. Negative numbers count from the last. */
  readonly argnums?: number | readonly number[];
  /** True where `f` returns `[value, aux]`; aux is passed on as it is. */
  readonly hasAux?: boolean;
}

/** The types of the arguments that `argnums` names. */
export type Differentiated<Args extends readonly unknown[], O> = O extends { readonly argnums: infer N }
  ? N extends number ? ArgumentAt<Args, N> : N extends readonly number[] ? { -readonly [K in keyof N]: N[K] extends number ? ArgumentAt<Args, N[K]> : never } : Args[0]
  : Args[0];

type ArgumentAt<Args extends readonly unknown[], N extends number> = `${N}` extends `-${string}` ? Args[number] : Args[N];

/** The arguments that are differentiated, as one tree. */
export interface ChosenArguments {
  readonly leaves: readonly Tensor[];
  readonly structure: TreeStructure;
  /** All arguments, with tensors in the places of those leaves. */
  readonly restore: (leaves: readonly Tensor[]) => readonly unknown[];
  /** One thing for each leaf, as the argument, or list of arguments, that was asked for. */
  readonly pick: (values: readonly unknown[]) => unknown;
}

/** @throws ArgumentError where there is no such argument, DtypeError where one has tensors that are not floating */
export function chooseArguments(operation: string, args: readonly unknown[], argnums: number | readonly number[] = 0): ChosenArguments {
  const numbers = typeof argnums === 'number' ? [argnums] : argnums;
  const chosen = numbers.map((i) => (i < 0 ? i + args.length : i));
  const outside = numbers.find((_, k) => chosen[k]! < 0 || chosen[k]! >= args.length);
  if (outside !== undefined) throw new ArgumentError(operation, 'argnums', `names argument ${outside} of ${args.length}`);
  const { leaves, structure } = flattenTensors(operation, chosen.map((i) => args[i]));
  for (const leaf of leaves) if (!isFloating(leaf.dtype)) throw new DtypeError(operation, [leaf.dtype], 'differentiates floating tensors; leave integer arguments out of `argnums`');
  return {
    leaves,
    structure,
    restore: (tensors) => {
      const trees = unflatten<Tensor>(structure, tensors) as readonly Tree<Tensor>[];
      return args.map((arg, i) => (chosen.includes(i) ? trees[chosen.lastIndexOf(i)] : arg));
    },
    pick: (values) => {
      const trees = unflatten<unknown>(structure, values) as readonly unknown[];
      return typeof argnums === 'number' ? trees[0] : trees;
    },
  };
}

/** Whether the result is a pair, as `hasAux` says. @throws ArgumentError */
export function splitAux(operation: string, result: unknown, hasAux: boolean | undefined): readonly [value: unknown, aux: unknown] {
  if (hasAux !== true) return [result, undefined];
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  throw new ArgumentError(operation, 'f', 'must return a pair, `[value, aux]`, with `hasAux`');
}
