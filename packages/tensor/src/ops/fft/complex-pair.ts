import { promoteTypes } from '../../dtype/promotion.js';
import { isFloating, isHalf, type Dtype } from '../../dtype/dtype.js';
import { ShapeError } from '../../errors/errors.js';
import { equalShapes, formatShape } from '../../shape/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import type { TensorLike } from '../../tensor/create.js';
import { zerosLike } from '../create.js';
import { neg } from '../elementwise.js';
import { convert, toTensor } from '../operand.js';

/**
 * Complex numbers as two tensors of one shape and dtype, float32 or float64. A plain object, so that it is a tree: it goes through `vmap`,
 * `jit`, `grad` and the rest, and a derivative with respect to it is the pair of derivatives with respect to its parts.
 */
export interface ComplexPair {
  readonly real: Tensor;
  readonly imag: Tensor;
}

export type ComplexLike = TensorLike | { readonly real: TensorLike; readonly imag: TensorLike };

const isPair = (x: ComplexLike): x is { readonly real: TensorLike; readonly imag: TensorLike } => typeof x === 'object' && !(x instanceof Tensor) && 'real' in x;

/** float64 stays; everything else becomes float32, as jnp.fft makes complex64 of it. */
const partDtype = (dtype: Dtype): Dtype => (isFloating(dtype) && !isHalf(dtype) ? dtype : 'float32');

/** Real numbers in the dtype of a part. */
export function realPart(operation: string, x: TensorLike): Tensor {
  const found = toTensor(operation, x);
  return convert(found, partDtype(found.dtype));
}

/** Both parts; real numbers have zeros for the imaginary one. @throws ShapeError where the parts differ in shape */
export function complexPair(operation: string, x: ComplexLike): ComplexPair {
  if (!isPair(x)) {
    const real = realPart(operation, x);
    return { real, imag: zerosLike(real) };
  }
  const [real, imag] = [realPart(operation, x.real), realPart(operation, x.imag)];
  if (!equalShapes(real.shape, imag.shape)) throw new ShapeError(operation, [formatShape(real.shape), formatShape(imag.shape)], '`real` and `imag` must have one shape');
  const dtype = promoteTypes(real.dtype, imag.dtype);
  return { real: convert(real, dtype), imag: convert(imag, dtype) };
}

export const conjugate = ({ real, imag }: ComplexPair): ComplexPair => ({ real, imag: neg(imag) });

/** The same function of both parts. */
export const mapParts = ({ real, imag }: ComplexPair, f: (part: Tensor) => Tensor): ComplexPair => ({ real: f(real), imag: f(imag) });
