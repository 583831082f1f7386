/** Running a module on shapes: nothing that depends on the inputs is computed. */
import { Tensor, trace, tree, type Program, type Spec } from '@flaxon/tensor';
import { LazyInitError } from './errors/rng-errors.js';
import type { Variables } from './variables.js';

const isSpec = (value: unknown): value is Spec =>
  tree.isRecord(value) && Object.keys(value).length === 2 && typeof value['dtype'] === 'string' && Array.isArray(value['shape']);

/** `value` with its tensors, and what stands for one by shape and dtype, replaced; the rest as it is. */
export function replaceTensors(value: unknown, replace: (of: Spec) => unknown): unknown {
  if (value instanceof Tensor || isSpec(value)) return replace(value);
  if (Array.isArray(value)) return value.map((inner: unknown) => replaceTensors(inner, replace));
  if (tree.isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaceTensors(inner, replace)]));
  return value;
}

/** `f` of `args` with traced tensors in the place of tensors and of `spec(...)`, and the program that gives the tensors in what `f` returns. */
export function traceOn<T>(args: readonly unknown[], f: (args: unknown[]) => T): { readonly program: Program; readonly value: T } {
  const specs: Spec[] = [];
  replaceTensors(args, ({ shape, dtype }) => specs.push({ shape, dtype }));
  let result: { readonly value: T } | undefined;
  const { program } = trace((...inputs) => {
    let next = 0;
    const value = f(replaceTensors(args, () => inputs[next++]) as unknown[]);
    result = { value };
    return tensorsIn(value);
  }, specs);
  // `trace` runs its function once, or throws.
  return { program, value: result!.value };
}

/** The tensors in a tree that may hold other things too. */
export function tensorsIn(value: unknown): Tensor[] {
  const found: Tensor[] = [];
  replaceTensors(value, (one) => (one instanceof Tensor ? found.push(one) : 0));
  return found;
}

/** Runs `f` on `args` with traced tensors in the place of tensors and of `spec(...)`. */
export const withTracedTensors = <T>(args: readonly unknown[], f: (args: unknown[]) => T): T => traceOn(args, f).value;

/**
 * Variables that a trace made which is over by now; those of one that goes on, in which the keys are traced, are as good as concrete.
 * @throws LazyInitError where a variable depends on the inputs
 */
export function checkConcrete(variables: Variables): Variables {
  for (const { path, leaf } of tree.flattenWithPath<Tensor>(variables)) {
    if (leaf instanceof Tensor && leaf.source.kind === 'traced' && !leaf.source.trace.open) throw new LazyInitError(path);
  }
  return variables;
}
