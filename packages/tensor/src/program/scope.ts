let current = '';
/** Which class each scope entered since is of, where somebody wants to know. */
let kinds: Map<string, string> | undefined;

/** The scope that equations made now carry: the path of the running module. */
export const currentScope = (): string => current;

/** Runs `f`; the equations made inside carry `scope`, such as `encoder/Dense_0`. `kind` is the class of the module, for `withScopeKinds`. */
export function nameScope<T>(scope: string, f: () => T, kind?: string): T {
  const outer = current;
  current = scope;
  if (kind !== undefined) kinds?.set(scope, kind);
  try {
    return f();
  } finally {
    current = outer;
  }
}

/** Runs `f`, and tells the class of the module at each scope that was entered meanwhile: `encoder/Dense_0` is a `Dense`. */
export function withScopeKinds<T>(f: () => T): { readonly result: T; readonly kinds: ReadonlyMap<string, string> } {
  const outer = kinds;
  const found = new Map<string, string>();
  kinds = found;
  try {
    return { result: f(), kinds: found };
  } finally {
    kinds = outer;
    for (const [scope, kind] of found) outer?.set(scope, kind);
  }
}
