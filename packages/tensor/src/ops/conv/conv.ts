import { ArgumentError } from '../../errors/errors.js';
import { bindOne } from '../../program/bind.js';
import { evaluateComposite } from '../../program/composite-kernel.js';
import type { Dim } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { promote } from '../operand.js';
import { transpose } from '../shape.js';
import { resolvePadding, type ConvPadding } from './padding.js';

export interface ConvOptions {
  readonly windowStrides?: readonly number[];
  readonly padding: ConvPadding;
  readonly lhsDilation?: readonly number[];
  readonly rhsDilation?: readonly number[];
  /** The layouts of operand, kernel and result, such as `['NHWC', 'HWIO', 'NHWC']`; `['NCHW', 'OIHW', 'NCHW']` by default. */
  readonly dimensionNumbers?: readonly [string, string, string];
  readonly featureGroupCount?: number;
  readonly batchGroupCount?: number;
}

const places = (layout: string, names: readonly string[]): number[] => names.map((name) => layout.indexOf(name));

/** Correlation of x with a kernel (lax.conv_general_dilated). */
export function convGeneralDilated(x: TensorLike, kernel: TensorLike, options: ConvOptions): Tensor {
  const [a, w] = promote('convGeneralDilated', [x, kernel]);
  const spatial = a!.rank - 2;
  const letters = 'DHW'.slice(Math.max(0, 3 - spatial)) || '';
  const [lhs, rhs, out] = options.dimensionNumbers ?? [`NC${letters}`, `OI${letters}`, `NC${letters}`];
  const names = [...rhs].filter((name) => name !== 'O' && name !== 'I');
  const toLhs = places(lhs, ['N', 'C', ...names]);
  const toRhs = places(rhs, ['O', 'I', ...names]);
  const toOut = places(out, ['N', 'C', ...names]);
  if ([toLhs, toRhs, toOut].some((found) => found.includes(-1) || found.length !== a!.rank) || w!.rank !== a!.rank) {
    throw new ArgumentError('convGeneralDilated', 'dimensionNumbers', `must be three layouts such as ['NHWC', 'HWIO', 'NHWC'] of the operands' rank ${a!.rank}, found ${JSON.stringify(options.dimensionNumbers)}`);
  }
  const ones = names.map(() => 1);
  const { windowStrides: strides = ones, lhsDilation = ones, rhsDilation = ones, featureGroupCount = 1, batchGroupCount = 1 } = options;
  const spread = (size: Dim, dilation: number): Dim => (typeof size === 'number' ? (size === 0 ? 0 : (size - 1) * dilation + 1) : size);
  const sizes = names.map((_, i) => spread(a!.shape[toLhs[i + 2]!]!, lhsDilation[i]!));
  const windows = names.map((_, i) => spread(w!.shape[toRhs[i + 2]!]!, rhsDilation[i]!));
  const padding = resolvePadding('convGeneralDilated', options.padding, sizes, windows, strides);
  const isChannelsLast = lhs === out && lhs === ['N', ...names, 'C'].join('') && rhs === [...names, 'I', 'O'].join('');
  const isPlain = featureGroupCount === 1 && batchGroupCount === 1 && lhsDilation.every((dilation) => dilation === 1);
  if (isChannelsLast && isPlain && !a!.isTraced && !w!.isTraced) {
    // Without transpositions, which take as long as the products of small kernels.
    const found = evaluateComposite('convChannelsLast', [a!, w!], { strides, padding: padding.flat(), rhsDilation });
    if (found) return found[0]!;
  }
  const result = bindOne('conv', [transpose(a!, toLhs), transpose(w!, toRhs)], { strides, padding, lhsDilation, rhsDilation, featureGroupCount, batchGroupCount });
  return transpose(result, toOut.map((_, i) => toOut.indexOf(i)));
}

/** Correlation with strides and padding alone (lax.conv). x: (batch, in, spatial...), kernel: (out, in, window...). */
export const conv = (x: TensorLike, kernel: TensorLike, { windowStrides, padding }: Pick<ConvOptions, 'windowStrides' | 'padding'>): Tensor =>
  convGeneralDilated(x, kernel, { ...(windowStrides === undefined ? {} : { windowStrides }), padding });

/** As `conv`, with dilations (lax.conv_with_general_padding). */
export const convWithGeneralPadding = (x: TensorLike, kernel: TensorLike, options: Omit<ConvOptions, 'dimensionNumbers' | 'featureGroupCount' | 'batchGroupCount'>): Tensor =>
  convGeneralDilated(x, kernel, options);
