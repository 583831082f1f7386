import { createReadStream } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type CaseLine, parseCaseLine } from './cases.js';
import { CaseFormatError } from './errors.js';
import { Safetensors } from './safetensors.js';

/** A suite: `<name>.jsonl` with a case a line, and `<name>.safetensors` with their arrays. */
export interface Suite {
  readonly name: string;
  readonly arrays: Safetensors;
  /** The cases, read as they are asked for. */
  cases(): AsyncGenerator<CaseLine>;
}

/** The names of the suites in `directory`, sorted. @throws CaseFormatError where there are none. */
export async function suiteNames(directory: string): Promise<string[]> {
  const files = await readdir(directory).catch((error: unknown) => {
    throw new CaseFormatError(`cannot read the folder ${directory}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const names = files.filter((file) => file.endsWith('.jsonl')).map((file) => file.slice(0, -'.jsonl'.length));
  if (names.length === 0) throw new CaseFormatError(`no suites (files *.jsonl) in ${directory}`);
  return names.toSorted();
}

/** Opens the suite `name` of `directory`. A suite whose cases use no arrays may do without the safetensors file. */
export async function openSuite(directory: string, name: string): Promise<Suite> {
  const path = join(directory, `${name}.safetensors`);
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  const arrays = exists ? await Safetensors.read(path) : Safetensors.empty(path);
  return { name, arrays, cases: () => readCases(join(directory, `${name}.jsonl`), name) };
}

async function* readCases(path: string, suite: string): AsyncGenerator<CaseLine> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  const seen = new Set<string>();
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const parsed = parseCaseLine(line, `${suite}.jsonl:${number}`);
    if (seen.has(parsed.id)) yield { id: `${parsed.id} (line ${number})`, ok: false, optional: false, reason: 'the id stands twice in the suite' };
    else yield parsed;
    seen.add(parsed.id);
  }
}
