/** One way of doing a piece of work. */
export interface Contestant {
  /** `eager`, `onnx`, `hand-written`, `JAX`. */
  readonly name: string;
  /** Does the work for the first time, with all tracing, compiling and session making that it takes. */
  first(): Promise<FirstCall>;
  /** Does the work `calls` times, one after the other: the time of each. */
  block(calls: number): Promise<readonly Milliseconds[]>;
}

export interface FirstCall {
  /** From the call to its result. */
  readonly milliseconds: Milliseconds;
  /** A few numbers of the result, on which all contestants must agree. */
  readonly result: readonly number[];
}

export type Milliseconds = number;

/** A contestant in this process, from a function that does the work once and gives the numbers to compare. */
export function contestant(name: string, prepare: () => () => Promise<ArrayLike<number>>): Contestant {
  let work: (() => Promise<ArrayLike<number>>) | undefined;
  return {
    name,
    async first() {
      const start = performance.now();
      work = prepare();
      const result = await work();
      return { milliseconds: performance.now() - start, result: Array.from(result) };
    },
    async block(calls) {
      if (work === undefined) throw new Error(`\`first\` of ${name} must run before \`block\`: it makes what is timed.`);
      const times: Milliseconds[] = [];
      for (let call = 0; call < calls; call++) {
        const start = performance.now();
        await work();
        times.push(performance.now() - start);
      }
      return times;
    },
  };
}
