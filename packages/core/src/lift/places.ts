/**
 * Several modules may be lifted together, and the scope of one may lie inside that of another. Only the outermost scopes are packed;
 * the others are entered again from them, so that what was one variable stays one.
 */
import type { Scope } from '../scope/scope.js';

interface Place {
  /** Which of the outermost scopes it lies in. */
  readonly root: number;
  /** The names from there. */
  readonly names: readonly string[];
}

export interface Places {
  /** The scopes that lie in no other one, each place once. */
  readonly outermost: readonly Scope[];
  /** Where each of the given scopes is. */
  readonly places: readonly Place[];
}

const indexOfPlace = (scopes: readonly Scope[], scope: Scope): number => scopes.findIndex((one) => one.isSamePlace(scope));

/** The outermost of the scopes in `among` that hold `scope`, with the names from there. */
function outermostOf(scope: Scope, among: readonly Scope[]): { readonly holder: Scope; readonly names: readonly string[] } {
  let holder = scope;
  let found: readonly string[] = [];
  const names: string[] = [];
  for (let at = scope; at.parent !== undefined; at = at.parent) {
    names.unshift(at.name!);
    const known = indexOfPlace(among, at.parent);
    if (known >= 0) [holder, found] = [among[known]!, [...names]];
  }
  return { holder, names: found };
}

export function findPlaces(scopes: readonly Scope[]): Places {
  const distinct: Scope[] = [];
  for (const scope of scopes) if (indexOfPlace(distinct, scope) < 0) distinct.push(scope);
  const found = scopes.map((scope) => outermostOf(distinct[indexOfPlace(distinct, scope)]!, distinct));
  const outermost = distinct.filter((scope) => outermostOf(scope, distinct).holder === scope);
  return { outermost, places: found.map(({ holder, names }) => ({ root: outermost.indexOf(holder), names })) };
}

/** The scopes at `places` inside others than those that the places were found in. */
export const enterPlaces = (places: readonly Place[], roots: readonly Scope[]): Scope[] =>
  places.map(({ root, names }) => names.reduce((scope, name) => scope.reenter(name), roots[root]!));
