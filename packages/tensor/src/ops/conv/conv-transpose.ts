import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { promote } from '../operand.js';
import { flip } from '../rearrange.js';
import { swapaxes } from '../shape.js';
import { convGeneralDilated } from './conv.js';
import type { ConvPadding } from './padding.js';

export interface ConvTransposeOptions {
  /** How far the elements of the operand are moved apart: the strides of the convolution that is transposed. */
  readonly strides: readonly number[];
  /**
   * 'SAME' and 'VALID' name the padding of the convolution that is transposed; pairs say what stands around the operand after its
   * elements are moved apart. 'SAME_LOWER' is that of a convolution over the operand, so with strides of one alone.
   */
  readonly padding: ConvPadding;
  /** How far the elements of the kernel are moved apart. */
  readonly rhsDilation?: readonly number[];
  /** The layouts of operand, kernel and result; channels last by default, `['NHWC', 'HWIO', 'NHWC']`. */
  readonly dimensionNumbers?: readonly [string, string, string];
  /** Whether the kernel is that of the convolution which is transposed: flipped, with inputs and outputs exchanged. */
  readonly transposeKernel?: boolean;
}

/** Padding around one axis, from that of the convolution which this one transposes (jax's _conv_transpose_padding). */
function transposedPadding(window: number, stride: number, padding: 'SAME' | 'VALID'): readonly [number, number] {
  if (padding === 'VALID') return [window - 1, Math.max(window, stride) - 1];
  const total = window + stride - 2;
  const low = stride > window - 1 ? window - 1 : Math.ceil(total / 2);
  return [low, total - low];
}

const defaultLayouts: readonly (readonly [string, string, string])[] = [['NC', 'IO', 'NC'], ['NHC', 'HIO', 'NHC'], ['NHWC', 'HWIO', 'NHWC'], ['NHWDC', 'HWDIO', 'NHWDC']];

/**
 * A convolution over an operand whose elements are moved apart: with `transposeKernel` the transpose of a convolution with the same
 * kernel, strides and padding (lax.conv_transpose).
 *
 * x: (batch, spatial..., in), kernel: (window..., in, out) to (batch, spatial..., out), or in the given layouts.
 * @throws ArgumentError, ShapeError, DtypeError
 */
export function convTranspose(x: TensorLike, kernel: TensorLike, options: ConvTransposeOptions): Tensor {
  const [operand, weights] = promote('convTranspose', [x, kernel]);
  const rank = operand!.rank;
  const layouts = options.dimensionNumbers ?? defaultLayouts[rank - 2];
  if (layouts === undefined) throw new ArgumentError('convTranspose', 'dimensionNumbers', `must be given for operands of rank ${rank}`);
  // JAX knows the padding of a transpose by these spellings; every other goes to the plain convolution, 'same' too.
  if (typeof options.padding === 'string' && options.padding !== 'SAME' && options.padding !== 'VALID' && options.strides.some((stride) => stride !== 1)) {
    throw new ArgumentError('convTranspose', 'padding', `must be 'SAME', 'VALID' or pairs where strides are not one, found ${JSON.stringify(options.padding)}`);
  }
  const [, layout] = layouts;
  if (layout.length !== weights!.rank) throw new ShapeError('convTranspose', [formatShape(operand!.shape), formatShape(weights!.shape)], `the kernel must have the axes of the layout '${layout}'`);
  const spatial = [...layout].flatMap((name, axis) => (name === 'O' || name === 'I' ? [] : [axis]));
  const { strides, padding, rhsDilation = spatial.map(() => 1), transposeKernel = false } = options;
  for (const [name, list] of Object.entries({ strides, rhsDilation })) {
    if (list.length !== spatial.length) throw new ArgumentError('convTranspose', name, `must have an entry for each of the ${spatial.length} spatial axes, found ${JSON.stringify(list)}`);
  }
  const windows = spatial.map((axis, i) => {
    const size = weights!.shape[axis]!;
    if (typeof size !== 'number') throw new ArgumentError('convTranspose', 'kernel', 'needs windows of known size');
    return size === 0 ? 0 : (size - 1) * rhsDilation[i]! + 1;
  });
  const filter = transposeKernel ? swapaxes(flip(weights!, spatial), layout.indexOf('O'), layout.indexOf('I')) : weights!;
  return convGeneralDilated(operand!, filter, {
    windowStrides: spatial.map(() => 1),
    padding: padding === 'SAME' || padding === 'VALID' ? windows.map((window, i) => transposedPadding(window, strides[i]!, padding)) : padding,
    lhsDilation: strides,
    rhsDilation,
    dimensionNumbers: layouts,
  });
}
