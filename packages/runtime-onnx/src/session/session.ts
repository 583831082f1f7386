import type { Tensor } from '@flaxon/tensor';
import { FeedError } from '../errors/session-errors.js';
import { defaultRuntime, type Device, deviceError, type OrtRuntime, type OrtSession, type OrtSessionOptions, type OrtTensor, requireDevice } from './runtime.js';
import { fromOrt, requireFits, type TensorSignature, toOrt } from './transfer.js';

export interface SessionOptions {
  /** Where the graph runs; `cpu` by default. */
  readonly device?: Device;
  /** ONNX Runtime; `onnxruntime-node` by default. */
  readonly runtime?: OrtRuntime;
  /**
   * Threads for one operator, 1 by default. Small operators (below some 10^5 elements) lose by more; a large product of matrices
   * gains on real cores.
   */
  readonly threads?: number;
  /** True keeps waiting threads busy for some milliseconds: less delay between operators, at the cost of a core. False by default. */
  readonly spinning?: boolean;
  /** How far ONNX Runtime rewrites the graph when it loads it; `all` by default. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
}

function sessionOptions({ device = 'cpu', threads = 1, spinning = false, optimization = 'all' }: SessionOptions): OrtSessionOptions {
  return {
    executionProviders: [device],
    graphOptimizationLevel: optimization,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
  };
}

export interface OpenSession {
  readonly runtime: OrtRuntime;
  readonly session: OrtSession<OrtTensor>;
}

/** Opens a session of ONNX Runtime on the bytes of a model, or on the path of a file. */
export async function openSession(model: Uint8Array | string, options: SessionOptions): Promise<OpenSession> {
  const runtime = options.runtime ?? (await defaultRuntime());
  const device = options.device ?? 'cpu';
  requireDevice(runtime, device);
  try {
    const { InferenceSession } = runtime;
    const session = typeof model === 'string' ? await InferenceSession.create(model, sessionOptions(options)) : await InferenceSession.create(model, sessionOptions(options));
    return { runtime, session };
  } catch (error) {
    throw deviceError(runtime, device, error);
  }
}

/** A graph that is ready to run. ONNX Runtime's Node binding blocks the event loop while it runs. */
export class OnnxSession {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  readonly #runtime: OrtRuntime;
  readonly #session: OrtSession<OrtTensor>;

  /** Use `OnnxModel.createSession` or `loadSession`. */
  constructor(runtime: OrtRuntime, session: OrtSession<OrtTensor>, inputs: readonly TensorSignature[], outputs: readonly TensorSignature[]) {
    this.#runtime = runtime;
    this.#session = session;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * Runs the graph on a tensor for each input.
   * @throws FeedError where one is missing, unknown, or of another shape or dtype.
   */
  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const unknown = Object.keys(feeds).find((name) => !this.inputs.some((input) => input.name === name));
    const names = this.inputs.map(({ name }) => name).join(', ');
    if (unknown !== undefined) throw new FeedError(unknown, `one of the inputs ${names}`, 'no input of that name');
    const sent: Record<string, OrtTensor> = {};
    for (const input of this.inputs) {
      const value = feeds[input.name];
      if (!value) throw new FeedError(input.name, `a tensor for each of ${names}`, 'nothing');
      requireFits(input, value);
      sent[input.name] = toOrt(this.#runtime, value);
    }
    const results = await this.#session.run(sent, this.outputs.map(({ name }) => name));
    return Object.fromEntries(this.outputs.map(({ name, dtype }) => [name, fromOrt(results[name]!, dtype)]));
  }

  /** Frees the session; it cannot run afterwards. */
  async release(): Promise<void> {
    await this.#session.release();
  }
}
