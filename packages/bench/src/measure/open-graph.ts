import { InferenceSession } from 'onnxruntime-node';

/** A session with the options that every graph gets, also those of Flaxon's. `spinning`: waiting threads stay busy. */
export const openGraph = (model: Uint8Array | string, threads: number, spinning = false): Promise<InferenceSession> => {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
  };
  return typeof model === 'string' ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
};
