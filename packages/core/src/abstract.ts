/** Running a module on shapes: nothing that depends on the inputs is computed. */
import { Tensor, trace, tree, type Spec } from '@flaxon/tensor';
import { LazyInitError } from './errors/rng-errors.js';
import type { Variables } from './variables.js';

const isSpec = (value: unknown): value is Spec =>
  tree.isRecord(value) && Object.keys(value).length === 2 && typeof value['dtype'] === 'string' && Array.isArray(value['shape']);

/** `value` with its tensors, and what stands for one by shape and dtype, replaced; the rest as it is. */
function replaceTensors(value: unknown, replace: (of: Spec) => unknown): unknown {
  if (value instanceof Tensor || isSpec(value)) return replace(value);
  if (Array.isArray(value)) return value.map((inner: unknown) => replaceTensors(inner, replace));
  if (tree.isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaceTensors(inner, replace)]));
  return value;
}

/** Runs `f` on `args` with traced tensors in the place of tensors and of `spec(...)`. */
export function withTracedTensors<T>(args: readonly unknown[], f: (args: unknown[]) => T): T {
  const specs: Spec[] = [];
  replaceTensors(args, ({ shape, dtype }) => specs.push({ shape, dtype }));
  let result: { readonly value: T } | undefined;
  trace((...inputs) => {
    let next = 0;
    const traced = replaceTensors(args, () => inputs[next++]);
    result = { value: f(traced as unknown[]) };
    return [];
  }, specs);
  // `trace` runs its function once, or throws.
  return result!.value;
}

/** @throws LazyInitError where a variable is still traced, since it depends on the inputs */
export function checkConcrete(variables: Variables): Variables {
  for (const { path, leaf } of tree.flattenWithPath<Tensor>(variables)) {
    if (leaf instanceof Tensor && leaf.isTraced) throw new LazyInitError(path);
  }
  return variables;
}
