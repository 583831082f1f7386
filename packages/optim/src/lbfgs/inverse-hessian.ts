import { add, astype, mul, neg, scan, sub, type Tensor, type Tree } from '@flaxon/tensor';
import { mapLeaves } from '../leaves.js';
import { treeVdot } from '../tree-math.js';

/** Steps and the changes of the gradient along them, oldest first: leaves (memory, ...), and the inverse of the inner product of each pair, 0 for none. */
export type LbfgsPairs = { readonly steps: Tree<Tensor>; readonly changes: Tree<Tensor>; readonly weights: Tensor };

export interface InverseHessianOptions {
  /**
   * The inner product of two vectors: a scalar, as by default, or one number for each of several problems that are solved side by side, in a
   * shape that broadcasts against them; the weights and the scale have that shape too.
   */
  readonly inner?: (a: Tree<Tensor>, b: Tree<Tensor>) => Tensor;
  /** True makes a program without loops: larger, and faster where vectors are small. */
  readonly unroll?: boolean;
}

/** Leaf by leaf a + factor b, where the factor broadcasts. */
const moved = <T extends Tree<Tensor>>(a: T, factor: Tensor, b: Tree<Tensor>): T => mapLeaves('inverseHessianTimes', (x, y) => astype(add(x, mul(astype(factor, y.dtype), y)), x.dtype), a, b);

/**
 * A vector times the inverse of a Hessian that is known by what it did to some steps: the two loops of the limited-memory BFGS method,
 * beginning with `scale` times the identity. Source: Nocedal, "Updating quasi-Newton matrices with limited storage", 1980; Nocedal and Wright,
 * "Numerical optimization", 1999, algorithm 7.4.
 */
export function inverseHessianTimes<Vector extends Tree<Tensor>>(vector: Vector, { steps, changes, weights }: LbfgsPairs, scale: Tensor, { inner = treeVdot, unroll = false }: InverseHessianOptions = {}): Vector {
  type Pair = { readonly step: Tree<Tensor>; readonly change: Tree<Tensor>; readonly weight: Tensor };
  const pairs: Pair = { step: steps, change: changes, weight: weights };
  const [shortened, taken] = scan(
    (held: Tree<Tensor>, { step, change, weight }: Pair) => {
      const part = mul(weight, astype(inner(step, held), weight.dtype));
      return [moved(held, neg(part), change), part] as const;
    },
    vector as Tree<Tensor>,
    pairs,
    { reverse: true, unroll },
  );
  const scaled = mapLeaves('inverseHessianTimes', (leaf) => mul(leaf, astype(scale, leaf.dtype)), shortened);
  const [product] = scan(
    (held: Tree<Tensor>, { pair: { step, change, weight }, part }: { readonly pair: Pair; readonly part: Tensor }) =>
      [moved(held, sub(part, mul(weight, astype(inner(change, held), weight.dtype))), step), null] as const,
    scaled,
    { pair: pairs, part: taken },
    { unroll },
  );
  return product as Vector;
}
