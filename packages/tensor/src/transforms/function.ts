import { ArgumentError } from '../errors/errors.js';
import type { Program } from '../program/program.js';
import { trace } from '../program/trace.js';
import { Tensor } from '../tensor/tensor.js';
import { flatten, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';

/** A function of trees made into a program of its tensor leaves. */
export interface Staged {
  readonly program: Program;
  /** Tensors of enclosing traces: the program's last inputs. */
  readonly captures: readonly Tensor[];
  readonly structure: TreeStructure;
  /** Leaves of the result that are not tensors, by place: plain data passes through. */
  readonly plain: ReadonlyMap<number, unknown>;
}

export function requireTensors(operation: string, leaves: readonly unknown[]): asserts leaves is readonly Tensor[] {
  const other = leaves.find((leaf) => !(leaf instanceof Tensor));
  if (other !== undefined) throw new ArgumentError(operation, 'arguments', `must be trees of tensors, found ${typeof other} ${String(other)}; make tensors with \`tensor(...)\``);
}

/** Traces `f` on trees of the given structure. Leaves of the result that are not tensors are kept aside. */
export function stage(f: (tree: Tree<Tensor>) => unknown, structure: TreeStructure, leaves: readonly Tensor[]): Staged {
  let result: TreeStructure = { kind: 'none' };
  const plain = new Map<number, unknown>();
  const { program, captures } = trace((...inputs) => {
    const flat = flatten<unknown>(f(unflatten<Tensor>(structure, inputs)) as Tree<unknown>);
    result = flat.structure;
    flat.leaves.forEach((leaf, i) => {
      if (!(leaf instanceof Tensor)) plain.set(i, leaf);
    });
    return flat.leaves.filter((leaf) => leaf instanceof Tensor);
  }, leaves);
  return { program, captures, structure: result, plain };
}

/** The result's tree with tensors in their places and plain leaves in theirs. */
export function unstage<T>({ structure, plain }: Staged, tensors: readonly T[]): Tree<T> {
  const rest = [...tensors];
  const total = tensors.length + plain.size;
  const all = Array.from({ length: total }, (_, i) => (plain.has(i) ? (plain.get(i) as T) : rest.shift()!));
  return unflatten<T>(structure, all);
}

/** The tensors of a tree that holds nothing else. @throws ArgumentError */
export function flattenTensors(operation: string, tree: unknown): { leaves: readonly Tensor[]; structure: TreeStructure } {
  const flat = flatten<unknown>(tree as Tree<unknown>);
  requireTensors(operation, flat.leaves);
  return { leaves: flat.leaves, structure: flat.structure };
}
