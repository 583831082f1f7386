import { MissingError } from '../errors.js';
import { type Library, lookUp, type Namespace } from './library.js';

export type ModuleConstructor = new (attributes: Readonly<Record<string, unknown>>, options: { readonly name?: string }) => object;

/** Short names that classes of several packages share: these are found by their whole path alone. */
const ambiguous: ReadonlySet<string> = new Set(['Dense', 'MLP', 'DeepSetMLP']);

const isConstructor = (value: unknown): value is ModuleConstructor => typeof value === 'function';

/**
 * The class that a case names. Flax's layers stand under their own names. Those of NetKet and OTT carry the path of their
 * package there, of which only the last part is a name of this library, unless several classes share it.
 * @throws MissingError
 */
export function findModuleClass(library: Library, type: string): ModuleConstructor {
  for (const [namespace, path] of placesOf(library, type)) {
    const found = lookUp(namespace, path);
    if (isConstructor(found)) return found;
  }
  throw new MissingError(type);
}

function placesOf({ layers, quantum, transport }: Library, type: string): readonly (readonly [Namespace, string])[] {
  const [origin, ...rest] = type.split('.') as [string, ...string[]];
  if (rest.length === 0) return [[layers, type]];
  const name = rest.at(-1)!;
  const home = origin === 'netket' ? quantum : transport;
  const byPath: readonly (readonly [Namespace, string])[] = [[home, rest.join('.')], [home, type], [layers, type]];
  return ambiguous.has(name) ? byPath : [...byPath, [home, name], [layers, name]];
}
