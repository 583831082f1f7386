/** Functions of tensors that run on ONNX Runtime. */
import { ArgumentError, type ProgramCost } from '@flaxon/tensor';
import type { OnnxModel } from '../export/model.js';
import { asyncDispose } from '../session/dispose.js';
import type { RunOptions } from '../session/engine.js';
import type { SessionOptions } from '../session/session-options.js';
import { Carry } from './carry.js';
import { type AnyFunction, type CompileEvent, Compiler } from './compiler.js';
import type { Described } from './described.js';
import type { SymbolicAxes, SymbolicShape } from './symbolic.js';

export interface CompileOptions extends SessionOptions {
  /** 18 to 26; 23 by default. */
  readonly opset?: number;
  /** How many signatures keep their sessions; the one used longest ago goes first. 32 by default. */
  readonly cacheSize?: number;
  /**
   * Axes whose size is not part of the signature, so that calls which differ there alone share a session. A list with an entry for each argument: the
   * name of its leaves' first axis, names of the leading axes, or null: `compile(loss, { symbolic: [null, 'batch'] })`. Or a function of a
   * leaf's path, sizes and argument that gives its shape, with strings for symbolic dimensions. Paths begin with the name of the argument in
   * `argumentNames`.
   */
  readonly symbolic?: SymbolicShape | readonly SymbolicAxes[];
  /** A name for each argument, with which the paths of its inputs begin. */
  readonly argumentNames?: readonly string[];
  /** Aborting it makes calls fail before they begin; a call that runs is finished first, and its result dropped. */
  readonly signal?: AbortSignal;
  /** Called after a signature has got its session. */
  readonly onCompile?: (event: CompileEvent) => void;
}

/** What a call of a compiled function takes. */
export interface CompiledCost extends ProgramCost {
  /** Nodes of the ONNX graph, those in bodies of loops included. */
  readonly nodes: number;
  /** Bytes of the constants in it. */
  readonly constantBytes: number;
}

/** The step's state and result, where a function takes and gives a state first. */
type CarryOf<Args extends readonly unknown[], R> = Args extends readonly [infer State, ...infer Rest] ? (Awaited<R> extends readonly [unknown, infer Result] ? Carry<State, Rest, Result> : never) : never;

export interface CompiledFunction<Args extends readonly unknown[], R> extends AsyncDisposable {
  /**
   * Runs the function on ONNX Runtime. The first call with a signature (structure, shapes, dtypes and static values) traces and
   * lowers it.
   */
  (...args: Args): Promise<R>;
  /** A call with options: `run([params, x], { signal })`. */
  run(args: Args, options?: RunOptions): Promise<R>;
  /** Traces, lowers and opens the session of a signature, given by arguments or by specs, so that its first call is as fast as the next. */
  prepare(...args: Described<Args>): Promise<void>;
  /** The model of a signature, given by arguments or by specs (strings are symbolic dimensions). Where `device` is `auto`, for the CPU. */
  lower(...args: Described<Args>): OnnxModel;
  /** The traced program of a signature as text, an equation a line. */
  graph(...args: Described<Args>): string;
  /**
   * Operations, memory traffic and peak memory of a call with these arguments (specs with numbers for sizes do), and the size of its graph.
   * @throws ArgumentError where a size is symbolic.
   */
  cost(...args: Described<Args>): CompiledCost;
  /**
   * For a step `(state, ...rest) => [state, result]`: the state stays in the runtime from call to call. `advance(...rest)` gives the result,
   * `state()` the state.
   * @throws ArgumentError at the first step, where the state comes out with another structure, shape or dtype.
   */
  carry(state: Args[0]): CarryOf<Args, R>;
  /** How many signatures have a session. */
  sessionCount(): number;
  /** Frees every session, and the workers that were started. The function can be called again, and then begins anew. */
  release(): Promise<void>;
}

/**
 * `f` as a function that runs on ONNX Runtime, one graph a call: `await compile(valueAndGrad(loss))(params, batch)`. Tensors among the
 * arguments (in trees too) are inputs; numbers, strings and booleans are fixed in the graph, so other ones make another graph.
 * @throws ArgumentError for options out of range. Calls reject with UnsupportedOpError, RuntimeMissingError or DeviceError, with the reason of an
 * aborted signal, and in workers with QueueFullError or WorkerCrashError.
 */
export function compile<Args extends readonly unknown[], R>(f: (...args: Args) => R, options: CompileOptions = {}): CompiledFunction<Args, R> {
  if (typeof f !== 'function') throw new ArgumentError('compile', 'f', 'must be a function of tensors; of a bound module, `(x) => bound.call(x)`');
  const compiler = new Compiler(((...args) => f(...(args as readonly unknown[] as Args))) satisfies AnyFunction, f.name, options);
  const run = async (args: Args, runOptions: RunOptions = {}): Promise<R> => (await compiler.call(args, runOptions)) as R;
  return Object.assign((...args: Args) => run(args), {
    run,
    prepare: (...args: Described<Args>) => compiler.prepare(args as readonly unknown[]),
    lower: (...args: Described<Args>) => compiler.lower(args as readonly unknown[]),
    graph: (...args: Described<Args>) => compiler.graph(args as readonly unknown[]),
    cost: (...args: Described<Args>) => compiler.cost(args as readonly unknown[]),
    carry: (state: Args[0]) => new Carry((rest, call) => compiler.carrySession(state, rest, call), state) as CarryOf<Args, R>,
    sessionCount: () => compiler.sessionCount(),
    release: () => compiler.release(),
    [asyncDispose]: () => compiler.release(),
  });
}
