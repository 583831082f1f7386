/** Behind a compiled function: signatures, what was made for them, and for how long it is kept. */
import { ArgumentError, isStaticShape, printProgram, programCost, type Shape, type Spec, spec } from '@flaxon/tensor';
import { type FlatArguments, flattenArguments, isSpec, isTensor, specKey } from '../export/arguments.js';
import { buildModel } from '../export/export.js';
import type { OnnxModel } from '../export/model.js';
import { inputNames, outputNames } from '../export/names.js';
import { defaultOpset, requireOpset } from '../export/opset.js';
import { stageFunction, type StagedFunction } from '../export/stage.js';
import type { Device } from '../session/devices.js';
import type { RunOptions } from '../session/engine.js';
import { engineFor, type OwnedEngine, resolveDevice } from '../session/open.js';
import { LeastRecentlyUsed } from './cache.js';
import { type CarrySession, createCarrySession } from './carry.js';
import type { CompiledCost, CompileOptions } from './compile.js';
import { type BuildReport, Executable, type ExecutableOptions } from './executable.js';
import { signatureOf } from './signature.js';
import { type SymbolicShape, symbolicShape } from './symbolic.js';

/** A signature has got its session. */
export interface CompileEvent extends BuildReport {
  /** Of the function. */
  readonly name: string;
  /** Structure, static values, dtypes and shapes. */
  readonly signature: string;
  readonly device: Device;
  readonly traceMilliseconds: number;
}

export type AnyFunction = (...args: readonly unknown[]) => unknown;

/** What a signature has: the session of plain calls, or that of steps with a state. */
interface Entry {
  readonly key: string;
  readonly staged: StagedFunction;
  readonly executable?: Promise<Executable>;
  readonly carry?: Promise<CarrySession>;
}

/** Call signatures that are remembered; where shapes are symbolic there may be many for one session. */
const mostCalls = 4096;

type IsLeaf = (value: unknown) => value is Spec;

export class Compiler {
  readonly #f: AnyFunction;
  readonly #name: string;
  readonly #options: CompileOptions;
  readonly #opset: number;
  readonly #symbolic: SymbolicShape | undefined;
  readonly #entries: LeastRecentlyUsed<Entry>;
  /** The entry's key for each call signature that was met. */
  readonly #calls = new Map<string, string>();
  #engine: Promise<OwnedEngine> | undefined;
  #device: Promise<Device> | undefined;

  constructor(f: AnyFunction, name: string, options: CompileOptions) {
    this.#f = f;
    this.#name = name === '' ? 'flaxon' : name;
    this.#options = options;
    this.#opset = requireOpset('compile', options.opset ?? defaultOpset);
    this.#symbolic = symbolicShape(options.symbolic);
    const capacity = options.cacheSize ?? 32;
    if (!Number.isInteger(capacity) || capacity < 1) throw new ArgumentError('compile', 'cacheSize', `must be a whole number from 1 on, found ${capacity}`);
    this.#entries = new LeastRecentlyUsed<Entry>(capacity, (entry) => void releaseEntry(entry));
  }

  sessionCount(): number {
    return this.#entries.size;
  }

  /** `isLeaf` tells tensors among the arguments of a call, where an object with a shape and a dtype is a static value, and specs too in a description of one. */
  #flatten(args: readonly unknown[], isLeaf: IsLeaf): FlatArguments<Spec> {
    return flattenArguments('compile', args, isLeaf, this.#options.argumentNames ?? []);
  }

  /** The leaves with symbolic dimensions where the options want them; specs that have some already stay as they are. */
  #specs(args: readonly unknown[], isLeaf: IsLeaf): FlatArguments<Spec> {
    const flat = this.#flatten(args, isLeaf);
    const symbolic = this.#symbolic;
    const argumentOf = args.flatMap((arg, i) => this.#flatten([arg], isLeaf).leaves.map(() => i));
    const shapeOf = (path: string, shape: Shape, i: number): readonly (Shape[number] | string)[] => (symbolic && isStaticShape(shape) ? symbolic(path, shape, argumentOf[i]!) : shape);
    return { ...flat, leaves: flat.leaves.map(({ path, leaf }, i) => ({ path, leaf: spec(leaf.dtype, shapeOf(path, leaf.shape, i)) })) };
  }

  #keyOf(args: FlatArguments<Spec>): string {
    return `${args.key}|${args.leaves.map(({ leaf }) => specKey(leaf)).join(';')}`;
  }

  async #prepared(): Promise<{ readonly owned: OwnedEngine; readonly options: ExecutableOptions }> {
    this.#engine ??= engineFor(this.#options);
    const engine = this.#engine;
    try {
      const owned = await engine;
      this.#device ??= resolveDevice(owned.engine, this.#options);
      const device = await this.#device;
      return { owned, options: { ...this.#options, device, fallback: [], name: this.#name, opset: this.#opset } };
    } catch (error) {
      // What failed is tried again by the next call.
      if (this.#engine === engine) [this.#engine, this.#device] = [undefined, undefined];
      await (await engine.catch(() => undefined))?.release();
      throw error;
    }
  }

  #report(report: BuildReport | undefined, key: string, device: Device, traceMilliseconds: number): void {
    if (report) this.#options.onCompile?.({ name: this.#name, signature: key, device, traceMilliseconds, ...report });
  }

  /** Traces the function, and remembers what `make` makes of it; what fails is not kept, and whoever waits for it gets the error. */
  #remember<T>(key: string, specs: FlatArguments<Spec>, make: (staged: StagedFunction, trace: number) => Promise<T>, entryOf: (made: Promise<T>) => Partial<Entry>): Entry {
    const begin = performance.now();
    const staged = stageFunction('compile', this.#f, specs);
    const made = make(staged, performance.now() - begin);
    const entry: Entry = { key, staged, ...entryOf(made) };
    this.#entries.set(key, entry);
    made.catch(() => this.#forget(key));
    return entry;
  }

  /** The entry of a call that was not made before: another one may share it where shapes are made symbolic. */
  #newEntry(args: readonly unknown[], isLeaf: IsLeaf): Entry {
    const specs = this.#specs(args, isLeaf);
    const key = this.#keyOf(specs);
    const make = async (staged: StagedFunction, trace: number): Promise<Executable> => {
      const { owned, options } = await this.#prepared();
      const executable = await Executable.create(owned.engine, staged, specs.leaves.map(({ path }) => path), options);
      this.#report(executable.report, key, options.device, trace);
      return executable;
    };
    return this.#entries.get(key) ?? this.#remember(key, specs, make, (executable) => ({ executable }));
  }

  #forget(key: string): void {
    this.#entries.delete(key);
    for (const [call, entryKey] of this.#calls) if (entryKey === key) this.#calls.delete(call);
  }

  #entry(args: readonly unknown[], call: string | undefined): Entry {
    const key = call === undefined ? undefined : this.#calls.get(call);
    const known = key === undefined ? undefined : this.#entries.get(key);
    if (known) return known;
    const made = this.#newEntry(args, isTensor);
    this.#meet(call, made);
    return made;
  }

  /** Remembers which entry a call has. */
  #meet(call: string | undefined, { key }: Entry): void {
    if (call === undefined || this.#calls.get(call) === key) return;
    if (this.#calls.size >= mostCalls) this.#calls.clear();
    this.#calls.set(call, key);
  }

  async call(args: readonly unknown[], options: RunOptions): Promise<unknown> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    options.signal?.throwIfAborted();
    const { leaves, key } = signatureOf(args);
    const { staged, executable } = this.#entry(args, key);
    const ready = await executable!;
    signal?.throwIfAborted();
    options.signal?.throwIfAborted();
    const results = await ready.run(leaves, signal ? { ...options, signal: options.signal ? AbortSignal.any([signal, options.signal]) : signal } : options);
    return staged.rebuildResult(results);
  }

  async prepare(args: readonly unknown[]): Promise<void> {
    await this.#newEntry(args, isSpec).executable;
  }

  /** `call` is the call's signature; undefined where it has none. */
  carrySession(state: unknown, rest: readonly unknown[], call: string | undefined): Promise<CarrySession> {
    const met = call === undefined ? undefined : this.#calls.get(call);
    const entry = (met === undefined ? undefined : this.#entries.get(met)) ?? this.#carryEntry(state, rest);
    this.#meet(call, entry);
    return entry.carry!;
  }

  #carryEntry(state: unknown, rest: readonly unknown[]): Entry {
    const args = [state, ...rest];
    const specs = this.#specs(args, isTensor);
    const key = `carry ${this.#keyOf(specs)}`;
    const known = this.#entries.get(key);
    if (known) return known;
    const statePaths = flattenArguments('compile', [state], isTensor, []).leaves.map(({ path }) => path);
    const make = async (staged: StagedFunction, trace: number): Promise<CarrySession> => {
      const { owned, options } = await this.#prepared();
      const session = await createCarrySession(owned.engine, staged, specs.leaves.map(({ path }) => path), statePaths, options);
      this.#report(session.built.report, key, options.device, trace);
      return session;
    };
    return this.#remember(key, specs, make, (carry) => ({ carry }));
  }

  lower(args: readonly unknown[]): OnnxModel {
    const specs = this.#specs(args, isSpec);
    const staged = stageFunction('compile', this.#f, specs);
    const inputs = inputNames(specs.leaves.map(({ path }) => path));
    const { device = 'cpu' } = this.#options;
    return buildModel(staged, { name: this.#name, opset: this.#opset, device: device === 'auto' ? 'cpu' : device, inputNames: inputs, outputNames: outputNames(staged.outputPaths, inputs), metadata: {} });
  }

  graph(args: readonly unknown[]): string {
    return printProgram(stageFunction('compile', this.#f, this.#specs(args, isSpec)).program);
  }

  cost(args: readonly unknown[]): CompiledCost {
    const { program } = stageFunction('compile', this.#f, this.#flatten(args, isSpec));
    const { nodeCount, parameterBytes } = this.lower(args);
    return { ...programCost(program), nodes: nodeCount, constantBytes: parameterBytes };
  }

  async release(): Promise<void> {
    this.#calls.clear();
    const owned = this.#engine;
    [this.#engine, this.#device] = [undefined, undefined];
    await Promise.all(this.#entries.clear().map(releaseEntry));
    await (await owned?.catch(() => undefined))?.release();
  }
}

async function releaseEntry({ executable, carry }: Entry): Promise<void> {
  const ready = await executable?.catch(() => undefined);
  await ready?.release();
  const session = await carry?.catch(() => undefined);
  await session?.built.opened.session.release();
}
