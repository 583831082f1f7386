import { div, full, mul, sqrt, sum, type Initializer, type Tensor } from '@flaxon/tensor';

/**
 * Initial weights that are zero where `mask` is, the others scaled up by sqrt(size / count of ones) (NetKet: `wrap_kernel_init`), so
 * that an output has the variance that it would have without the mask. A mask without ones gives zeros.
 */
export function maskedInitializer(initialize: Initializer, mask: Tensor): Initializer {
  const seen = sum(mask);
  const correction = sqrt(div(full([], mask.size, mask.dtype), seen));
  return (key, shape, dtype) => mul(seen.item() === 0 ? mask : mul(correction, mask), initialize(key, shape, dtype));
}
