import * as core from '@flaxon/core';
import * as layers from '@flaxon/layers';
import * as optim from '@flaxon/optim';
import * as tensor from '@flaxon/tensor';
import { MissingError } from '../errors.js';

export type Namespace = Readonly<Record<string, unknown>>;

/**
 * The packages of the library as their public names. Cases look names up here, so that what a package gains is found
 * without a change, and what it lacks is reported as missing.
 */
export interface Library {
  readonly tensor: Namespace;
  readonly core: Namespace;
  readonly layers: Namespace;
  readonly optim: Namespace;
  /** Packages that need not be there. */
  readonly checkpoint: Namespace;
  readonly quantum: Namespace;
  readonly transport: Namespace;
}

export type LibraryFunction = (...args: readonly unknown[]) => unknown;

export async function loadLibrary(): Promise<Library> {
  const [checkpoint, quantum, transport] = await Promise.all(['checkpoint', 'quantum', 'transport'].map(optionalPackage));
  return { tensor, core, layers, optim, checkpoint: checkpoint ?? {}, quantum: quantum ?? {}, transport: transport ?? {} };
}

/** The public names of a package of this repository; none while it does not exist. */
async function optionalPackage(name: string): Promise<Namespace> {
  const specifier = `@flaxon/${name}`;
  try {
    return (await import(specifier)) as Namespace;
  } catch (error) {
    if (error instanceof Error && error.message.includes(specifier)) return {};
    throw error;
  }
}

/** The member `path` (`random.normal`) of a namespace, or undefined. */
export function lookUp(namespace: Namespace, path: string): unknown {
  let found: unknown = namespace;
  for (const name of path.split('.')) {
    if ((typeof found !== 'object' && typeof found !== 'function') || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Namespace)[name];
  }
  return found;
}

/** The function `path`, from the first namespace that has it. @throws MissingError. */
export function requireFunction(namespaces: readonly Namespace[], path: string): LibraryFunction {
  for (const namespace of namespaces) {
    const found = lookUp(namespace, path);
    if (typeof found === 'function') return found as LibraryFunction;
  }
  throw new MissingError(path);
}
