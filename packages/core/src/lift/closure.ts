/** Functions that carry their tensors as data, so that a transformation can take the tensors out and put others in. */
import { runProgram, trace, type Program, type Spec, type Tensor } from '@flaxon/tensor';

/** Where a closure keeps its data. */
const CLOSURE: unique symbol = Symbol('flaxon.lift.closure');

interface ClosureData {
  readonly tensors: readonly Tensor[];
  /** The same function over other tensors. */
  readonly over: (tensors: readonly Tensor[]) => unknown;
}

const dataOf = (value: unknown): ClosureData | undefined => (typeof value === 'function' && CLOSURE in value ? (value[CLOSURE] as ClosureData) : undefined);

/** The tensors of a closure, or undefined for anything else. */
export const closureTensors = (value: unknown): readonly Tensor[] | undefined => dataOf(value)?.tensors;

/** The closure over other tensors. */
export const closureOver = (value: unknown, tensors: readonly Tensor[]): unknown => dataOf(value)?.over(tensors);

type FlatFunction = (...inputs: Tensor[]) => readonly Tensor[];

/**
 * The flat function `f` of tensors of the given specs, wrapped by `wrap` into what a caller sees. The tensors of enclosing traces
 * that `f` uses become data: the function may leave the trace that it was made in, if they are handed on.
 */
export function makeClosure<F extends (...args: never[]) => unknown>(f: FlatFunction, specs: readonly Spec[], wrap: (f: FlatFunction) => F): F {
  const { program, captures } = trace(f, specs);
  return overCaptures(program, captures, wrap);
}

function overCaptures<F extends (...args: never[]) => unknown>(program: Program, captures: readonly Tensor[], wrap: (f: FlatFunction) => F): F {
  const closure = wrap((...inputs) => runProgram(program, [...inputs, ...captures]));
  const data: ClosureData = { tensors: captures, over: (tensors) => overCaptures(program, tensors, wrap) };
  Object.defineProperty(closure, CLOSURE, { value: data });
  return closure;
}
