/**
 * Programs of every primitive, to be run on ONNX Runtime in every dtype that the primitive takes, at every opset, with sizes as numbers and as symbols. A new
 * primitive gets a row in one of these tables, or a line below if no graph can have it.
 */
import type { Primitive } from '@flaxon/tensor';
import type { Row } from './row.js';
import { controlRows } from './rows/control.js';
import { elementwiseRows } from './rows/elementwise.js';
import { layoutRows } from './rows/layout.js';
import { reductionRows } from './rows/reductions.js';
import { sumRows } from './rows/sums.js';

/** Primitives that no graph can have; lowering one is an UnsupportedOpError. */
export const neverLowered = {
  collective: 'works across the examples of a vmap, which replaces it',
  allGather: 'works across the examples of a vmap, which replaces it',
  axisIndex: 'works across the examples of a vmap, which replaces it',
  linearCall: 'of a customVjp function only the reverse-mode derivative is known, and its transpose is that',
} as const satisfies { readonly [P in Primitive]?: string };

export const rows: { readonly [P in Exclude<Primitive, keyof typeof neverLowered>]: Row } = { ...elementwiseRows, ...layoutRows, ...reductionRows, ...sumRows, ...controlRows };

interface Combination {
  readonly dtype: string;
  readonly opset: number;
  readonly isSymbolic: boolean;
}

interface Unsupported {
  readonly reason: string;
  readonly isThis: (combination: Combination) => boolean;
}

/** What some dtypes, opsets or kinds of sizes cannot have, by primitive, and why. Each raises an UnsupportedOpError. */
export const unsupported: { readonly [P in Primitive]?: Unsupported } = {
  windowSelect: {
    reason: 'the place of the largest element of a window comes from MaxPool, which takes no 64-bit integers, and float64 does not hold all of them; without that place (a pooling that nobody derives) they run',
    isThis: ({ dtype }) => dtype === 'int64' || dtype === 'uint64',
  },
};
