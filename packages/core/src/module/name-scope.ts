/**
 * Methods that `static compactNameScope` lists (Flax: `nn.compact_name_scope`): each runs as the compact method of a submodule that is
 * named after it, so that what it declares has that name before its own: `up/Dense_0`.
 */
import type { Module } from './module.js';
import type { ModuleState } from './state.js';

/** The submodule in whose scope such a method runs. */
export type NameScope = Module & { call(run: () => unknown): unknown };
type NameScopeClass = new (attributes: object, options: { readonly name: string; readonly parent: Module }) => NameScope;

/** By the base of all modules, which this file may not import, being part of what that is made of. */
const classes = new WeakMap<object, NameScopeClass>();

function nameScopeClass(base: object): NameScopeClass {
  const known = classes.get(base);
  if (known !== undefined) return known;
  const Base = base as new (...args: unknown[]) => Module;
  class CompactNameScope extends Base {
    call(run: () => unknown): unknown {
      return run();
    }
  }
  classes.set(base, CompactNameScope);
  return CompactNameScope;
}

/** Makes the submodules for such methods at the end of `setup`, so that their names are taken before any method runs. */
export function makeNameScopes({ info, module, nameScopes }: ModuleState): void {
  for (const name of info.nameScopes) nameScopes.set(name, new (nameScopeClass(info.base))({}, { name, parent: module }));
}
