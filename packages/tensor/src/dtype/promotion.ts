import { isFloating, type Dtype } from './dtype.js';

/**
 * The direct successors of each dtype in JAX's promotion lattice (jax.numpy type promotion), with uint64 next to a signed
 * integer going to float32, the default floating dtype.
 */
const above: { readonly [D in Dtype]: readonly Dtype[] } = {
  bool: ['uint8', 'int8'],
  uint8: ['uint16', 'int16'],
  uint16: ['uint32', 'int32'],
  uint32: ['uint64', 'int64'],
  uint64: ['bfloat16', 'float16'],
  int8: ['int16'],
  int16: ['int32'],
  int32: ['int64'],
  int64: ['bfloat16', 'float16'],
  bfloat16: ['float32'],
  float16: ['float32'],
  float32: ['float64'],
  float64: [],
};

function reachable(dtype: Dtype): Set<Dtype> {
  const found = new Set<Dtype>([dtype]);
  for (const current of found) for (const next of above[current]) found.add(next);
  return found;
}

/** The dtype that holds both, by JAX's lattice: the least common upper bound. */
export function promoteTypes(a: Dtype, b: Dtype): Dtype {
  if (a === b) return a;
  if ((a === 'uint64' || b === 'uint64') && !isFloating(a) && !isFloating(b) && [a, b].some((dtype) => dtype.startsWith('int'))) return 'float32';
  const shared = [...reachable(a)].filter((dtype) => reachable(b).has(dtype));
  return shared.find((dtype) => shared.every((other) => reachable(dtype).has(other)))!;
}

/** How a JavaScript value takes part in promotion: it yields to a tensor's dtype where its kind fits. */
export type WeakKind = 'bool' | 'int' | 'float';

const defaultOf: { readonly [K in WeakKind]: Dtype } = { bool: 'bool', int: 'int32', float: 'float32' };
const rank: { readonly [K in WeakKind]: number } = { bool: 0, int: 1, float: 2 };

const kindOf = (dtype: Dtype): WeakKind => (isFloating(dtype) ? 'float' : dtype === 'bool' ? 'bool' : 'int');

/** The dtype of an operation on tensors of `dtypes` and JavaScript values of kinds `weak`. */
export function resultDtype(dtypes: readonly Dtype[], weak: readonly WeakKind[]): Dtype {
  const strongest = weak.reduce<WeakKind | undefined>((best, kind) => (best === undefined || rank[kind] > rank[best] ? kind : best), undefined);
  if (dtypes.length === 0) return defaultOf[strongest ?? 'float'];
  const strong = dtypes.reduce(promoteTypes);
  if (strongest === undefined || rank[strongest] <= rank[kindOf(strong)]) return strong;
  return defaultOf[strongest];
}

/** `dtype` where it is floating, else float32: what functions such as `exp` and true division compute in. */
export const toFloating = (dtype: Dtype): Dtype => (isFloating(dtype) ? dtype : 'float32');

