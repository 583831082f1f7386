import { createHash } from 'node:crypto';
import type { OrtRuntime, OrtSession, OrtSessionOptions, OrtTensor } from '@flaxon/runtime-onnx';

type Session = OrtSession<OrtTensor>;

interface Shared {
  readonly session: Promise<Session>;
  users: number;
}

/** Models by their contents, files by their path, with their options. */
function keyOf(model: Uint8Array | string, options: OrtSessionOptions): string {
  const contents = typeof model === 'string' ? `file ${model}` : createHash('sha256').update(model).digest('hex');
  return `${contents} ${JSON.stringify(options)}`;
}

/**
 * `runtime`, in which models of the same bytes and options share a session: many cases initialise the same layer, and ONNX Runtime takes
 * far longer to open a graph than to run it. A run leaves nothing behind in a session, so that sharing one changes no result.
 * `capacity` sessions that nobody uses stay open; the one used longest ago is released first.
 */
export function shareSessions(runtime: OrtRuntime, capacity = 64): OrtRuntime {
  const all = new Map<string, Shared>();
  const open = (model: Uint8Array | string, options: OrtSessionOptions): Promise<Session> => {
    const { InferenceSession } = runtime;
    return typeof model === 'string' ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
  };

  async function releaseIdle(): Promise<void> {
    const idle = [...all].filter(([, { users }]) => users === 0);
    const excess = idle.slice(0, Math.max(0, idle.length - capacity));
    for (const [key] of excess) all.delete(key);
    await Promise.all(excess.map(async ([, { session }]) => (await session).release()));
  }

  async function create(model: Uint8Array | string, options: OrtSessionOptions = {}): Promise<Session> {
    const key = keyOf(model, options);
    const shared = all.get(key) ?? { session: open(model, options), users: 0 };
    shared.users++;
    // Last in the map is the one used last.
    all.delete(key);
    all.set(key, shared);
    const session = await shared.session.catch((error: unknown) => {
      all.delete(key);
      throw error;
    });
    let isReleased = false;
    return {
      inputNames: session.inputNames,
      outputNames: session.outputNames,
      ...(session.inputMetadata && { inputMetadata: session.inputMetadata }),
      ...(session.outputMetadata && { outputMetadata: session.outputMetadata }),
      run: (feeds, fetches) => session.run(feeds, fetches),
      async release() {
        if (isReleased) return;
        isReleased = true;
        shared.users--;
        await releaseIdle();
      },
    };
  }

  return { ...runtime, InferenceSession: { create } };
}
