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
}

/** The contestants `eager` and `onnx`: the function as it stands, and compiled, the latter with its tracing and lowering in the first call. */
export function flaxon<State, Rest extends Tensor[]>({ f, state, rest, compared, results: count }: FlaxonWork<State, Rest>, { threads }: { readonly threads: number }): Contestant[] {
  const running = (run: (state: State, ...rest: Rest) => Promise<[State, ...Tensor[]]>) => {
    let current = state;
    return async (): Promise<number[]> => {
      const [next, ...results] = await run(current, ...rest);
      current = next;
      return results.slice(0, count).flatMap((result) => Array.from(result.data().subarray(0, compared) as ArrayLike<number>, Number));
    };
  };
  return [
    contestant('onnx', () => running(compile(f, { threads }))),
    contestant('eager', () => running(async (...args) => f(...args))),
  ];
}
