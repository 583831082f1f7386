import type { z } from 'zod';
import { InvalidAttributeError } from '../errors/module-errors.js';
import { listNames, suggestion } from '@flaxon/tensor';
import type { ClassInfo } from './class-info.js';
import { freezeContainers } from './containers.js';

/** Marks constructor options of a module that is copied: its attributes were validated when the first one was made. */
export const VALIDATED: unique symbol = Symbol('flaxon.module.validated');

/** What the constructor was given, validated, with defaults. @throws InvalidAttributeError */
export function parseAttributes(info: ClassInfo, given: unknown): Record<string, unknown> {
  const parsed = info.schema.safeParse(given);
  if (!parsed.success) throw invalid(info, parsed.error.issues);
  const attributes: Record<string, unknown> = {};
  // An optional attribute that was not given is there all the same, as undefined.
  for (const name of info.attributeNames) attributes[name] = freezeContainers(Reflect.get(parsed.data, name));
  return attributes;
}

/** Some attributes, validated one by one. @throws InvalidAttributeError */
export function parseUpdates(info: ClassInfo, updates: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const parsed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(updates)) {
    if (!info.attributeNames.has(name)) throw new InvalidAttributeError(info.name, [unknownAttribute(info, name)]);
    const result = info.schema.shape[name]!.safeParse(value);
    if (!result.success) throw invalid(info, result.error.issues, [name]);
    parsed[name] = freezeContainers(result.data);
  }
  return parsed;
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

function invalid(info: ClassInfo, issues: readonly z.core.$ZodIssue[], prefix: readonly string[] = []): InvalidAttributeError {
  return new InvalidAttributeError(info.name, issues.flatMap((issue) => problemsOf(info, issue, prefix)));
}

function problemsOf(info: ClassInfo, issue: z.core.$ZodIssue, prefix: readonly string[]): Problem[] {
  const path = [...prefix, ...issue.path].map(String).join('.');
  if (issue.code === 'unrecognized_keys' && path === '') return issue.keys.map((name) => unknownAttribute(info, name));
  return [{ path, message: issue.message }];
}

function unknownAttribute(info: ClassInfo, name: string): Problem {
  const names = [...info.attributeNames];
  return { path: name, message: `unknown attribute (${info.name} has ${listNames(names, 20)}).${suggestion(name, names)}` };
}
