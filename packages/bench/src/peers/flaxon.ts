import { compile } from '@flaxon/runtime-onnx';
import type { Tensor } from '@flaxon/tensor';
import { contestant } from '../measure/contestant.js';
import type { Contestant } from '../measure/contestant.js';

/** Work on a state that goes from call to call: a function of tensors, its first state and its other arguments. */
export interface FlaxonWork<State, Rest extends Tensor[]> {
  readonly f: (state: State, ...rest: Rest) => [State, ...Tensor[]];
  readonly state: State;
  readonly rest: Rest;
  /** How many numbers of each result are compared. */
  readonly compared: number;
  /** How many results are compared, from the first; all by default. */
  readonly results?: number;
  /** True for a step of training: also with the state kept by `carry`, the contestant `onnx carry`. */
  readonly trains?: boolean;
}

/** The contestants `eager` and `onnx` (and `onnx carry`): the function as it stands, and compiled, the latter with its tracing and lowering in the first call. */
export function flaxon<State, Rest extends Tensor[]>({ f, state, rest, compared, results: count, trains = false }: FlaxonWork<State, Rest>, { threads }: { readonly threads: number }): Contestant[] {
  const numbersOf = (results: readonly Tensor[]): number[] =>
    results.slice(0, count).flatMap((result) => Array.from(result.data().subarray(0, compared) as ArrayLike<number>, Number));
  const running = (run: (state: State, ...rest: Rest) => Promise<[State, ...Tensor[]]>) => {
    let current = state;
    return async (): Promise<number[]> => {
      const [next, ...results] = await run(current, ...rest);
      current = next;
      return numbersOf(results);
    };
  };
  const options = { threads, spinning: threads > 1 };
  const carrying = () => {
    const step = (current: State, ...args: Rest): [State, readonly Tensor[]] => {
      const [next, ...results] = f(current, ...args);
      return [next, results];
    };
    const loop = compile(step, options).carry(state);
    return async (): Promise<number[]> => numbersOf(await loop.advance(...rest));
  };
  return [
    contestant('onnx', () => running(compile(f, options))),
    ...(trains ? [contestant('onnx carry', carrying)] : []),
    contestant('eager', () => running(async (...args) => f(...args))),
  ];
}
