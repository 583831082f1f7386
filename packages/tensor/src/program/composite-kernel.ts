import { compositeKernels, hasCompositeKernel } from '../kernels/composites.js';
import type { ArrayView } from '../kernels/kernel.js';
import type { CallParams } from '../primitives/params.js';
import { concrete, type Tensor } from '../tensor/tensor.js';

export const viewOf = (x: Tensor): ArrayView => ({ data: x.data(), shape: x.staticShape(), dtype: x.dtype });

/** A composite of concrete tensors by its kernel; undefined where it has none and its decomposition is what there is. */
export function evaluateComposite(name: string, inputs: readonly Tensor[], attributes: CallParams['attributes']): Tensor[] | undefined {
  if (!hasCompositeKernel(name)) return undefined;
  return compositeKernels[name](inputs.map(viewOf), attributes)?.map(({ data, shape, dtype }) => concrete(data, shape, dtype));
}
