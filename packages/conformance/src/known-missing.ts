import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ExecutorName } from './executors/index.js';
import type { Result } from './run.js';

/**
 * The cases that are known to fail on an executor, by suite and group (the part of an id before the first `/`). `"*"` stands
 * for every case of the group.
 */
export type KnownMissing = Readonly<Record<string, Readonly<Record<string, '*' | readonly string[]>>>>;

const schema: z.ZodType<KnownMissing> = z.record(z.string(), z.record(z.string(), z.union([z.literal('*'), z.array(z.string())])));

const pathOf = (executor: ExecutorName): string => fileURLToPath(new URL(`../known-missing/${executor}.json`, import.meta.url));

export async function readKnownMissing(executor: ExecutorName): Promise<KnownMissing> {
  return schema.parse(JSON.parse(await readFile(pathOf(executor), 'utf8')));
}

/** Writes the list, a line for each group. */
export async function writeKnownMissing(executor: ExecutorName, known: KnownMissing): Promise<void> {
  await writeFile(pathOf(executor), formatKnownMissing(known));
}

export function formatKnownMissing(known: KnownMissing): string {
  const block = (entries: readonly (readonly [string, string])[], indent: string): string =>
    entries.length === 0 ? '{}' : `{\n${entries.map(([name, text]) => `${indent}  ${JSON.stringify(name)}: ${text}`).join(',\n')}\n${indent}}`;
  const sorted = <T>(record: Readonly<Record<string, T>>): [string, T][] => Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const groups = (suite: KnownMissing[string]): string => block(sorted(suite).map(([group, names]) => [group, JSON.stringify(names)] as const), '  ');
  return `${block(sorted(known).map(([suite, found]) => [suite, groups(found)] as const), '')}\n`;
}

/** The group of a case, and its name in the group. */
function splitId(id: string): readonly [group: string, name: string] {
  const at = id.indexOf('/');
  return at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)];
}

function groupsOf(results: readonly Result[]): readonly (readonly Result[])[] {
  const groups = new Map<string, Result[]>();
  for (const result of results) {
    const key = JSON.stringify([result.suite, splitId(result.id)[0]]);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()];
}

/** The list of what fails among `results`. */
export function knownMissingOf(results: readonly Result[]): KnownMissing {
  const known: Record<string, Record<string, '*' | string[]>> = {};
  for (const members of groupsOf(results)) {
    const failed = members.filter(({ status }) => status === 'failed');
    if (failed.length === 0) continue;
    const { suite, id } = members[0]!;
    (known[suite] ??= {})[splitId(id)[0]] = failed.length === members.length ? '*' : failed.map((result) => splitId(result.id)[1]);
  }
  return known;
}

/** Where results and the list disagree, in words: one line for each case. */
export function disagreements(results: readonly Result[], known: KnownMissing, suites: readonly string[]): string[] {
  const lines: string[] = [];
  const unseen = new Map<string, string>();
  for (const suite of suites) {
    for (const [group, names] of Object.entries(known[suite] ?? {})) {
      for (const name of names === '*' ? ['*'] : names) unseen.set(JSON.stringify([suite, group, name]), `${suite}/${group}/${name}`);
    }
  }
  for (const { suite, id, status, reason } of results) {
    const [group, name] = splitId(id);
    const listed = known[suite]?.[group];
    const isListed = listed === '*' || (listed?.includes(name) ?? false);
    unseen.delete(JSON.stringify([suite, group, listed === '*' ? '*' : name]));
    if (status === 'failed' && !isListed) lines.push(`${suite}/${id} fails: ${reason ?? ''}`);
    if (status !== 'failed' && isListed) lines.push(`${suite}/${id} ${status}: remove it from the list`);
  }
  return [...lines, ...[...unseen.values()].map((id) => `${id} is no case: remove it from the list`)];
}
