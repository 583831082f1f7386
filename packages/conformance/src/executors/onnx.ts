import { compile } from '@flaxon/runtime-onnx';
import * as ort from 'onnxruntime-node';
import type { Value } from '../values.js';
import { type CaseFunction, type Executor, ExecutorError, type PreparedFunction } from './executor.js';
import { shareSessions } from './shared-sessions.js';

const runtime = shareSessions(ort);

/**
 * Compiles the function to a graph of ONNX Runtime and runs that. The function itself runs once a signature, on traced tensors;
 * what it throws then is its own error, all else (lowering, opening the session, running it) a fault of the executor.
 */
export const onnx: Executor = { name: 'onnx', prepare };

function prepare(f: CaseFunction): PreparedFunction {
  const own: { error?: unknown } = {};
  const compiled = compile((...args: readonly Value[]): Value => {
    try {
      return f(...args);
    } catch (error) {
      own.error = error;
      throw error;
    }
  }, { runtime });
  return {
    async call(...args) {
      delete own.error;
      try {
        return await compiled(...args);
      } catch (error) {
        throw 'error' in own ? own.error : new ExecutorError('onnx', error);
      }
    },
    dispose: () => compiled.release(),
  };
}
