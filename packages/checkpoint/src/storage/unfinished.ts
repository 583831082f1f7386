/** Names of files that are being written, and what becomes of those whose writer is gone (Node). */

/** What the name of a file ends with until it is whole. */
const ending = '.part';

/** How long a file that another machine writes may stay untouched: nobody can tell from here whether it goes on. */
const patience = 24 * 60 * 60 * 1000;

export const isUnfinished = (name: string): boolean => name.endsWith(ending);

/** What writes: the machine, as far as names of files may have it. */
async function machine(): Promise<string> {
  const { hostname } = await import('node:os');
  return hostname().replaceAll(/[^\w.-]/gu, '_');
}

/** How many files this process has begun. */
let begun = 0;

/** A name for `name` until it is whole, which no other writer has. */
export const unfinishedName = async (name: string): Promise<string> => `${name}.${await machine()}-${process.pid}-${begun++}${ending}`;

function isRunning(writer: number): boolean {
  try {
    process.kill(writer, 0);
    return true;
  } catch (error) {
    // One of another user cannot be asked, and is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Removes what processes that were killed have left in a folder: they would fill the disk, a checkpoint each. */
export async function removeAbandoned(folder: string): Promise<void> {
  const [{ readdir, rm, stat }, { join }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  const here = await machine();
  for (const name of (await readdir(folder)).filter(isUnfinished)) {
    const path = join(folder, name);
    const [whole, writer] = /-(\d+)-\d+\.part$/u.exec(name) ?? [];
    const isOfHere = whole !== undefined && name.slice(0, -whole.length).endsWith(`.${here}`);
    const isAbandoned = isOfHere ? !isRunning(Number(writer)) : Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now()) > patience;
    if (isAbandoned) await rm(path, { force: true });
  }
}
