/** Where sessions of ONNX Runtime are opened: in this thread, or in a pool of workers. */
import type { OrtRuntime, OrtSession, OrtSessionOptions, OrtTensor, OrtValueMetadata } from './runtime.js';
import { abortable, CallQueue } from './queue.js';

export interface RunOptions {
  /** Aborting it makes the call fail: one that waits does not begin, the result of one that runs is dropped. */
  readonly signal?: AbortSignal | undefined;
  /**
   * True gives the memory of the fed tensors to the worker that runs the call instead of a copy; they cannot be read afterwards. Only for
   * sessions in workers, and of tensors that are whole arrays.
   */
  readonly transfer?: boolean | undefined;
}

/** A session, wherever it is. */
export interface RunnableSession {
  readonly inputs: readonly OrtValueMetadata[] | undefined;
  readonly outputs: readonly OrtValueMetadata[] | undefined;
  run(feeds: Readonly<Record<string, OrtTensor>>, fetches: readonly string[], options?: RunOptions): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

export interface Engine {
  /** Of what is fed. */
  readonly Tensor: OrtRuntime['Tensor'];
  /** Calls that wait. */
  readonly waiting: number;
  /** Resolves when a call would be taken. */
  room(): Promise<void>;
  /** The names of backends; undefined where the runtime cannot say, which only onnxruntime-node can. */
  backends(): Promise<readonly string[] | undefined>;
  /** Sets what holds for all sessions of the runtime. */
  configure(wasm: { readonly numThreads?: number }): Promise<void>;
  open(model: Uint8Array | string, options: OrtSessionOptions): Promise<RunnableSession>;
}

/** onnxruntime-web does one run at a time: calls of all its sessions wait for each other. */
const queues = new WeakMap<OrtRuntime, CallQueue<OrtRuntime>>();

function queueOf(runtime: OrtRuntime): CallQueue<OrtRuntime> {
  const known = queues.get(runtime);
  if (known) return known;
  const made = new CallQueue([runtime]);
  queues.set(runtime, made);
  return made;
}

/** A session that is freed once, and only when its calls are done. */
export function freedLast(session: RunnableSession): RunnableSession {
  let calls = 0;
  let whenIdle: (() => void) | undefined;
  let releasing: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    if (calls > 0) await new Promise<void>((resolve) => (whenIdle = resolve));
    await session.release();
  };
  return {
    ...session,
    async run(feeds, fetches, options) {
      calls++;
      try {
        return await session.run(feeds, fetches, options);
      } finally {
        if (--calls === 0) whenIdle?.();
      }
    },
    release: () => (releasing ??= release()),
  };
}

/** The binding of Node runs in the thread that calls, so that no queue is needed. */
const directly = (session: OrtSession<OrtTensor>): RunnableSession => ({
  inputs: session.inputMetadata,
  outputs: session.outputMetadata,
  run: (feeds, fetches, options) => abortable(session.run(feeds, fetches), options?.signal),
  release: () => session.release(),
});

const inTurn = (session: OrtSession<OrtTensor>, queue: CallQueue<OrtRuntime>): RunnableSession => ({
  inputs: session.inputMetadata,
  outputs: session.outputMetadata,
  run: (feeds, fetches, options) => queue.run(() => session.run(feeds, fetches), options?.signal),
  release: () => queue.run(() => session.release()),
});

/** Sessions in this thread. */
export function directEngine(runtime: OrtRuntime): Engine {
  const list = runtime.listSupportedBackends;
  const queue = list ? undefined : queueOf(runtime);
  const create = (model: Uint8Array | string, options: OrtSessionOptions): Promise<OrtSession<OrtTensor>> => {
    const { InferenceSession } = runtime;
    return typeof model === 'string' ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
  };
  return {
    Tensor: runtime.Tensor,
    get waiting() {
      return queue?.waiting ?? 0;
    },
    room: () => Promise.resolve(),
    backends: () => Promise.resolve(list?.().map(({ name }) => name)),
    configure({ numThreads }) {
      if (numThreads !== undefined && runtime.env?.wasm) runtime.env.wasm.numThreads = numThreads;
      return Promise.resolve();
    },
    async open(model, options) {
      if (!queue) return freedLast(directly(await create(model, options)));
      return freedLast(inTurn(await queue.run(() => create(model, options)), queue));
    },
  };
}
