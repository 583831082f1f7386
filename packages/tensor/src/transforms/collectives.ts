/** Operations across the examples of a `vmap` that has given their axis a name (jax.lax's collectives). */
import { ArgumentError } from '../errors/errors.js';
import { dimensionSize } from '../ops/create.js';
import { add, div, mul } from '../ops/elementwise.js';
import { convert, toTensor } from '../ops/operand.js';
import { reshape } from '../ops/shape.js';
import type { PrimitiveParams } from '../primitives/params.js';
import { bindOne } from '../program/bind.js';
import { traceOfAxis } from '../program/trace.js';
import { mulDim, type Dim } from '../shape/dim.js';
import { normalizeAxis } from '../shape/shape.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { map, type Tree } from '../tree/tree.js';

/** The name that `vmap` gave an axis, or the names of several. */
export type AxisName = string | readonly string[];

const namesOf = (axisName: AxisName): readonly string[] => (typeof axisName === 'string' ? [axisName] : axisName);

type Reduction = PrimitiveParams['collective']['reduction'];

/** Tensors as they are; a number becomes one. */
type Combined<T extends Tree<TensorLike>> = T extends number | bigint | boolean ? Tensor : T;

function combine(operation: string, x: TensorLike, axisName: AxisName, reduction: Reduction): Tensor {
  const given = toTensor(operation, x);
  const counted = given.dtype === 'bool' && reduction === 'sum' ? convert(given, 'int32') : given;
  return namesOf(axisName).reduce((value, name) => {
    traceOfAxis(operation, name);
    return bindOne('collective', [value], { axisName: name, reduction });
  }, counted);
}

const combineTree = <T extends Tree<TensorLike>>(tree: T, one: (x: TensorLike) => Tensor): Combined<T> => map<TensorLike, Tensor>(one, tree) as Combined<T>;

/**
 * The sum over all examples of the named axis, the same for each of them (jax.lax.psum); over several axes with a list of names. Bools
 * are counted, int32. Takes a tree.
 *
 *     vmap((x) => sub(x, pmean(x, 'batch')), { axisName: 'batch' })
 *
 * @throws UnboundAxisError where no enclosing `vmap` has the name
 */
export const psum = <T extends Tree<TensorLike>>(tree: T, axisName: AxisName): Combined<T> => combineTree(tree, (x) => combine('psum', x, axisName, 'sum'));

/** The mean over all examples of the named axis (jax.lax.pmean); of integers float32. @throws UnboundAxisError */
export const pmean = <T extends Tree<TensorLike>>(tree: T, axisName: AxisName): Combined<T> =>
  combineTree(tree, (x) => {
    const total = combine('pmean', x, axisName, 'sum');
    return div(total, dimensionSize(axisSize(axisName), total.dtype));
  });

/** The largest element over all examples of the named axis (jax.lax.pmax). @throws UnboundAxisError */
export const pmax = <T extends Tree<TensorLike>>(tree: T, axisName: AxisName): Combined<T> => combineTree(tree, (x) => combine('pmax', x, axisName, 'max'));

/** The smallest element over all examples of the named axis (jax.lax.pmin). @throws UnboundAxisError */
export const pmin = <T extends Tree<TensorLike>>(tree: T, axisName: AxisName): Combined<T> => combineTree(tree, (x) => combine('pmin', x, axisName, 'min'));

/** The number of this example along the named axis, an int32 scalar (jax.lax.axis_index); with several names the first counts slowest. @throws UnboundAxisError */
export function axisIndex(axisName: AxisName): Tensor {
  return namesOf(axisName).reduce<Tensor>((index, name) => {
    const { axis } = traceOfAxis('axisIndex', name);
    return add(mul(index, dimensionSize(axis.size)), bindOne('axisIndex', [], { axisName: name }));
  }, convert(0, 'int32'));
}

/** The number of examples of the named axis, or of all the named axes together (jax.lax.axis_size). @throws UnboundAxisError */
export const axisSize = (axisName: AxisName): Dim => namesOf(axisName).reduce<Dim>((size, name) => mulDim(size, traceOfAxis('axisSize', name).axis.size), 1);

export interface AllGatherOptions {
  /** Where the examples go in the result. */
  readonly axis?: number;
  /** True joins the examples along `axis`, which is there already, instead of stacking them along a new one. */
  readonly tiled?: boolean;
}

/**
 * The values of all examples of the named axis, the same for each of them (jax.lax.all_gather): x (...) to (..., examples, ...). Takes a
 * tree. @throws UnboundAxisError, ArgumentError where there is no such axis
 */
export function allGather<T extends Tree<TensorLike>>(tree: T, axisName: string, { axis = 0, tiled = false }: AllGatherOptions = {}): Combined<T> {
  const { size } = traceOfAxis('allGather', axisName).axis;
  return combineTree(tree, (x) => {
    const operand = toTensor('allGather', x);
    const at = normalizeAxis(axis, tiled ? operand.rank : operand.rank + 1);
    if (at === undefined) throw new ArgumentError('allGather', 'axis', `must be an axis of the result, found ${axis} for rank ${operand.rank}`);
    const gathered = bindOne('allGather', [operand], { axisName, axis: at, length: size });
    return tiled ? reshape(gathered, operand.shape.map((dim, i) => (i === at ? mulDim(size, dim) : dim))) : gathered;
  });
}
