import { isDtype, type Shape, symbol, type Tensor } from '@flaxon/tensor';
import { FeedError, ReleasedError } from '../errors/session-errors.js';
import type { Device } from './devices.js';
import { asyncDispose } from './dispose.js';
import type { RunOptions } from './engine.js';
import { engineFor, type OpenSession, openSession } from './open.js';
import type { OrtTensor, OrtValueMetadata } from './runtime.js';
import type { SessionOptions } from './session-options.js';
import { fetchFromOrt, requireFits, type TensorSignature, toOrt } from './transfer.js';

/** The inputs and outputs of a model, where they are known. */
export interface SessionSignature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
}

/**
 * A graph that is ready to run. ONNX Runtime's Node binding blocks the event loop while it runs, unless the session is in a worker.
 *
 *     await using session = await model.createSession({ device: 'auto' });
 */
export class OnnxSession implements AsyncDisposable {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  readonly #opened: OpenSession;
  readonly #end: () => Promise<void>;
  #isReleased = false;

  /** Use `OnnxModel.createSession` or `createSession`. */
  constructor(opened: OpenSession, { inputs, outputs }: SessionSignature, end: () => Promise<void>) {
    this.#opened = opened;
    this.inputs = inputs;
    this.outputs = outputs;
    this.#end = end;
  }

  /** Where it runs: what `auto` or a fallback has picked. */
  get device(): Device {
    return this.#opened.device;
  }

  /** How many calls wait for a worker, or for their turn with onnxruntime-web. */
  get waiting(): number {
    return this.#opened.engine.waiting;
  }

  /** Resolves when a call would be taken: what gives a session in workers its calls faster than they are done waits here. */
  room(): Promise<void> {
    return this.#opened.engine.room();
  }

  /**
   * Runs the graph on a tensor for each input.
   * @throws FeedError where one is missing, unknown, or of another shape or dtype; QueueFullError where too many calls wait, WorkerCrashError where
   * the worker ended, ReleasedError after `release`; the reason of an aborted signal.
   */
  async run(feeds: Readonly<Record<string, Tensor>>, options: RunOptions = {}): Promise<Record<string, Tensor>> {
    if (this.#isReleased) throw new ReleasedError('session');
    const unknown = Object.keys(feeds).find((name) => !this.inputs.some((input) => input.name === name));
    const names = this.inputs.map(({ name }) => name).join(', ');
    if (unknown !== undefined) throw new FeedError(unknown, `one of the inputs ${names}`, 'no input of that name');
    const sent: Record<string, OrtTensor> = {};
    for (const input of this.inputs) {
      const value = feeds[input.name];
      if (!value) throw new FeedError(input.name, `a tensor for each of ${names}`, 'nothing');
      requireFits(input, value);
      sent[input.name] = toOrt(this.#opened.engine, value);
    }
    const results = await this.#opened.session.run(sent, this.outputs.map(({ name }) => name), options);
    return Object.fromEntries(await Promise.all(this.outputs.map(async ({ name, dtype }) => [name, await fetchFromOrt(results[name]!, dtype)] as const)));
  }

  /** Frees the session and the workers started for it; it cannot run afterwards. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#opened.session.release();
    await this.#end();
  }

  [asyncDispose](): Promise<void> {
    return this.release();
  }
}

/** Sizes that are expressions (`2*batch`) stand as they are written: what is fed there is not checked. */
const dimOf = (dim: number | string): Shape[number] => (typeof dim === 'number' ? dim : symbol(dim.replaceAll(/\W/g, '_').replace(/^(?![A-Za-z_])/, '_')));

function signatureOf(metadata: readonly OrtValueMetadata[] | undefined): TensorSignature[] {
  return (metadata ?? []).map(({ name, type, shape = [] }) => {
    if (type === undefined || !isDtype(type)) throw new FeedError(name, 'a tensor of a dtype of @flaxon/tensor', type ?? 'something else');
    return { name, dtype: type, shape: shape.map(dimOf) };
  });
}

/**
 * A session on an ONNX file: its bytes, or its path (onnxruntime-node; with external data beside it). Of a model made by `exportOnnx` use
 * `model.createSession(options)`, which knows bfloat16 and symbolic sizes.
 * @throws RuntimeMissingError where there is no ONNX Runtime, DeviceError where the device is not there, FeedError where an input is no tensor of
 * numbers; ONNX Runtime's own errors for a file that it cannot load.
 */
export async function createSession(model: Uint8Array | string, options: SessionOptions = {}, signature?: SessionSignature): Promise<OnnxSession> {
  const { engine, release } = await engineFor(options);
  try {
    const opened = await openSession(engine, model, options);
    const { inputs, outputs } = opened.session;
    return new OnnxSession(opened, signature ?? { inputs: signatureOf(inputs), outputs: signatureOf(outputs) }, release);
  } catch (error) {
    await release();
    throw error;
  }
}
