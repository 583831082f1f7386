import { equalShapes, formatShape, jvp as jvpTensors, onesLike, tree, vjpWithAux, type Tensor } from '@flaxon/tensor';
import { LiftArgumentError } from '../errors/lift-errors.js';
import type { Filter } from '../filter.js';
import type { Module } from '../module/module.js';
import type { Collection, Variables } from '../variables.js';
import { makeClosure } from './closure.js';
import { pack, type Packed, type ScopeFunction, type VariableGroup } from './pack.js';
import { callLifted } from './targets.js';
import { takeTensors, type TakenTensors } from './tensor-tree.js';

/** What the derivatives have in common. */
export interface DerivativeOptions {
  /** The collections that are there inside, and may be written where they may outside. */
  readonly variables?: Filter;
  /** The streams that are there inside. */
  readonly rngs?: Filter;
}

export interface VjpOptions extends DerivativeOptions {
  /** True where the function returns `[value, aux]`. */
  readonly hasAux?: boolean;
  /** The collections that are differentiated: `params` by default. */
  readonly vjpVariables?: Filter;
  /** Whether several modules may be involved; the gradient of the variables is then a list of objects, one for each. */
  readonly multiScope?: boolean;
}

/** Gradients of the collections, then of each argument. */
export type PullBack<Args extends readonly unknown[]> = (cotangent: unknown) => [variables: Variables | readonly Variables[], ...{ -readonly [K in keyof Args]: Args[K] }];

/**
 * `[value, pullBack]` of `f(module, ...args)`, with `hasAux` also what it returned besides (Flax: `nn.vjp`). `pullBack(cotangent)` gives the
 * gradients of the module's variables, `{ params: ... }`, and of each argument. Collections that do not exist yet have none.
 *
 *     const [y, pullBack] = lift.vjp((module: Model, x: Tensor) => module.loss(x), this, [x]);
 *     const [{ params }, byX] = pullBack(ones([]));
 */
export function vjp<M extends Module, Args extends readonly unknown[], R>(
  f: (module: M, ...args: Args) => readonly [R, unknown],
  module: M,
  args: Args,
  options: VjpOptions & { readonly hasAux: true },
): [R, PullBack<Args>, unknown];
export function vjp<M extends Module, Args extends readonly unknown[], R>(f: (module: M, ...args: Args) => R, module: M, args: Args, options?: VjpOptions): [R, PullBack<Args>];
export function vjp(f: (module: never, ...args: never[]) => unknown, module: Module, args: readonly unknown[], options: VjpOptions = {}): unknown {
  return callLifted({ name: 'vjp', prefix: '' }, module, args, [f], ([run]) => vjpScopes(run!, options));
}

export function vjpScopes(f: ScopeFunction, { hasAux = false, vjpVariables = 'params', variables = true, rngs = true, multiScope = false }: VjpOptions): ScopeFunction {
  return (scopes, ...args) => {
    if (!multiScope) requireOneScope('vjp', scopes.length);
    const packed = pack(scopes, { in: [vjpVariables, variables], out: [variables], rngs: [rngs] });
    const [active, fixed] = packed.variables as [VariableGroup, VariableGroup];
    const inputs = takeTensors([active, args], null);
    const { y, aux, out, pull } = pullBackOf(packed, f, inputs, (given) => {
      const [differentiated, values] = inputs.restore(given) as readonly [VariableGroup, unknown[]];
      return { variables: [differentiated, fixed], args: values };
    }, hasAux);
    packed.publish(out);
    const pullBack = makeClosure((...cotangents) => pull(cotangents), y.tensors, (flat) => (cotangent: unknown) => {
      const [byVariables, byArgs] = inputs.restore(flat(...cotangentsOf(y, cotangent))) as readonly [readonly Variables[], unknown[]];
      return [multiScope ? byVariables : byVariables[0]!, ...byArgs];
    });
    return hasAux ? [y.restore(y.tensors), pullBack, aux] : [y.restore(y.tensors), pullBack];
  };
}

interface Pulled {
  readonly y: TakenTensors<null>;
  readonly aux: unknown;
  readonly out: readonly VariableGroup[];
  readonly pull: (cotangents: readonly Tensor[]) => Tensor[];
}

/** Runs `f` on what `open` makes of tensors, and the function from cotangents of its value to those of the tensors. */
function pullBackOf(
  packed: Packed,
  f: ScopeFunction,
  inputs: TakenTensors<null>,
  open: (given: readonly Tensor[]) => { readonly variables: readonly VariableGroup[]; readonly args: readonly unknown[] },
  hasAux: boolean,
): Pulled {
  let result: TakenTensors<null> | undefined;
  const [values, back, rest] = vjpWithAux((...given: Tensor[]) => {
    const { variables, args } = open(given);
    const opened = packed.open(variables, packed.streams);
    const [y, aux] = pairOf(f(opened.scopes, ...args), hasAux);
    const count = takeTensors(y, null).tensors.length;
    result = takeTensors([y, aux, opened.close()], null);
    return [result.tensors.slice(0, count), result.tensors.slice(count)] as const;
  }, ...inputs.tensors);
  const [y, aux, out] = result!.restore([...values, ...rest]) as readonly [unknown, unknown, VariableGroup[]];
  return { y: takeTensors(y, null), aux, out, pull: (cotangents) => [...back([...cotangents])] };
}

function pairOf(result: unknown, hasAux: boolean): readonly [unknown, unknown] {
  if (!hasAux) return [result, null];
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  throw new LiftArgumentError('lift.vjp', 'with `hasAux` the function must return a pair, `[value, aux]`');
}

/** @throws LiftArgumentError where the cotangent is not like the value */
function cotangentsOf(y: TakenTensors<null>, cotangent: unknown): readonly Tensor[] {
  const given = takeTensors(cotangent, null).found;
  const fits = given.length === y.found.length && given.every(({ path, tensor }, i) => path === y.found[i]!.path && equalShapes(tensor.shape, y.tensors[i]!.shape));
  if (fits) return given.map(({ tensor }) => tensor);
  const text = (found: TakenTensors<null>['found']): string => found.map(({ path, tensor }) => `${path === '' ? 'the value' : path} ${formatShape(tensor.shape)}`).join(', ');
  throw new LiftArgumentError('lift.vjp', `the cotangent must be like the value: expected ${text(y.found)}, found ${text(given)}`);
}

/** @throws LiftArgumentError where modules among the attributes or the arguments are involved */
export function requireOneScope(operation: string, count: number): void {
  if (count !== 1) {
    throw new LiftArgumentError(`lift.${operation}`, `the gradient is of the variables of one module, but ${count} are involved: modules or references among its attributes or the arguments`);
  }
}

/**
 * `[value, gradients]` of a scalar function of the arguments; the variables are held fixed. With `hasAux` `[[value, aux], gradients]`
 * (Flax: `nn.value_and_grad`).
 * @throws LiftArgumentError where the value is no scalar
 */
export function valueAndGrad<M extends Module, Args extends readonly unknown[], R>(
  f: (module: M, ...args: Args) => R,
  module: M,
  args: Args,
  options: DerivativeOptions & { readonly hasAux?: boolean } = {},
): [R, { -readonly [K in keyof Args]: Args[K] }] {
  return callLifted({ name: 'valueAndGrad', prefix: '' }, module, args, [f], ([run]) => gradientScopes(run!, options)) as [R, { -readonly [K in keyof Args]: Args[K] }];
}

function gradientScopes(f: ScopeFunction, { variables = true, rngs = true, hasAux = false }: DerivativeOptions & { readonly hasAux?: boolean }): ScopeFunction {
  return (scopes, ...args) => {
    const packed = pack(scopes, { in: [variables], out: [variables], rngs: [rngs] });
    const inputs = takeTensors(args, null);
    const { y, aux, out, pull } = pullBackOf(packed, f, inputs, (given) => ({ variables: packed.variables, args: inputs.restore(given) as unknown[] }), hasAux);
    const [value, ...others] = y.tensors;
    if (value === undefined || others.length > 0 || value.rank !== 0) {
      throw new LiftArgumentError('lift.grad', `a gradient is of a scalar function; found ${value === undefined ? 'no tensor' : `a value of shape ${formatShape(value.shape)}`}`);
    }
    packed.publish(out);
    return [hasAux ? [value, aux] : value, inputs.restore(pull([onesLike(value)]))];
  };
}

/**
 * The gradients of a scalar function by its arguments; the variables are held fixed. With `hasAux` `[gradients, aux]` (Flax: `nn.grad`).
 * @throws LiftArgumentError where the value is no scalar
 */
export function grad<M extends Module, Args extends readonly unknown[]>(
  f: (module: M, ...args: Args) => readonly [Tensor, unknown],
  module: M,
  args: Args,
  options: DerivativeOptions & { readonly hasAux: true },
): [{ -readonly [K in keyof Args]: Args[K] }, unknown];
export function grad<M extends Module, Args extends readonly unknown[]>(
  f: (module: M, ...args: Args) => Tensor,
  module: M,
  args: Args,
  options?: DerivativeOptions & { readonly hasAux?: false },
): { -readonly [K in keyof Args]: Args[K] };
export function grad(f: (module: Module, ...args: readonly unknown[]) => unknown, module: Module, args: readonly unknown[], options: DerivativeOptions & { readonly hasAux?: boolean } = {}): unknown {
  const [value, gradients] = valueAndGrad(f, module, args, options);
  return options.hasAux === true ? [gradients, (value as readonly unknown[])[1]] : gradients;
}

/**
 * `[value, tangent]` of `f(module, ...args)` along tangents of the arguments and of collections, which are like the module's variables:
 * `{ params: module.variables.params }` (Flax: `nn.jvp`). Collections without a tangent are held fixed.
 */
export function jvp<M extends Module, Args extends readonly unknown[], R>(
  f: (module: M, ...args: Args) => R,
  module: M,
  args: Args,
  tangents: { readonly [K in keyof Args]: unknown },
  variableTangents: { readonly [collection: string]: Collection },
  options: DerivativeOptions = {},
): [R, R] {
  return callLifted({ name: 'jvp', prefix: '' }, module, args, [f], ([run]) => jvpScopes(run!, tangents, variableTangents, options)) as [R, R];
}

function jvpScopes(f: ScopeFunction, tangents: readonly unknown[], variableTangents: { readonly [collection: string]: Collection }, { variables = true, rngs = true }: DerivativeOptions): ScopeFunction {
  const moved = Object.fromEntries(Object.entries(variableTangents).filter(([, collection]) => tree.isRecord(collection) && Object.keys(collection).length > 0));
  return (scopes, ...args) => {
    requireOneScope('jvp', scopes.length);
    const packed = pack(scopes, { in: [Object.keys(moved), variables], out: [variables], rngs: [rngs] });
    const [active, fixed] = packed.variables as [VariableGroup, VariableGroup];
    const inputs = takeTensors([active, args], null);
    const along = takeTensors([[moved], tangents], null);
    requireTangents(inputs, along);
    let count = 0;
    let result: TakenTensors<null> | undefined;
    const run = (...given: Tensor[]): Tensor[] => {
      const [differentiated, values] = inputs.restore(given) as readonly [VariableGroup, unknown[]];
      const opened = packed.open([differentiated, fixed], packed.streams);
      const y = f(opened.scopes, ...values);
      count = takeTensors(y, null).tensors.length;
      result = takeTensors([y, opened.close()], null);
      return [...result.tensors];
    };
    // Tangents of what was written go no further, though the values may be differentiated by what is around.
    const [outputs, pushed] = jvpTensors(run, [...inputs.tensors], [...along.tensors]);
    const [y, out] = result!.restore(outputs) as readonly [unknown, VariableGroup[]];
    packed.publish(out);
    return [y, takeTensors(y, null).restore(pushed.slice(0, count))];
  };
}

function requireTangents(inputs: TakenTensors<null>, along: TakenTensors<null>): void {
  const text = ({ found }: TakenTensors<null>): string => found.map(({ path, tensor }) => `${path.split('/').slice(1).join('/')} ${formatShape(tensor.shape)}`).join(', ');
  if (text(inputs) !== text(along)) throw new LiftArgumentError('lift.jvp', `tangents must be like the variables and arguments: expected ${text(inputs)}; found ${text(along)}`);
}
