/** Inputs of a model that nobody gave: random ones. */
import { ArgumentError, astype, evaluateDim, isFloating, random, type Tensor } from '@flaxon/tensor';
import type { TensorSignature } from '../session/transfer.js';

export interface RandomInputs {
  /** How many data sets; 1 by default. */
  readonly count?: number;
  /** Other numbers for another seed; 0 by default. */
  readonly seed?: number;
  /** Sizes of symbolic dimensions; those not named are 2, 3, ... in the first data set, one more in each next one. */
  readonly sizes?: Readonly<Record<string, number>>;
}

function symbolsIn(signatures: readonly TensorSignature[]): string[] {
  const names = new Set<string>();
  for (const { shape } of signatures) {
    for (const dim of shape) if (typeof dim !== 'number') for (const monomial of dim.terms.keys()) for (const name of monomial.split('*')) if (name !== '') names.add(name);
  }
  return [...names];
}

function shapeIn({ name, shape }: TensorSignature, sizes: ReadonlyMap<string, number>): number[] {
  return shape.map((dim) => {
    const size = evaluateDim(dim, sizes);
    if (size === undefined || !Number.isInteger(size) || size < 0) throw new ArgumentError('saveTestCase', 'sizes', `must give each dimension of \`${name}\` a whole number, found ${String(size)} for ${String(dim)}`);
    return size;
  });
}

/** Normal floats, integers and bools from 0 and 1 (they may be indices), any bits in uint32, as keys have them. */
function drawn(key: Tensor, dtype: TensorSignature['dtype'], shape: readonly number[]): Tensor {
  if (isFloating(dtype)) return astype(random.normal(key, shape, { dtype: dtype === 'float64' ? 'float64' : 'float32' }), dtype);
  if (dtype === 'uint32') return random.bits(key, shape);
  return astype(random.randint(key, shape, 0, 2), dtype);
}

/** `count` sets of inputs, by name. */
export function randomInputs(inputs: readonly TensorSignature[], { count = 1, seed = 0, sizes = {} }: RandomInputs = {}): Record<string, Tensor>[] {
  const symbols = symbolsIn(inputs);
  return Array.from({ length: count }, (_, set) => {
    const known = new Map(symbols.map((name, i) => [name, sizes[name] ?? 2 + i + set]));
    const keys = random.split(random.foldIn(random.key(seed), set), Math.max(1, inputs.length));
    const rows = [...keys];
    return Object.fromEntries(inputs.map((input, i) => [input.name, drawn(rows[i]!, input.dtype, shapeIn(input, known))]));
  });
}
