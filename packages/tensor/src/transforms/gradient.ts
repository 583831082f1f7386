import { isFloating } from '../dtype/dtype.js';
import { ArgumentError, DtypeError, ProgramError, ShapeError } from '../errors/errors.js';
import { full, zerosLike } from '../ops/create.js';
import { formatShape } from '../shape/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { requireSameStructure, unflatten, type Tree, type TreeStructure } from '../tree/tree.js';
import { runProgram } from '../program/bind.js';
import { chooseArguments, splitAux, type DerivativeOptions, type Differentiated } from './arguments.js';
import { flattenTensors, stage, unstage } from './function.js';
import { jvpProgram } from './jvp/jvp-program.js';
import { linearizeProgram, type Linearized } from './linearize.js';
import { prepareTransposition, runTransposition, type Transposition } from './transpose/transpose-program.js';
import type { Operand } from './transpose/rule.js';

type AnyTree = Tree<Tensor>;

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
  /** `pull` for the last time: residuals are given up one by one, as soon as they are used. */
  readonly pullLast: (cotangents: readonly (Tensor | null)[]) => Tensor[];
}

/** Linearizes `f` at leaves that are all differentiated. */
function linearizeAt(f: (tree: AnyTree) => unknown, structure: TreeStructure, leaves: readonly Tensor[]): Pulled {
  const staged = stage(f, structure, leaves);
  const active = [...leaves.map(() => true), ...staged.captures.map(() => false)];
  const { outputs, activeOutputs, ...tangents } = linearizeProgram(staged.program, [...leaves, ...staged.captures], active);
  let rest: Pick<Linearized, 'linear' | 'residuals'> | undefined = tangents;
  const floating = leaves.map((leaf) => isFloating(leaf.dtype));
  const linearized = (): Pick<Linearized, 'linear' | 'residuals'> => {
    if (rest) return rest;
    throw new ProgramError('a derivative was asked for again after its residuals had been given up');
  };
  const push = (moves: readonly Tensor[]): Tensor[] => {
    const { linear, residuals } = linearized();
    const results = runProgram(linear, [...moves.filter((_, i) => floating[i]), ...residuals]);
    return outputs.map((output, i) => (activeOutputs[i] ? results.shift()! : zerosLike(output)));
  };
  const prepare = (): Transposition => {
    const { linear, residuals } = linearized();
    return prepareTransposition(linear, [
      ...leaves.filter((_, i) => floating[i]).map((leaf): Operand => ({ linear: true, spec: leaf })),
      ...residuals.map((value): Operand => ({ linear: false, value, spec: value })),
    ]);
  };
  const run = (transposition: Transposition, cotangents: readonly (Tensor | null)[]): Tensor[] => {
    const results = [...runTransposition(transposition, cotangents.filter((_, i) => activeOutputs[i]))];
    return leaves.map((leaf, i) => (floating[i] ? (results.shift() ?? zerosLike(leaf)) : zerosLike(leaf)));
  };
  const pull = (cotangents: readonly (Tensor | null)[]): Tensor[] => run(prepare(), cotangents);
  const pullLast = (cotangents: readonly (Tensor | null)[]): Tensor[] => {
    const transposition = prepare();
    rest = undefined;
    return run(transposition, cotangents);
  };
  return { value: unstage(staged, outputs), outputs, structure: staged.structure, push, pull, pullLast };
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

export type GradientOptions = DerivativeOptions;

type Value<R, O> = O extends { readonly hasAux: true } ? R : Tensor;
type Gradient<Args extends readonly unknown[], R, O> = O extends { readonly hasAux: true } ? [Differentiated<Args, O>, R extends readonly [unknown, infer Aux] ? Aux : never] : Differentiated<Args, O>;

function requireScalar(operation: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) throw new ArgumentError(operation, 'f', `must return a scalar tensor (or [scalar, aux] with hasAux), found ${typeof value}`);
  if (value.rank !== 0) throw new ShapeError(operation, [formatShape(value.shape)], 'a gradient is of a scalar function; reduce the result with `sum` or `mean`, or use `jacrev`');
  if (!isFloating(value.dtype)) throw new DtypeError(operation, [value.dtype], 'a gradient is of a floating result');
}

/** `(value, gradient)` of a scalar function with respect to trees of tensors (jax.value_and_grad). */
export function valueAndGrad<Args extends readonly unknown[], R, const O extends GradientOptions = Record<never, never>>(f: (...args: Args) => R, options?: O): (...args: Args) => [Value<R, O>, Differentiated<Args, O>] {
  return (...args) => {
    const { leaves, structure, restore, pick } = chooseArguments('valueAndGrad', args, options?.argnums);
    const at = linearizeAt((tree) => f(...(restore(flattenTensors('valueAndGrad', tree).leaves) as readonly unknown[] as Args)), structure, leaves);
    const [value] = splitAux('valueAndGrad', at.value, options?.hasAux);
    requireScalar('valueAndGrad', value);
    const cotangents = at.outputs.map((output, i) => (i === 0 ? full([], 1, output.dtype) : null));
    return [at.value as Value<R, O>, pick(at.pullLast(cotangents)) as Differentiated<Args, O>];
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

export { linearizeAt };
