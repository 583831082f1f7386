import { ArgumentError } from '../errors/errors.js';
import { concatenate, reshape, sliceAxis } from '../ops/shape.js';
import { isStatic } from '../shape/dim.js';
import type { Tensor } from '../tensor/tensor.js';
import { map as mapTree, leaves, type Tree } from '../tree/tree.js';
import { vmap } from '../transforms/vmap.js';
import { scan } from './scan.js';

export interface MapOptions {
  /** How many elements are computed at once, as `vmap` does; one after the other by default. */
  readonly batchSize?: number;
}

const overTree = <T extends Tree<Tensor>>(tree: T, f: (x: Tensor) => Tensor): T => mapTree<Tensor, Tensor>(f, tree) as T;

const oneByOne = <X extends Tree<Tensor>, Y extends Tree<Tensor>>(f: (x: X) => Y, xs: X): Y => scan((carry: null, x: X) => [carry, f(x)] as const, null, xs)[1];

/**
 * `f` of each element along the leading axis of `xs`, stacked (jax.lax.map): one program for the body, as `scan`. With `batchSize` that many
 * elements at a time, and what remains at the end.
 * @throws ArgumentError where `batchSize` is no positive whole number
 */
export function map<X extends Tree<Tensor>, Y extends Tree<Tensor>>(f: (x: X) => Y, xs: X, { batchSize }: MapOptions = {}): Y {
  if (batchSize === undefined) return oneByOne(f, xs);
  const size = leaves<Tensor>(xs)[0]?.shape[0];
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new ArgumentError('map', 'batchSize', `must be a positive whole number, found ${batchSize}`);
  if (size === undefined || !isStatic(size)) throw new ArgumentError('map', 'xs', `must have a leading axis whose size is a number where \`batchSize\` is given, found ${String(size)}`);
  const batches = Math.floor(size / batchSize);
  const whole = batches * batchSize;
  const many = vmap(f);
  const rest = (): Y => many(overTree(xs, (x) => sliceAxis(x, 0, whole, size)));
  if (batches === 0) return rest();
  const stacked = oneByOne(many, overTree(xs, (x) => reshape(sliceAxis(x, 0, 0, whole), [batches, batchSize, ...x.shape.slice(1)])));
  const joined = overTree(stacked, (y) => reshape(y, [whole, ...y.shape.slice(2)]));
  return whole === size ? joined : (mapTree<Tensor, Tensor>((a, b) => concatenate([a, b!], 0), joined, rest()) as Y);
}
