/** Arithmetic on whole trees of tensors, with the names of `optax.tree_utils`. All trees of a call have the same structure and shapes. */
import { abs, add, astype, clip, div, full, max, maximum, min, minimum, mul, scalar, sqrt, square, sub, sum, Tensor, tree, where, type Dtype, type Tree } from '@flaxon/tensor';
import { mapLeaves } from './leaves.js';

/** Leaf by leaf a + b. @throws TreeError, ShapeError */
export const treeAdd = <T extends Tree<Tensor>>(a: T, b: Tree<Tensor>): T => mapLeaves('treeAdd', (x, y) => add(x, y), a, b);

/** Leaf by leaf a - b. @throws TreeError, ShapeError */
export const treeSub = <T extends Tree<Tensor>>(a: T, b: Tree<Tensor>): T => mapLeaves('treeSub', (x, y) => sub(x, y), a, b);

/** Leaf by leaf a b. @throws TreeError, ShapeError */
export const treeMul = <T extends Tree<Tensor>>(a: T, b: Tree<Tensor>): T => mapLeaves('treeMul', (x, y) => mul(x, y), a, b);

/** Leaf by leaf a / b. @throws TreeError, ShapeError */
export const treeDiv = <T extends Tree<Tensor>>(a: T, b: Tree<Tensor>): T => mapLeaves('treeDiv', (x, y) => div(x, y), a, b);

const inDtype = (factor: number | Tensor, dtype: Dtype): number | Tensor => (factor instanceof Tensor ? astype(factor, dtype) : factor);

/** Every leaf times a number or a scalar; leaves keep their dtypes. */
export const treeScale = <T extends Tree<Tensor>>(factor: number | Tensor, a: T): T => mapLeaves('treeScale', (x) => mul(x, inDtype(factor, x.dtype)), a);

/** Leaf by leaf a + factor b; leaves keep the dtypes of `a`. @throws TreeError, ShapeError */
export const treeAddScale = <T extends Tree<Tensor>>(a: T, factor: number | Tensor, b: Tree<Tensor>): T =>
  mapLeaves('treeAddScale', (x, y) => astype(add(x, mul(inDtype(factor, y.dtype), y)), x.dtype), a, b);

const total = (parts: readonly Tensor[], combine: (a: Tensor, b: Tensor) => Tensor, none: number): Tensor => (parts.length === 0 ? scalar(none, 'float32') : parts.reduce((a, b) => combine(a, b)));

/** The sum of all elements, a scalar. */
export const treeSum = (a: Tree<Tensor>): Tensor => total(tree.leaves<Tensor>(a).map((leaf) => sum(leaf)), add, 0);

/** The largest element, a scalar; -infinity where there is none. */
export const treeMax = (a: Tree<Tensor>): Tensor => total(tree.leaves<Tensor>(a).filter(({ size }) => size !== 0).map((leaf) => max(leaf)), maximum, -Infinity);

/** The smallest element, a scalar; infinity where there is none. */
export const treeMin = (a: Tree<Tensor>): Tensor => total(tree.leaves<Tensor>(a).filter(({ size }) => size !== 0).map((leaf) => min(leaf)), minimum, Infinity);

/** The inner product of two trees, a scalar: the sum over all leaves of the products of their elements. @throws TreeError, ShapeError */
export const treeVdot = (a: Tree<Tensor>, b: Tree<Tensor>): Tensor => treeSum(treeMul(a, b));

export interface TreeNormOptions {
  /** 2 by default; 1, or infinity for the largest size of an element. */
  readonly ord?: 1 | 2 | 'inf';
  /** The square of the Euclidean norm. */
  readonly squared?: boolean;
}

/** The norm of all leaves together, a scalar (Optax: `tree_norm`, formerly `tree_l2_norm`). */
export function treeNorm(a: Tree<Tensor>, { ord = 2, squared = false }: TreeNormOptions = {}): Tensor {
  if (ord === 2) {
    const squares = treeSum(mapLeaves('treeNorm', (leaf) => square(leaf), a));
    return squared ? squares : sqrt(squares);
  }
  const sizes = mapLeaves('treeNorm', (leaf) => abs(leaf), a);
  const norm = ord === 1 ? treeSum(sizes) : maximum(treeMax(sizes), 0);
  return squared ? square(norm) : norm;
}

/** How many elements all leaves have together. @throws ShapeError where a dimension is symbolic */
export const treeSize = (a: Tree<Tensor>): number => tree.leaves<Tensor>(a).reduce((count, leaf) => count + leaf.size, 0);

/** `value` in the shapes of the leaves, and their dtypes unless another is given. */
export const treeFullLike = <T extends Tree<Tensor>>(a: T, value: number, dtype?: Dtype): T => mapLeaves('treeFullLike', (leaf) => full(leaf.shape, value, dtype ?? leaf.dtype), a);

export const treeZerosLike = <T extends Tree<Tensor>>(a: T, dtype?: Dtype): T => treeFullLike(a, 0, dtype);

export const treeOnesLike = <T extends Tree<Tensor>>(a: T, dtype?: Dtype): T => treeFullLike(a, 1, dtype);

/** The leaves in another dtype. */
export const treeCast = <T extends Tree<Tensor>>(a: T, dtype: Dtype): T => mapLeaves('treeCast', (leaf) => astype(leaf, dtype), a);

/** Every element limited to [min, max]. */
export const treeClip = <T extends Tree<Tensor>>(a: T, limits: { readonly min?: number; readonly max?: number }): T => mapLeaves('treeClip', (leaf) => clip(leaf, limits), a);

/** `a` where the bool scalar holds, else `b`; leaves keep the dtypes of `a`. @throws TreeError, ShapeError */
export const treeWhere = <T extends Tree<Tensor>>(condition: Tensor, a: T, b: Tree<Tensor>): T => mapLeaves('treeWhere', (x, y) => where(condition, x, astype(y, x.dtype)), a, b);
