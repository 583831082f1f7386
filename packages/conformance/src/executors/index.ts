import { eager } from './eager.js';
import type { Executor } from './executor.js';
import { onnx } from './onnx.js';

export const executors = { eager, onnx } as const satisfies Readonly<Record<string, Executor>>;
export type ExecutorName = keyof typeof executors;
export const executorNames = Object.keys(executors) as readonly ExecutorName[];
