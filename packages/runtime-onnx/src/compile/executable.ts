/** One signature of a compiled function: its graph in a session, and how leaves become feeds and results. */
import { type Atom, concrete, type Program, type Tensor, type TypedArray, type Variable } from '@flaxon/tensor';
import { buildModel } from '../export/export.js';
import { inputNames, outputNames } from '../export/names.js';
import type { StagedFunction } from '../export/stage.js';
import type { Device, OrtRuntime, OrtTensor } from '../session/runtime.js';
import { type OpenSession, openSession, type SessionOptions } from '../session/session.js';
import { fromOrt, toOrt, transferType } from '../session/transfer.js';
import { pack, type PackedGroup, type PackingPlan, planPacking, unpack } from './packing.js';

export interface ExecutableOptions extends SessionOptions {
  readonly name: string;
  readonly opset: number;
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

const portName = (direction: string, { dtype }: PackedGroup): string => `packed/${direction}/${dtype}`;

const ports = (direction: string, { groups }: PackingPlan): { name: string; members: readonly number[] }[] =>
  groups.map((group) => ({ name: portName(direction, group), members: group.members }));

/** A session with the names and packings of its inputs and outputs. */
export class Executable {
  readonly #reduced: Reduced;
  /** None where the program has nothing to compute. */
  readonly #opened: OpenSession | undefined;
  readonly #names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
  readonly #plans: { readonly inputs: PackingPlan; readonly outputs: PackingPlan };
  readonly #fetches: readonly string[];
  #running = 0;
  #released: (() => void) | undefined;

  private constructor(reduced: Reduced, opened: OpenSession | undefined, names: { inputs: readonly string[]; outputs: readonly string[] }, plans: { inputs: PackingPlan; outputs: PackingPlan }) {
    this.#reduced = reduced;
    this.#opened = opened;
    this.#names = names;
    this.#plans = plans;
    this.#fetches = [...plans.outputs.single.map((i) => names.outputs[i]!), ...plans.outputs.groups.map((group) => portName('out', group))];
  }

  /** Lowers a traced function and opens the session. */
  static async create(staged: StagedFunction, inputPaths: readonly string[], options: ExecutableOptions): Promise<Executable> {
    const reduced = reduceProgram(staged.program);
    const { program } = reduced;
    const plans = { inputs: planPacking(program.inputs), outputs: planPacking(program.outputs) };
    const inputs = inputNames(reduced.inputs.map((i) => inputPaths[i]!));
    const names = { inputs, outputs: outputNames(program.outputs.map((_, i) => `output/${i}`), inputs) };
    const device: Device = options.device ?? 'cpu';
    const packing = { inputs: ports('in', plans.inputs), outputs: ports('out', plans.outputs) };
    if (program.outputs.length === 0) return new Executable(reduced, undefined, names, plans);
    const model = buildModel({ ...staged, program }, { name: options.name, opset: options.opset, device, inputNames: names.inputs, outputNames: names.outputs, packing, metadata: {} });
    return new Executable(reduced, await openSession(model.toBytes(), options), names, plans);
  }

  #feeds(runtime: OrtRuntime, leaves: readonly Tensor[]): Record<string, OrtTensor> {
    const { inputs: plan } = this.#plans;
    const feeds: Record<string, OrtTensor> = {};
    const leaf = (i: number): Tensor => leaves[this.#reduced.inputs[i]!]!;
    for (const i of plan.single) feeds[this.#names.inputs[i]!] = toOrt(runtime, leaf(i));
    for (const group of plan.groups) {
      const data = pack(group, group.members.map((i) => leaf(i).data()));
      feeds[portName('in', group)] = new runtime.Tensor(transferType(group.dtype), data, [group.total]);
    }
    return feeds;
  }

  #results(fetched: Readonly<Record<string, OrtTensor>>): Tensor[] {
    const { outputs: plan } = this.#plans;
    const { outputs } = this.#reduced.program;
    const results: Tensor[] = [];
    for (const i of plan.single) results[i] = fromOrt(fetched[this.#names.outputs[i]!]!, outputs[i]!.dtype);
    for (const group of plan.groups) {
      const { dtype } = group;
      const whole = fromOrt(fetched[portName('out', group)]!, dtype).data();
      const parts: TypedArray[] = unpack(group, whole);
      group.members.forEach((member, i) => (results[member] = concrete(parts[i]!, outputs[member]!.shape as readonly number[], dtype)));
    }
    return results;
  }

  async #compute({ runtime, session }: OpenSession, leaves: readonly Tensor[]): Promise<Tensor[]> {
    return this.#results(await session.run(this.#feeds(runtime, leaves), this.#fetches));
  }

  /** The results of the function for these leaves of its arguments. */
  async run(leaves: readonly Tensor[]): Promise<Tensor[]> {
    this.#running++;
    try {
      const outputs = this.#opened ? await this.#compute(this.#opened, leaves) : [];
      return this.#reduced.results.map((source) => (source.kind === 'constant' ? source.value : source.kind === 'input' ? leaves[source.index]! : outputs[source.index]!));
    } finally {
      this.#running--;
      if (this.#running === 0) this.#released?.();
    }
  }

  /** Frees the session once nothing runs in it. */
  async release(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#released = resolve));
    await this.#opened?.session.release();
  }
}
