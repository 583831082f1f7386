import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { dotGeneral } from '../contract.js';
import { eye } from '../create.js';
import { promote, toTensor } from '../operand.js';
import { repeat } from '../rearrange.js';
import { moveaxis, reshape } from '../shape.js';
import { convGeneralDilated, type ConvOptions } from './conv.js';

export interface ConvPatchesOptions extends Omit<ConvOptions, 'featureGroupCount' | 'batchGroupCount'> {
  /** The size of the window along each spatial axis, in the order of the kernel's layout. */
  readonly filterShape: readonly number[];
}

/**
 * What a window sees at each place, as channels: one channel of the operand after another, each with its whole window
 * (lax.conv_general_dilated_patches).
 *
 * x: (batch, channels, spatial...) to (batch, channels * window, places...), or in the given layouts.
 * @throws ArgumentError, ShapeError, DtypeError
 */
export function convGeneralDilatedPatches(x: TensorLike, { filterShape, ...options }: ConvPatchesOptions): Tensor {
  const operand = toTensor('convGeneralDilatedPatches', x);
  const spatial = operand.rank - 2;
  const letters = 'DHW'.slice(Math.max(0, 3 - spatial));
  const [lhs, rhs, out] = options.dimensionNumbers ?? [`NC${letters}`, `OI${letters}`, `NC${letters}`];
  const channels = operand.shape[lhs.indexOf('C')];
  if (typeof channels !== 'number') throw new ArgumentError('convGeneralDilatedPatches', 'x', `needs a known number of channels in the layout '${lhs}', found ${String(channels)}`);
  const window = filterShape.reduce((product, size) => product * size, 1);
  // Each channel is a group, whose outputs take one element of the window each.
  const selection = repeat(reshape(eye(window, window, 0, operand.dtype), [1, window, ...filterShape]), channels, 0);
  const names = [...rhs].filter((name) => name !== 'O' && name !== 'I').join('');
  return convGeneralDilated(operand, reshape(selection, [channels * window, 1, ...filterShape]), { ...options, dimensionNumbers: [lhs, `OI${names}`, out], featureGroupCount: channels });
}

/**
 * A convolution with a kernel of its own for each place of the result (lax.conv_general_dilated_local).
 *
 * x: (batch, channels, spatial...), kernel: (out, channels * window, places...) to (batch, out, places...), or in the given layouts.
 * @throws ArgumentError, ShapeError, DtypeError
 */
export function convGeneralDilatedLocal(x: TensorLike, kernel: TensorLike, options: ConvPatchesOptions): Tensor {
  const [operand, weights] = promote('convGeneralDilatedLocal', [x, kernel]);
  const patches = convGeneralDilatedPatches(operand!, options);
  const letters = 'DHW'.slice(Math.max(0, 5 - operand!.rank));
  const [, rhs, out] = options.dimensionNumbers ?? ['', `OI${letters}`, `NC${letters}`];
  const places = [...out].filter((name) => name !== 'N' && name !== 'C');
  const product = dotGeneral(patches, weights!, {
    lhsContract: [out.indexOf('C')],
    rhsContract: [rhs.indexOf('I')],
    lhsBatch: places.map((name) => out.indexOf(name)),
    rhsBatch: places.map((name) => rhs.indexOf(name)),
  });
  return moveaxis(product, [-2, -1], [out.indexOf('N'), out.indexOf('C')]);
}
