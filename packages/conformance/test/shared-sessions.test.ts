import type { OrtRuntime, OrtSession, OrtTensor } from '@flaxon/runtime-onnx';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { shareSessions } from '../src/executors/shared-sessions.js';

/** A runtime whose sessions do nothing but say when they are opened and released; bytes that begin with 0 cannot be opened. */
function recording(): { readonly runtime: OrtRuntime; readonly events: string[] } {
  const events: string[] = [];
  async function create(model: Uint8Array | string): Promise<OrtSession<OrtTensor>> {
    const name = typeof model === 'string' ? model : [...model].join(' ');
    events.push(`open ${name}`);
    if (name.startsWith('0')) throw new Error('not a model');
    return { inputNames: [], outputNames: [], run: async () => ({}), release: async () => void events.push(`release ${name}`) };
  }
  return { runtime: { ...ort, InferenceSession: { create } }, events };
}

describe('sessions that are shared', () => {
  it('are one for models of the same bytes and options', async () => {
    const { runtime, events } = recording();
    const shared = shareSessions(runtime);
    await Promise.all([shared.InferenceSession.create(Uint8Array.of(1, 2)), shared.InferenceSession.create(Uint8Array.of(1, 2)), shared.InferenceSession.create(Uint8Array.of(1, 3))]);
    expect(events).toEqual(['open 1 2', 'open 1 3']);
    await shared.InferenceSession.create(Uint8Array.of(1, 2), { graphOptimizationLevel: 'basic' });
    expect(events).toEqual(['open 1 2', 'open 1 3', 'open 1 2']);
  });

  it('stay open while anybody uses them', async () => {
    const { runtime, events } = recording();
    const shared = shareSessions(runtime, 0);
    const [a, b] = [await shared.InferenceSession.create(Uint8Array.of(1)), await shared.InferenceSession.create(Uint8Array.of(1))];
    await a.release();
    await a.release();
    expect(events).toEqual(['open 1']);
    await b.release();
    expect(events).toEqual(['open 1', 'release 1']);
  });

  it('that nobody uses are released from the one used longest ago on', async () => {
    const { runtime, events } = recording();
    const shared = shareSessions(runtime, 2);
    for (const byte of [1, 2, 1, 3]) await (await shared.InferenceSession.create(Uint8Array.of(byte))).release();
    expect(events).toEqual(['open 1', 'open 2', 'open 3', 'release 2']);
  });

  it('that could not be opened are tried again', async () => {
    const { runtime, events } = recording();
    const shared = shareSessions(runtime);
    for (let i = 0; i < 2; i++) await expect(shared.InferenceSession.create(Uint8Array.of(0))).rejects.toThrow('not a model');
    expect(events).toEqual(['open 0', 'open 0']);
  });
});
