import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file whole or not at all: the bytes go to a temporary file beside it, which then takes its name. A reader never
 * sees half a file, and a run that ends in between leaves the old one.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  await replaceAtomically(path, (temporary) => writeFile(temporary, content));
}

/** The same for a writer that wants a path. */
export async function replaceAtomically(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
