// @ts-check
/**
 * The worker's side of a `WorkerPool`: opens sessions and runs them, as messages ask for it. Plain JavaScript, so that Node can start it from the
 * sources as from what is built.
 *
 * @typedef {import('../runtime.js').OrtRuntime} OrtRuntime
 * @typedef {import('../runtime.js').OrtSession<import('../runtime.js').OrtTensor>} OrtSession
 * @typedef {import('./protocol.js').WorkerRequest} WorkerRequest
 * @typedef {import('./protocol.js').WorkerReply} WorkerReply
 * @typedef {import('./protocol.js').WorkerPort} WorkerPort
 */

/**
 * What arrives is done in order, one thing at a time.
 *
 * @param {OrtRuntime | (() => Promise<OrtRuntime>)} runtime ONNX Runtime: `import * as ort from 'onnxruntime-web'`.
 * @param {WorkerPort} [port] Where messages come and go; the worker's own global object by default.
 */
export function serveSessions(runtime, port = /** @type {WorkerPort} */ (/** @type {unknown} */ (globalThis))) {
  /** @type {Map<number, OrtSession>} */
  const sessions = new Map();
  /** @type {Promise<OrtRuntime> | undefined} */
  let loaded;
  const load = () => (loaded ??= Promise.resolve(typeof runtime === 'function' ? runtime() : runtime));

  /** @type {{ [K in WorkerRequest['kind']]: (request: Extract<WorkerRequest, { kind: K }>) => Promise<Omit<Extract<WorkerReply, { ok: true }>, 'id' | 'ok'>> }} */
  const handlers = {
    async describe() {
      const ort = await load();
      return { backends: ort.listSupportedBackends?.().map(({ name }) => name) };
    },
    async configure({ numThreads }) {
      const { env } = await load();
      if (env?.wasm) env.wasm.numThreads = numThreads;
      return {};
    },
    async open({ session: id, model, options }) {
      const { InferenceSession } = await load();
      const session = typeof model === 'string' ? await InferenceSession.create(model, options) : await InferenceSession.create(model, options);
      sessions.set(id, session);
      return { inputs: session.inputMetadata, outputs: session.outputMetadata };
    },
    async run({ session: id, feeds, fetches }) {
      const { Tensor } = await load();
      const session = sessions.get(id);
      if (!session) throw new Error(`no session ${id} is open in this worker`);
      const sent = Object.fromEntries(Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)]));
      const results = await session.run(sent, fetches);
      return { results: Object.fromEntries(fetches.map((name) => [name, plain(results[name])])) };
    },
    async close({ session: id }) {
      await sessions.get(id)?.release();
      sessions.delete(id);
      return {};
    },
  };

  /** @param {WorkerRequest} request */
  async function answer(request) {
    try {
      const handler = /** @type {(request: WorkerRequest) => Promise<Omit<Extract<WorkerReply, { ok: true }>, 'id' | 'ok'>>} */ (handlers[request.kind]);
      const reply = { id: request.id, ok: true, ...(await handler(request)) };
      port.postMessage(reply, 'results' in reply ? buffersOf(reply.results) : []);
    } catch (error) {
      port.postMessage({ id: request.id, ok: false, error: error instanceof Error ? error : new Error(String(error)) }, []);
    }
  }

  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  port.addEventListener('message', ({ data }) => {
    last = last.then(() => answer(data));
  });
  port.start?.();
}

/** @param {import('../runtime.js').OrtTensor | undefined} tensor */
function plain(tensor) {
  if (!tensor) throw new Error('ONNX Runtime gave no value for an output that was asked for');
  const { type, data, dims } = tensor;
  return /** @type {import('./protocol.js').PlainTensor} */ ({ type, data, dims });
}

/**
 * The memory of results goes over without a copy.
 * @param {Readonly<Record<string, { readonly data: unknown }>> | undefined} results
 */
function buffersOf(results = {}) {
  const buffers = Object.values(results).flatMap(({ data }) => (ArrayBuffer.isView(data) && data.byteLength > 0 ? [/** @type {ArrayBuffer} */ (data.buffer)] : []));
  return [...new Set(buffers)];
}
