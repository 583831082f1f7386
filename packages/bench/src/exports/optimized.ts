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

/** The nodes of the model after ONNX Runtime's extended optimisation for the CPU. */
export async function optimizedNodes(bytes: Uint8Array): Promise<readonly OnnxNode[]> {
  const folder = await mkdtemp(join(tmpdir(), 'flaxon-exports-'));
  const path = join(folder, 'optimized.onnx');
  try {
    const session = await InferenceSession.create(bytes, { executionProviders: ['cpu'], graphOptimizationLevel: 'extended', optimizedModelFilePath: path, intraOpNumThreads: 1, logSeverityLevel: 3 });
    await session.release();
    return decodeModel(await readFile(path)).graph?.node ?? [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
