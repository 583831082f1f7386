/** Functions of tensors that run on ONNX Runtime. */
import { ArgumentError, type Dim, type Spec, spec, type Tensor } from '@flaxon/tensor';
import { type FlatArguments, flattenArguments, isTensor, specKey } from '../export/arguments.js';
import { buildModel } from '../export/export.js';
import type { OnnxModel } from '../export/model.js';
import { inputNames, outputNames } from '../export/names.js';
import { defaultOpset, requireOpset } from '../export/opset.js';
import { stageFunction, type StagedFunction } from '../export/stage.js';
import type { SessionOptions } from '../session/session.js';
import { LeastRecentlyUsed } from './cache.js';
import { Executable } from './executable.js';
import { signatureOf } from './signature.js';

export interface CompileOptions extends SessionOptions {
  /** 18 to 26; 23 by default. */
  readonly opset?: number;
  /** How many signatures keep their sessions; the one used longest ago goes first. 32 by default. */
  readonly cacheSize?: number;
  /**
   * The shape under which a leaf is traced, by its path and its size: strings are symbolic dimensions, so that calls which differ
   * there alone share a session: `symbolic: (path, shape) => path === 'x' ? ['batch', ...shape.slice(1)] : shape`. Paths begin with
   * the name of the argument in `argumentNames`.
   */
  readonly symbolic?: (path: string, shape: readonly number[]) => readonly (Dim | string)[];
  /** A name for each argument, with which the paths of its inputs begin. */
  readonly argumentNames?: readonly string[];
  /** Aborting it makes calls fail before they begin; a call that runs is finished first. */
  readonly signal?: AbortSignal;
}

export interface CompiledFunction<Args extends readonly unknown[], R> {
  /**
   * Runs the function on ONNX Runtime. The first call with a signature (structure, shapes, dtypes and static values) traces and
   * lowers it.
   */
  (...args: Args): Promise<R>;
  /** The model of the signature that `args` have. */
  lower(...args: Args): OnnxModel;
  /** How many signatures have a session. */
  sessionCount(): number;
  /** Frees every session. The function can be called again, and then begins anew. */
  release(): Promise<void>;
}

/** The traced function of one signature, in its session. */
interface Entry {
  readonly key: string;
  readonly staged: StagedFunction;
  readonly executable: Promise<Executable>;
}

/** Call signatures that are remembered; where shapes are symbolic there may be many for one session. */
const mostCalls = 4096;

type AnyFunction = (...args: readonly unknown[]) => unknown;

class Compiler {
  readonly #f: AnyFunction;
  readonly #name: string;
  readonly #options: CompileOptions;
  readonly #opset: number;
  readonly #entries: LeastRecentlyUsed<Entry>;
  /** The entry's key for each call signature that was met. */
  readonly #calls = new Map<string, string>();

  constructor(f: AnyFunction, name: string, options: CompileOptions) {
    this.#f = f;
    this.#name = name === '' ? 'flaxon' : name;
    this.#options = options;
    this.#opset = requireOpset('compile', options.opset ?? defaultOpset);
    const capacity = options.cacheSize ?? 32;
    if (!Number.isInteger(capacity) || capacity < 1) throw new ArgumentError('compile', 'cacheSize', `must be a whole number from 1 on, found ${capacity}`);
    this.#entries = new LeastRecentlyUsed<Entry>(capacity, (entry) => void releaseEntry(entry));
  }

  sessionCount(): number {
    return this.#entries.size;
  }

  #flatten(args: readonly unknown[]): FlatArguments<Tensor> {
    return flattenArguments('compile', args, isTensor, this.#options.argumentNames ?? []);
  }

  #specs(args: FlatArguments<Tensor>): FlatArguments<Spec> {
    const { symbolic } = this.#options;
    const leaves = args.leaves.map(({ path, leaf }) => {
      const shape = leaf.staticShape('compile');
      return { path, leaf: spec(leaf.dtype, symbolic ? symbolic(path, shape) : shape) };
    });
    return { ...args, leaves };
  }

  #keyOf(args: FlatArguments<Spec>): string {
    return `${args.key}|${args.leaves.map(({ leaf }) => specKey(leaf)).join(';')}`;
  }

  /** The entry of a call that was not made before: another one may share it where shapes are made symbolic. */
  #newEntry(args: readonly unknown[]): Entry {
    const specs = this.#specs(this.#flatten(args));
    const key = this.#keyOf(specs);
    const known = this.#entries.get(key);
    if (known) return known;
    const staged = stageFunction('compile', this.#f, specs);
    const executable = Executable.create(staged, specs.leaves.map(({ path }) => path), { ...this.#options, name: this.#name, opset: this.#opset });
    const made: Entry = { key, staged, executable };
    this.#entries.set(key, made);
    // A session that could not be opened is not kept; whoever waits for it gets the error.
    executable.catch(() => this.#forget(key));
    return made;
  }

  #forget(key: string): void {
    this.#entries.delete(key);
    for (const [call, entryKey] of this.#calls) if (entryKey === key) this.#calls.delete(call);
  }

  #entry(args: readonly unknown[], call: string | undefined): Entry {
    const key = call === undefined ? undefined : this.#calls.get(call);
    const known = key === undefined ? undefined : this.#entries.get(key);
    if (known) return known;
    const made = this.#newEntry(args);
    if (this.#calls.size >= mostCalls) this.#calls.clear();
    if (call !== undefined) this.#calls.set(call, made.key);
    return made;
  }

  async call(args: readonly unknown[]): Promise<unknown> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    const { leaves, key } = signatureOf(args);
    const { staged, executable } = this.#entry(args, key);
    const ready = await executable;
    signal?.throwIfAborted();
    return staged.rebuildResult(await ready.run(leaves));
  }

  lower(args: readonly unknown[]): OnnxModel {
    const specs = this.#specs(this.#flatten(args));
    const staged = stageFunction('compile', this.#f, specs);
    const inputs = inputNames(specs.leaves.map(({ path }) => path));
    const { device = 'cpu' } = this.#options;
    return buildModel(staged, { name: this.#name, opset: this.#opset, device, inputNames: inputs, outputNames: outputNames(staged.outputPaths, inputs), metadata: {} });
  }

  async release(): Promise<void> {
    this.#calls.clear();
    await Promise.all(this.#entries.clear().map(releaseEntry));
  }
}

async function releaseEntry({ executable }: Entry): Promise<void> {
  const ready = await executable.catch(() => undefined);
  await ready?.release();
}

/**
 * `f` as a function that runs on ONNX Runtime, one graph a call: `await compile(valueAndGrad(loss))(params, batch)`. Tensors among the
 * arguments (in trees too) are inputs; numbers, strings and booleans are fixed in the graph, so other ones make another graph.
 * @throws ArgumentError for options out of range. Calls reject with UnsupportedOpError, RuntimeMissingError or DeviceError.
 */
export function compile<Args extends readonly unknown[], R>(f: (...args: Args) => R, options: CompileOptions = {}): CompiledFunction<Args, R> {
  const compiler = new Compiler((...args) => f(...(args as Args)), f.name, options);
  return Object.assign(async (...args: Args): Promise<R> => (await compiler.call(args)) as R, {
    lower: (...args: Args) => compiler.lower(args),
    sessionCount: () => compiler.sessionCount(),
    release: () => compiler.release(),
  });
}
