/** Where a step runs: on ONNX Runtime as one graph, or by the eager kernels. */
import { compile, type CompileOptions } from '@flaxon/runtime-onnx';

/** A function that runs somewhere. */
export interface Runnable<Args extends readonly unknown[], Result> {
  (...args: Args): Promise<Result>;
  /** How many signatures were compiled and are kept. */
  compiledCount(): number;
  /** Frees what it holds. It can be called again, and then begins anew. */
  release(): Promise<void>;
}

export type Executor = 'onnx' | 'eager';

/** Makes functions run on an executor. */
export type Runner = <Args extends readonly unknown[], Result>(f: (...args: Args) => Result, options?: Pick<CompileOptions, 'symbolic' | 'argumentNames'>) => Runnable<Args, Result>;

export function runnerOf(executor: Executor, compileOptions: CompileOptions): Runner {
  return executor === 'eager' ? eagerly : (f, options) => onOnnx(f, { ...compileOptions, ...options });
}

const eagerly = <Args extends readonly unknown[], Result>(f: (...args: Args) => Result): Runnable<Args, Result> =>
  Object.assign(async (...args: Args) => f(...args), { compiledCount: () => 0, release: async () => undefined });

function onOnnx<Args extends readonly unknown[], Result>(f: (...args: Args) => Result, options: CompileOptions): Runnable<Args, Result> {
  const compiled = compile(f, options);
  return Object.assign((...args: Args) => compiled(...args), { compiledCount: () => compiled.sessionCount(), release: () => compiled.release() });
}
