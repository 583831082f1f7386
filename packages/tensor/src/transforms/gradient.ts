import { isFloating } from '../dtype/dtype.js';
import { ArgumentError, DtypeError, ShapeError } from '../errors/errors.js';
import { full, zerosLike } from '../ops/create.js';
import { formatShape } from '../shape/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { flatten, requireSameStructure, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';
import { runProgram } from '../program/bind.js';
import { requireTensors, stage, unstage } from './function.js';
import { jvpProgram } from './jvp/jvp-program.js';
import { linearizeProgram } from './linearize.js';
import { transposeProgram } from './transpose/transpose-program.js';
import type { Operand } from './transpose/rule.js';

type AnyTree = Tree<Tensor>;

function flattenTensors(operation: string, tree: unknown): { leaves: readonly Tensor[]; structure: TreeStructure } {
  const flat = flatten<unknown>(tree as Tree<unknown>);
  requireTensors(operation, flat.leaves);
  return { leaves: flat.leaves, structure: flat.structure };
}

/** Values and derivatives along tangents that are like the arguments (jax.jvp): `[f(...primals), tangent]`. */
export function jvp<Args extends readonly AnyTree[], R extends AnyTree>(f: (...args: Args) => R, primals: Args, tangents: { readonly [K in keyof Args]: AnyTree }): [R, R] {
  const { leaves, structure } = flattenTensors('jvp', primals);
  const moves = flattenTensors('jvp', tangents);
  requireSameStructure(structure, moves.structure);
  const staged = stage((tree) => f(...(tree as Args)), structure, leaves);
  const { outputs, tangents: results } = jvpProgram(staged.program, [...leaves, ...staged.captures], [...moves.leaves, ...staged.captures.map(() => null)]);
  return [unstage(staged, outputs) as R, unstage(staged, outputs.map((output, i) => results[i] ?? zerosLike(output))) as R];
}

interface Pulled {
  readonly value: unknown;
  readonly outputs: readonly Tensor[];
  readonly structure: TreeStructure;
  readonly push: (tangents: readonly Tensor[]) => Tensor[];
  readonly pull: (cotangents: readonly (Tensor | null)[]) => Tensor[];
}

/** Linearizes `f` at leaves that are all differentiated. */
function linearizeAt(f: (tree: AnyTree) => unknown, structure: TreeStructure, leaves: readonly Tensor[]): Pulled {
  const staged = stage(f, structure, leaves);
  const active = [...leaves.map(() => true), ...staged.captures.map(() => false)];
  const { outputs, linear, residuals, activeOutputs } = linearizeProgram(staged.program, [...leaves, ...staged.captures], active);
  const floating = leaves.map((leaf) => isFloating(leaf.dtype));
  const push = (tangents: readonly Tensor[]): Tensor[] => {
    const results = runProgram(linear, [...tangents.filter((_, i) => floating[i]), ...residuals]);
    return outputs.map((output, i) => (activeOutputs[i] ? results.shift()! : zerosLike(output)));
  };
  const pull = (cotangents: readonly (Tensor | null)[]): Tensor[] => {
    const operands: Operand[] = [
      ...leaves.filter((_, i) => floating[i]).map((leaf): Operand => ({ linear: true, spec: leaf })),
      ...residuals.map((value): Operand => ({ linear: false, value, spec: value })),
    ];
    const results = [...transposeProgram(linear, operands, cotangents.filter((_, i) => activeOutputs[i]))];
    return leaves.map((leaf, i) => (floating[i] ? (results.shift() ?? zerosLike(leaf)) : zerosLike(leaf)));
  };
  return { value: unstage(staged, outputs), outputs, structure: staged.structure, push, pull };
}

/** `[f(...primals), linear map of tangents]` (jax.linearize): many directions for one evaluation. */
export function linearize<Args extends readonly AnyTree[], R extends AnyTree>(f: (...args: Args) => R, ...primals: Args): [R, (...tangents: { readonly [K in keyof Args]: AnyTree }) => R] {
  const { leaves, structure } = flattenTensors('linearize', primals);
  const at = linearizeAt((tree) => f(...(tree as Args)), structure, leaves);
  const map = (...tangents: { readonly [K in keyof Args]: AnyTree }): R => {
    const moves = flattenTensors('linearize', tangents);
    requireSameStructure(structure, moves.structure);
    return unflatten(at.structure, at.push(moves.leaves)) as R;
  };
  return [at.value as R, map];
}

/** `[f(...primals), function from cotangents of the result to those of the arguments]` (jax.vjp). */
export function vjp<Args extends readonly AnyTree[], R extends AnyTree>(f: (...args: Args) => R, ...primals: Args): [R, (cotangent: AnyTree) => { -readonly [K in keyof Args]: Args[K] }] {
  const { leaves, structure } = flattenTensors('vjp', primals);
  const at = linearizeAt((tree) => f(...(tree as Args)), structure, leaves);
  const back = (cotangent: AnyTree): { -readonly [K in keyof Args]: Args[K] } => {
    const given = flattenTensors('vjp', cotangent);
    requireSameStructure(at.structure, given.structure);
    return unflatten(structure, at.pull(given.leaves)) as { -readonly [K in keyof Args]: Args[K] };
  };
  return [at.value as R, back];
}

export interface GradientOptions {
  /** Which arguments are differentiated: one, or several for a list of gradients. */
  readonly argnums?: number | readonly number[];
  /** True where `f` returns `[value, aux]`; aux is passed on as it is. */
  readonly hasAux?: boolean;
}

type Differentiated<Args extends readonly unknown[], O> = O extends { readonly argnums: infer N }
  ? N extends number ? Args[N] : N extends readonly number[] ? { -readonly [K in keyof N]: N[K] extends number ? Args[N[K]] : never } : Args[0]
  : Args[0];

type Value<R, O> = O extends { readonly hasAux: true } ? R : Tensor;
type Gradient<Args extends readonly unknown[], R, O> = O extends { readonly hasAux: true } ? [Differentiated<Args, O>, R extends readonly [unknown, infer Aux] ? Aux : never] : Differentiated<Args, O>;

function requireScalar(operation: string, value: Tensor | undefined): asserts value is Tensor {
  if (!(value instanceof Tensor)) throw new ArgumentError(operation, 'f', `must return a scalar tensor (or [scalar, aux] with hasAux), found ${typeof value}`);
  if (value.rank !== 0) throw new ShapeError(operation, [formatShape(value.shape)], 'a gradient is of a scalar function; reduce the result with `sum` or `mean`, or use `jacrev`');
  if (!isFloating(value.dtype)) throw new DtypeError(operation, [value.dtype], 'a gradient is of a floating result');
}

/** `(value, gradient)` of a scalar function with respect to trees of tensors (jax.value_and_grad). */
export function valueAndGrad<Args extends readonly unknown[], R, const O extends GradientOptions = Record<never, never>>(f: (...args: Args) => R, options?: O): (...args: Args) => [Value<R, O>, Differentiated<Args, O>] {
  const { argnums = 0, hasAux = false } = options ?? {};
  const chosen = typeof argnums === 'number' ? [argnums] : argnums;
  return (...args) => {
    const outside = chosen.find((i) => i < 0 || i >= args.length);
    if (outside !== undefined) throw new ArgumentError('valueAndGrad', 'argnums', `names argument ${outside} of ${args.length}`);
    const { leaves, structure } = flattenTensors('valueAndGrad', chosen.map((i) => args[i]));
    for (const leaf of leaves) if (!isFloating(leaf.dtype)) throw new DtypeError('valueAndGrad', [leaf.dtype], 'differentiates floating tensors; leave integer arguments out of `argnums`');
    const at = linearizeAt((tree) => {
      const all = [...args];
      chosen.forEach((i, k) => (all[i] = (tree as readonly unknown[])[k]));
      return f(...(all as readonly unknown[] as Args));
    }, structure, leaves);
    const value = hasAux ? (at.value as readonly unknown[])[0] : at.value;
    requireScalar('valueAndGrad', value as Tensor);
    const cotangents = at.outputs.map((output, i) => (i === 0 ? full([], 1, output.dtype) : null));
    const gradients = unflatten(structure, at.pull(cotangents)) as readonly unknown[];
    const picked = typeof argnums === 'number' ? gradients[0] : gradients;
    return [at.value, picked] as [Value<R, O>, Differentiated<Args, O>];
  };
}

/** The gradient of a scalar function (jax.grad); with hasAux `[gradient, aux]`. */
export function grad<Args extends readonly unknown[], R, const O extends GradientOptions = Record<never, never>>(f: (...args: Args) => R, options?: O): (...args: Args) => Gradient<Args, R, O> {
  const both = valueAndGrad(f, options);
  return (...args) => {
    const [value, gradient] = both(...args);
    return (options?.hasAux ? [gradient, (value as readonly unknown[])[1]] : gradient) as Gradient<Args, R, O>;
  };
}

export { flattenTensors, linearizeAt };
