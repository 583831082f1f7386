import { eye, zerosLike } from '../ops/create.js';
import { moveaxis, reshape, sliceAxis } from '../ops/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { unflatten, type Tree } from '../tree/tree.js';
import { chooseArguments, splitAux, type ChosenArguments, type DerivativeOptions, type Differentiated } from './arguments.js';
import { flattenTensors, stage, unstage } from './function.js';
import { linearizeAt } from './gradient.js';
import { jvpProgram } from './jvp/jvp-program.js';
import { materialize } from './batch/rule.js';
import { batchFlat, vmapFlat } from './vmap.js';

export type JacobianOptions = DerivativeOptions;

/** A tree like `R` with the tree of the arguments in the place of each tensor. */
type Blocks<R, Arguments> = Tree<Tensor> extends R ? Tree<Tensor> : R extends Tensor ? Arguments : R extends readonly unknown[] | { readonly [key: string]: unknown } ? { -readonly [K in keyof R]: Blocks<R[K], Arguments> } : R;

type JacobianOf<Args extends readonly unknown[], R, O> = O extends { readonly hasAux: true }
  ? R extends readonly [infer Y, infer Aux] ? [Blocks<Y, Differentiated<Args, O>>, Aux] : never
  : Blocks<R, Differentiated<Args, O>>;

/** One-hot tensors like `leaves`, all of them together: leaf i has shape (total, ...shape). */
function basis(leaves: readonly Tensor[]): Tensor[] {
  const sizes = leaves.map((leaf) => leaf.size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let start = 0;
  return leaves.map((leaf, i) => {
    const block = sliceAxis(eye(total, total, 0, leaf.dtype), 1, start, start + sizes[i]!);
    start += sizes[i]!;
    return reshape(block, [total, ...leaf.shape]);
  });
}

/** Cuts axis 0 into the blocks of `leaves` and gives each its shape. */
function unstack(x: Tensor, leaves: readonly Tensor[]): Tensor[] {
  let start = 0;
  return leaves.map((leaf) => {
    const block = sliceAxis(x, 0, start, start + leaf.size);
    start += leaf.size;
    return reshape(block, [...leaf.shape, ...x.shape.slice(1)]);
  });
}

/** The result of a function at a point, aux included, and its derivatives: for each leaf of the value a block for each leaf of the arguments. */
interface Derivatives {
  readonly value: unknown;
  readonly blocks: readonly (readonly Tensor[])[];
}

type FlatFunction = (tree: Tree<Tensor>) => unknown;

/** Of what is the same for all. */
const firstOf = (x: Tensor): Tensor => reshape(sliceAxis(x, 0, 0, 1), x.shape.slice(1));

/** Column by column: one push forward for each element of the arguments, all at once. */
function byColumns(f: FlatFunction, { leaves, structure }: ChosenArguments): Derivatives {
  const staged = stage(f, structure, leaves);
  const count = staged.program.outputs.length;
  const [columns, total] = [basis(leaves), leaves.reduce((sum, leaf) => sum + leaf.size, 0)];
  const { outputs, axes } = batchFlat((...moves) => {
    const { outputs: values, tangents } = jvpProgram(staged.program, [...leaves, ...staged.captures], [...moves, ...staged.captures.map(() => null)]);
    return [...values, ...values.map((value, i) => tangents[i] ?? zerosLike(value))];
  }, columns, leaves.map(() => 0), total);
  const values = outputs.slice(0, count).map((value, i) => (axes[i] === null ? value : firstOf(moveaxis(value, axes[i]!, 0))));
  const blocks = outputs.slice(count).map((tangent, k) =>
    unstack(materialize(tangent, axes[count + k]!, total), leaves).map((block, i) => {
      const { rank } = leaves[i]!;
      return moveaxis(block, Array.from({ length: rank }, (_, axis) => axis), Array.from({ length: rank }, (_, axis) => block.rank - rank + axis));
    }));
  return { value: unstage(staged, values), blocks };
}

/** Row by row: one pull back for each element of the value, all at once. */
function byRows(f: FlatFunction, { leaves, structure }: ChosenArguments, valueOf: (result: unknown) => unknown): Derivatives {
  const at = linearizeAt(f, structure, leaves);
  const { leaves: values } = flattenTensors('jacrev', valueOf(at.value));
  const rest = at.outputs.slice(values.length).map(() => null);
  const rows = vmapFlat((...cotangents) => at.pull([...cotangents, ...rest]), values.map(() => 0))(...basis(values)).map((stacked) => unstack(stacked, values));
  return { value: at.value, blocks: values.map((_, o) => rows.map((row) => row[o]!)) };
}

function jacobian(operation: string, derivatives: (f: FlatFunction, chosen: ChosenArguments, valueOf: (result: unknown) => unknown) => Derivatives, f: (...args: never[]) => unknown, { argnums, hasAux }: DerivativeOptions): (...args: readonly unknown[]) => unknown {
  return (...args) => {
    const chosen = chooseArguments(operation, args, argnums);
    const valueOf = (result: unknown): unknown => splitAux(operation, result, hasAux)[0];
    const { value, blocks } = derivatives((tree) => f(...(chosen.restore(flattenTensors(operation, tree).leaves) as never[])), chosen, valueOf);
    const [y, aux] = splitAux(operation, value, hasAux);
    const { leaves, structure } = flattenTensors(operation, y);
    const tree = unflatten(structure, leaves.map((_, i) => chosen.pick(blocks[i]!) as never));
    return hasAux === true ? [tree, aux] : tree;
  };
}

/**
 * All derivatives of the result by the arguments, column by column in forward mode (jax.jacfwd): a tree like the result, with trees like the arguments at
 * its leaves, of shape (result..., argument...). With hasAux `[jacobian, aux]`.
 */
export const jacfwd = <Args extends readonly unknown[], R, const O extends JacobianOptions = Record<never, never>>(f: (...args: Args) => R, options?: O): ((...args: Args) => JacobianOf<Args, R, O>) =>
  jacobian('jacfwd', byColumns, f as (...args: never[]) => unknown, options ?? {}) as (...args: Args) => JacobianOf<Args, R, O>;

/** As `jacfwd`, row by row in reverse mode (jax.jacrev): cheaper where the result has fewer elements than the arguments. */
export const jacrev = <Args extends readonly unknown[], R, const O extends JacobianOptions = Record<never, never>>(f: (...args: Args) => R, options?: O): ((...args: Args) => JacobianOf<Args, R, O>) =>
  jacobian('jacrev', byRows, f as (...args: never[]) => unknown, options ?? {}) as (...args: Args) => JacobianOf<Args, R, O>;

type HessianOf<Args extends readonly unknown[], R, O> = O extends { readonly hasAux: true }
  ? R extends readonly [infer Y, infer Aux] ? [Blocks<Y, Blocks<Differentiated<Args, O>, Differentiated<Args, O>>>, Aux] : never
  : Blocks<R, Blocks<Differentiated<Args, O>, Differentiated<Args, O>>>;

/** The second derivatives of the result by the arguments, forward over reverse (jax.hessian): (result..., argument..., argument...). */
export const hessian = <Args extends readonly unknown[], R, const O extends JacobianOptions = Record<never, never>>(f: (...args: Args) => R, options?: O): ((...args: Args) => HessianOf<Args, R, O>) =>
  jacfwd(jacrev(f, options) as (...args: Args) => unknown, options) as (...args: Args) => unknown as (...args: Args) => HessianOf<Args, R, O>;
