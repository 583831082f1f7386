let current = '';

/** The scope that equations made now carry: the path of the running module. */
export const currentScope = (): string => current;

/** Runs `f`; the equations made inside carry `scope`, such as `encoder/Dense_0`. */
export function nameScope<T>(scope: string, f: () => T): T {
  const outer = current;
  current = scope;
  try {
    return f();
  } finally {
    current = outer;
  }
}
