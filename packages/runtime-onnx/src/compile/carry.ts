/**
 * A step `(state, ...rest) => [state, result]` whose state stays where the runtime has it, from call to call: no tensors are made of it, and
 * with WebGPU in browsers it does not leave the device.
 */
import { ArgumentError, formatSpec, type Tensor } from '@flaxon/tensor';
import { type FlatArguments, flattenArguments, isTensor } from '../export/arguments.js';
import { inputNames, outputNames } from '../export/names.js';
import type { StagedFunction } from '../export/stage.js';
import { ReleasedError } from '../errors/session-errors.js';
import { asyncDispose } from '../session/dispose.js';
import type { Engine, RunOptions } from '../session/engine.js';
import { freeArrays, freeDeviceMemory } from '../session/free-memory.js';
import type { OrtTensor } from '../session/runtime.js';
import { type BuiltSession, buildSession, type ExecutableOptions } from './executable.js';
import { Ports } from './ports.js';
import { signatureOf } from './signature.js';

/** The graph of one step. */
export interface CarrySession {
  readonly built: BuiltSession;
  readonly state: { readonly input: Ports; readonly output: Ports };
  readonly rest: { readonly input: Ports; readonly output: Ports };
  readonly staged: StagedFunction;
}

/** @throws ArgumentError unless the first element of the step's result is a tree like the state, leaf by leaf. */
function requireSameState({ program, outputPaths }: StagedFunction, paths: readonly string[]): void {
  const results = new Map(outputPaths.map((path, i) => [path, program.outputs[i]!]));
  const refuse = (path: string, before: string, after: string): never => {
    throw new ArgumentError('compile', 'carry', `needs a function that gives the state back as it took it, \`(state, ...rest) => [state, result]\`: leaf \`${path || 'state'}\` goes in as ${before} and comes out as ${after}`);
  };
  paths.forEach((path, i) => {
    const expected = formatSpec(program.inputs[i]!);
    const found = results.get(path === '' ? '0' : `0/${path}`);
    if (!found || formatSpec(found) !== expected) refuse(path, expected, found ? formatSpec(found) : 'nothing');
  });
  const more = outputPaths.find((path, i) => i >= paths.length && (path === '0' || path.startsWith('0/')));
  if (more !== undefined) refuse(more.slice(2), 'nothing', formatSpec(results.get(more)!));
}

/** Lowers a step whose first leaves, going in and coming out, are the state; `statePaths` are their paths within it. */
export async function createCarrySession(engine: Engine, staged: StagedFunction, inputPaths: readonly string[], statePaths: readonly string[], options: ExecutableOptions): Promise<CarrySession> {
  const { program } = staged;
  requireSameState(staged, statePaths);
  const count = statePaths.length;
  const inputs = inputNames(inputPaths);
  const names = { inputs, outputs: outputNames(program.outputs.map((_, i) => (i < count ? `next/${inputPaths[i]!}` : `output/${i - count}`)), inputs) };
  const ports = (from: 'inputs' | 'outputs', direction: string, begin: number, end?: number): Ports => new Ports(direction, program[from].slice(begin, end), names[from].slice(begin, end), begin);
  const state = { input: ports('inputs', 'state', 0, count), output: ports('outputs', 'next', 0, count) };
  const rest = { input: ports('inputs', 'in', count), output: ports('outputs', 'out', count) };
  const built = await buildSession(engine, staged, names, { inputs: [state.input, rest.input], outputs: [state.output, rest.output] }, options, state.output.names);
  return { built, state, rest, staged };
}

/** Finds, or makes, the graph of a step by its arguments beside the state. `call` is the signature of the step, undefined where it has none. */
export type FindCarrySession = (rest: readonly unknown[], call: string | undefined) => Promise<CarrySession>;

/** The elements of a value that may be on a device. */
async function fetched(tensor: OrtTensor): Promise<OrtTensor> {
  const { location = 'cpu', type, dims } = tensor;
  return location === 'cpu' || location === 'cpu-pinned' || !tensor.getData ? tensor : { type, dims, data: await tensor.getData() };
}

/**
 * State that a compiled step takes and gives: `await using loop = await step.carry(initial)`, then `await loop.advance(batch)` as often as wanted and
 * `await loop.state()`. Calls run one after the other.
 */
export class Carry<State, Rest extends readonly unknown[], Result> implements AsyncDisposable {
  readonly #find: FindCarrySession;
  readonly #flat: FlatArguments<Tensor>;
  /** The signature of the state, which is the same at every step. */
  readonly #key: string | undefined;
  /** By port, in the order of the names of the ports; undefined before the first step. */
  #values: readonly OrtTensor[] | undefined;
  /** Whether tensors were made of the values, which look at their memory. */
  #isShown = false;
  /** The last step's graph. */
  #session: CarrySession | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isReleased = false;

  /** Use `compile(step).carry(state)`. */
  constructor(find: FindCarrySession, initial: State) {
    this.#find = find;
    this.#flat = flattenArguments('compile', [initial], isTensor, ['state']);
    this.#key = signatureOf([initial]).key;
  }

  /** One step: `rest` are the step's arguments after the state. A step that fails, or is aborted before it begins, leaves the state as it was. */
  advance(...rest: Rest): Promise<Result> {
    return this.run(rest);
  }

  /** `advance`, with options. A step that runs when `signal` is aborted is finished, and the state is that after it. */
  run(rest: Rest, { signal }: Pick<RunOptions, 'signal'> = {}): Promise<Result> {
    if (this.#isReleased) return Promise.reject(new ReleasedError('state'));
    const result = this.#last.then(() => {
      signal?.throwIfAborted();
      return this.#step(rest);
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #step(rest: Rest): Promise<Result> {
    if (this.#isReleased) throw new ReleasedError('state');
    const { leaves, key } = signatureOf(rest);
    const session = await this.#find(rest, this.#key === undefined || key === undefined ? undefined : `carry ${this.#key}${key}`);
    const { engine, session: runnable } = session.built.opened;
    const feeds: Record<string, OrtTensor> = {};
    if (this.#values) session.state.input.names.forEach((name, i) => (feeds[name] = this.#values![i]!));
    else session.state.input.feed(feeds, engine, (i) => this.#flat.leaves[i]!.leaf);
    session.rest.input.feed(feeds, engine, (i) => leaves[i]!);
    const results = await runnable.run(feeds, [...session.state.output.names, ...session.rest.output.names]);
    this.#free(Object.values(results));
    this.#values = session.state.output.names.map((name) => results[name]!);
    this.#isShown = false;
    this.#session = session;
    const outputs = session.rest.output.tensors(results);
    const [, result] = session.staged.rebuildResult([...this.#flat.leaves.map(({ leaf }) => leaf), ...outputs]) as readonly [State, Result];
    return result;
  }

  /** Frees the values; not the memory of `kept`, nor what tensors look at. */
  #free(kept: readonly OrtTensor[]): void {
    freeDeviceMemory(this.#values ?? []);
    if (!this.#isShown) freeArrays(this.#values ?? [], kept);
  }

  /** The state after the steps so far, as tensors. */
  async state(): Promise<State> {
    await this.#last;
    if (this.#isReleased) throw new ReleasedError('state');
    this.#isShown = true;
    const leaves = this.#values && this.#session ? await this.#read(this.#values, this.#session) : this.#flat.leaves.map(({ leaf }) => leaf);
    return (this.#flat.rebuild(leaves) as readonly State[])[0]!;
  }

  async #read(values: readonly OrtTensor[], { state }: CarrySession): Promise<Tensor[]> {
    const known = await Promise.all(values.map(fetched));
    return state.output.tensors(Object.fromEntries(state.output.names.map((name, i) => [name, known[i]!])));
  }

  /** Frees the state. The compiled step stays. */
  async release(): Promise<void> {
    this.#isReleased = true;
    await this.#last;
    this.#free([]);
    this.#values = undefined;
  }

  [asyncDispose](): Promise<void> {
    return this.release();
  }
}
