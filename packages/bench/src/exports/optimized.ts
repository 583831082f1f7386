/** What ONNX Runtime makes of a model when it loads it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeModel, type OnnxNode } from '@flaxon/runtime-onnx';
import { InferenceSession } from 'onnxruntime-node';

/** The nodes, those of the bodies of loops and branches included. */
export function countNodes(nodes: readonly OnnxNode[]): number {
  return nodes.reduce((count, { attribute = [] }) => count + attribute.reduce((inner, { g }) => inner + (g ? countNodes(g.node ?? []) : 0), 0), nodes.length);
}

export interface OptimizedModel {
  readonly session: InferenceSession;
  /** Its nodes after ONNX Runtime's extended optimisation for the CPU. */
  readonly nodes: readonly OnnxNode[];
}

/** Opens a model, or a file, and looks at what runs. */
export async function openOptimized(model: Uint8Array | string): Promise<OptimizedModel> {
  const folder = await mkdtemp(join(tmpdir(), 'flaxon-exports-'));
  const path = join(folder, 'optimized.onnx');
  try {
    const options: InferenceSession.SessionOptions = { executionProviders: ['cpu'], graphOptimizationLevel: 'extended', optimizedModelFilePath: path, intraOpNumThreads: 1, logSeverityLevel: 3 };
    const session = typeof model === 'string' ? await InferenceSession.create(model, options) : await InferenceSession.create(model, options);
    return { session, nodes: decodeModel(await readFile(path)).graph?.node ?? [] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The nodes of a model, or of a file, after that optimisation. */
export async function optimizedNodes(model: Uint8Array | string): Promise<readonly OnnxNode[]> {
  const { session, nodes } = await openOptimized(model);
  await session.release();
  return nodes;
}
