import { toFloating, promoteTypes } from '../../dtype/promotion.js';
import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ConvPadding } from '../conv/padding.js';
import { composite } from '../composite.js';
import { ones } from '../create.js';
import { div } from '../elementwise.js';
import { convert, toTensor } from '../operand.js';
import { reduceWindow, type WindowReducer } from './reduce-window.js';
import { windowOver, type WindowOptions } from './window.js';

export interface PoolOptions {
  /** The size of the window along each spatial axis. */
  readonly windowShape: readonly number[];
  /** How far it moves along each; 1 by default (not the size of the window). */
  readonly strides?: readonly number[] | null;
  /** 'VALID' (the default), 'SAME', or [low, high] for each spatial axis. */
  readonly padding?: ConvPadding;
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether an average divides by the size of the window at the edges too (the default), or by the number of elements in it. */
  readonly countIncludePad?: boolean;
}

/** The window over all axes of x: (batch..., spatial..., features). */
function windowOf(operation: string, x: Tensor, { windowShape, strides, padding = 'VALID' }: PoolOptions): WindowOptions {
  const spatial = windowShape.length;
  const leading = x.rank - spatial - 1;
  if (leading < 0) throw new ShapeError(operation, [formatShape(x.shape)], `\`windowShape\` [${windowShape.join(', ')}] needs ${spatial} spatial axes and one of features`);
  const steps = strides ?? windowShape.map(() => 1);
  if (steps.length !== spatial) throw new ArgumentError(operation, 'strides', `must have as many entries as \`windowShape\`, found [${steps.join(', ')}] next to [${windowShape.join(', ')}]`);
  if (typeof padding !== 'string' && (padding.length !== spatial || padding.some((pair) => pair.length !== 2))) {
    throw new ArgumentError(operation, 'padding', `must be a name or a pair [low, high] for each entry of \`windowShape\`, found ${JSON.stringify(padding)}`);
  }
  const around = <T>(list: readonly T[], one: T): T[] => [...Array.from({ length: leading }, () => one), ...list, one];
  return {
    windowDimensions: around(windowShape, 1),
    windowStrides: around(steps, 1),
    padding: typeof padding === 'string' ? padding : around(padding, [0, 0] as const),
  };
}

/**
 * A window over the spatial axes, reduced to one element (flax.linen.pooling.pool).
 *
 * x: (batch..., spatial..., features) with any number of batch axes to (batch..., places..., features).
 * @throws ShapeError, ArgumentError
 */
export function pool(x: TensorLike, init: TensorLike, reducer: WindowReducer, options: PoolOptions): Tensor {
  const operand = toTensor('pool', x);
  return reduceWindow(operand, init, reducer, windowOf('pool', operand, options));
}

/** The largest element in a window over the spatial axes (flax.linen.max_pool). x: (batch..., spatial..., features). */
export function maxPool(x: TensorLike, options: PoolOptions): Tensor {
  const operand = toTensor('maxPool', x);
  return reduceWindow(operand, -Infinity, 'max', windowOf('maxPool', operand, options));
}

/** The smallest element in a window over the spatial axes (flax.linen.pooling.min_pool). x: (batch..., spatial..., features). */
export function minPool(x: TensorLike, options: PoolOptions): Tensor {
  const operand = toTensor('minPool', x);
  return reduceWindow(operand, Infinity, 'min', windowOf('minPool', operand, options));
}

/** How many elements, not padding, the window sees at each place: (1..., places..., 1), float32 or the dtype of x if that is wider. */
function countsOf(x: Tensor, window: WindowOptions, spatial: number): Tensor {
  const shape = x.shape.map((dim, axis) => (axis >= x.rank - 1 - spatial && axis < x.rank - 1 ? dim : 1));
  return reduceWindow(ones(shape, promoteTypes(x.dtype, 'float32')), 0, 'sum', window);
}

/**
 * The average in a window over the spatial axes (flax.linen.avg_pool). x: (batch..., spatial..., features).
 *
 * With `countIncludePad` false, float16 and bfloat16 give float32, as in Flax.
 */
export function avgPool(x: TensorLike, options: AveragePoolOptions): Tensor {
  const given = toTensor('avgPool', x);
  const operand = convert(given, toFloating(given.dtype));
  const window = windowOf('avgPool', operand, options);
  const { windowShape, countIncludePad = true } = options;
  const spatial = windowShape.length;
  const average = (t: Tensor): Tensor => {
    const total = reduceWindow(t, 0, 'sum', window);
    return div(total, countIncludePad ? windowShape.reduce((product, size) => product * size, 1) : countsOf(t, window, spatial));
  };
  const { strides, padding } = windowOver('avgPool', operand.shape, window);
  const attributes = {
    windowShape: [...windowShape],
    strides: strides.slice(-spatial - 1, -1),
    padding: padding.slice(-spatial - 1, -1).flat(),
    countIncludePad,
  };
  return composite('avgPool', [operand], (t) => [average(t)], {
    attributes,
    rule: { kind: 'jvp', jvp: (_, [tangent]) => [tangent ? avgPool(tangent, options) : null] },
  })[0]!;
}
