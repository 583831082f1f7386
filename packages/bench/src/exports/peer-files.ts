/** The peers' own graphs, made by `python/exports.py` where a Python has them. */
import { spawn } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface PeerFile {
  readonly row: string;
  readonly peer: string;
  readonly kind: 'dynamic' | 'static';
  readonly path: string;
}

function readName(folder: string, name: string): PeerFile | undefined {
  const [row, peer, kind, extension] = name.split('.');
  if (!row || !peer || (kind !== 'dynamic' && kind !== 'static') || extension !== 'onnx') return undefined;
  return { row, peer, kind, path: join(folder, name) };
}

/** The graphs that are in `folder`. */
export const peerFiles = async (folder: string): Promise<PeerFile[]> => (await readdir(folder)).toSorted().flatMap((name) => readName(folder, name) ?? []);

/** Has `python` write graphs of `rows` to `folder`; what it cannot export it says on standard error. */
export async function writePeerFiles(python: string, folder: string, rows: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const script = join(import.meta.dirname, '../../python/exports.py');
  const child = spawn(python, [script, folder, ...rows], { env: { ...process.env, JAX_PLATFORMS: 'cpu' }, stdio: ['ignore', 'ignore', 'inherit'] });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (status !== 0) throw new Error(`The Python of FLAXON_BENCH_PYTHON ended with the status ${status} while it exported graphs.`);
}
