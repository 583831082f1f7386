/** One signature of a compiled function: its graph in a session, and how leaves become feeds and results. */
import type { Atom, Program, Tensor, Variable } from '@flaxon/tensor';
import { buildModel } from '../export/export.js';
import { inputNames, outputNames } from '../export/names.js';
import type { StagedFunction } from '../export/stage.js';
import type { Device } from '../session/devices.js';
import type { Engine, RunOptions } from '../session/engine.js';
import { type OpenSession, openSession } from '../session/open.js';
import type { OrtTensor } from '../session/runtime.js';
import type { SessionOptions } from '../session/session-options.js';
import { Ports } from './ports.js';

export interface ExecutableOptions extends SessionOptions {
  readonly name: string;
  readonly opset: number;
  /** The resolved one. */
  readonly device: Device;
}

/** Where one result comes from. */
type ResultSource =
  | { readonly kind: 'constant'; readonly value: Tensor }
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'output'; readonly index: number };

/** The program without what needs no session: inputs that nothing reads, results that are inputs or constants, repeated ones. */
interface Reduced {
  readonly program: Program;
  /** Which leaves of the arguments are its inputs. */
  readonly inputs: readonly number[];
  readonly results: readonly ResultSource[];
}

function reduceProgram(program: Program): Reduced {
  const places = new Map<Variable, number>(program.inputs.map((input, i) => [input, i]));
  const outputs: Variable[] = [];
  const results = program.outputs.map((atom: Atom): ResultSource => {
    if (atom.kind === 'constant') return { kind: 'constant', value: atom.value };
    const place = places.get(atom);
    if (place !== undefined) return { kind: 'input', index: place };
    const known = outputs.indexOf(atom);
    return { kind: 'output', index: known >= 0 ? known : outputs.push(atom) - 1 };
  });
  const read = new Set<Atom>(program.equations.flatMap(({ inputs }) => inputs));
  const inputs = program.inputs.map((_, i) => i).filter((i) => read.has(program.inputs[i]!));
  return { program: { ...program, inputs: inputs.map((i) => program.inputs[i]!), outputs }, inputs, results };
}

/** What making a session took. */
export interface BuildReport {
  readonly nodes: number;
  /** Of the model. */
  readonly bytes: number;
  readonly lowerMilliseconds: number;
  readonly openMilliseconds: number;
}

export interface BuiltSession {
  readonly opened: OpenSession;
  readonly report: BuildReport;
}

/** Lowers a program whose leaves go through `ports`, and opens a session on it. */
export async function buildSession(engine: Engine, staged: StagedFunction, names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] }, ports: { readonly inputs: readonly Ports[]; readonly outputs: readonly Ports[] }, options: ExecutableOptions, resident: readonly string[] = []): Promise<BuiltSession> {
  const begin = performance.now();
  const packing = { inputs: ports.inputs.flatMap((one) => one.packing), outputs: ports.outputs.flatMap((one) => one.packing) };
  const model = buildModel(staged, { name: options.name, opset: options.opset, device: options.device, inputNames: names.inputs, outputNames: names.outputs, packing, metadata: {} });
  const bytes = model.toBytes();
  const lowered = performance.now();
  const opened = await openSession(engine, bytes, options, resident);
  return { opened, report: { nodes: model.nodeCount, bytes: bytes.length, lowerMilliseconds: lowered - begin, openMilliseconds: performance.now() - lowered } };
}

/** A session with the names and packings of its inputs and outputs. */
export class Executable {
  readonly #reduced: Reduced;
  /** None where the program has nothing to compute. */
  readonly #built: BuiltSession | undefined;
  readonly #inputs: Ports;
  readonly #outputs: Ports;

  private constructor(reduced: Reduced, built: BuiltSession | undefined, inputs: Ports, outputs: Ports) {
    this.#reduced = reduced;
    this.#built = built;
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  /** Lowers a traced function and opens the session. */
  static async create(engine: Engine, staged: StagedFunction, inputPaths: readonly string[], options: ExecutableOptions): Promise<Executable> {
    const reduced = reduceProgram(staged.program);
    const { program } = reduced;
    const inputs = inputNames(reduced.inputs.map((i) => inputPaths[i]!));
    const names = { inputs, outputs: outputNames(program.outputs.map((_, i) => `output/${i}`), inputs) };
    const ports = { inputs: new Ports('in', program.inputs, names.inputs), outputs: new Ports('out', program.outputs, names.outputs) };
    const built = program.outputs.length === 0 ? undefined : await buildSession(engine, { ...staged, program }, names, { inputs: [ports.inputs], outputs: [ports.outputs] }, options);
    return new Executable(reduced, built, ports.inputs, ports.outputs);
  }

  get report(): BuildReport | undefined {
    return this.#built?.report;
  }

  async #compute({ engine, session }: OpenSession, leaves: readonly Tensor[], options: RunOptions): Promise<Tensor[]> {
    const feeds: Record<string, OrtTensor> = {};
    this.#inputs.feed(feeds, engine, (i) => leaves[this.#reduced.inputs[i]!]!);
    return this.#outputs.tensors(await session.run(feeds, this.#outputs.names, options));
  }

  /** The results of the function for these leaves of its arguments. */
  async run(leaves: readonly Tensor[], options: RunOptions): Promise<Tensor[]> {
    const outputs = this.#built ? await this.#compute(this.#built.opened, leaves, options) : [];
    return this.#reduced.results.map((source) => (source.kind === 'constant' ? source.value : source.kind === 'input' ? leaves[source.index]! : outputs[source.index]!));
  }

  /** Frees the session once nothing runs in it. */
  async release(): Promise<void> {
    await this.#built?.opened.session.release();
  }
}
