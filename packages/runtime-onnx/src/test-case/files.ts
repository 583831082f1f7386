/** A folder that is there wholly or not at all. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { ArgumentError } from '@flaxon/tensor';

const isMissing = (error: unknown): boolean => (error as { readonly code?: string }).code === 'ENOENT';

/** What a test case consists of: nothing else is ever removed. */
const isOfTestCase = (name: string): boolean => name === 'model.onnx' || name === 'model.onnx.data' || /^test_data_set_\d+$/.test(name);

async function requireReplaceable(directory: string): Promise<boolean> {
  try {
    const foreign = (await readdir(directory)).find((name) => !isOfTestCase(name));
    if (foreign !== undefined) throw new ArgumentError('saveTestCase', 'directory', `must be new, or hold a test case alone, which is replaced; found \`${foreign}\` in ${directory}`);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * Fills a new folder beside `directory` by `write`, and puts it in its place when it is done; a test case that was there goes. A reader sees the old one, for a
 * moment none, then the new one.
 * @throws ArgumentError where the folder has other files
 */
export async function replaceDirectory(directory: string, write: (folder: string) => Promise<void>): Promise<void> {
  const hasOld = await requireReplaceable(directory);
  const base = directory.replace(/[/\\]+$/, '');
  const made = `${base}.${randomUUID()}.tmp`;
  const old = `${base}.${randomUUID()}.old`;
  try {
    await mkdir(made, { recursive: true });
    await write(made);
    if (hasOld) await rename(base, old);
    await rename(made, base);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}
