import { astype, maximum, sub, type Dtype, type Tensor, type TensorLike } from '@flaxon/tensor';

/**
 * A number that depends on the count of updates made so far, as a graph of few scalar operations that becomes part of the step
 * it is traced in. `count` is an int32 scalar that is not negative, or several of any shape. Optimisers pass as `dtype` what the
 * result is wanted in: float64 next to float64 parameters, else float32, which is the default.
 */
export type Schedule = (count: TensorLike, dtype?: Dtype) => Tensor;

/** The updates since the one numbered `begin`, 0 before it, in `dtype`. */
export function elapsed(count: TensorLike, begin: number, dtype: Dtype): Tensor {
  const given = astype(count, dtype);
  return begin <= 0 ? given : maximum(sub(given, begin), 0);
}
