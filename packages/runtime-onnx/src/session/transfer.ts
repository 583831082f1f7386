/** Tensors to ONNX Runtime's and back. bfloat16, which its JavaScript interface cannot hold, goes as float32. */
import { allocate, astype, concrete, type Dtype, formatSpec, isStatic, type Shape, sizeOf, type Tensor, type TypedArray } from '@flaxon/tensor';
import { FeedError } from '../errors/session-errors.js';
import type { OrtElementType, OrtRuntime, OrtTensor } from './runtime.js';

/** An input or output of a graph. */
export interface TensorSignature {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/** The element type in which `dtype` crosses the border of a session. */
export const transferType = (dtype: Dtype): OrtElementType => (dtype === 'bfloat16' ? 'float32' : dtype);

export function toOrt(runtime: Pick<OrtRuntime, 'Tensor'>, value: Tensor): OrtTensor {
  const sent = value.dtype === 'bfloat16' ? astype(value, 'float32') : value;
  return new runtime.Tensor(transferType(sent.dtype), sent.data(), sent.staticShape());
}

/** Float16 arrays are `Uint16Array`s of bits here, whatever the runtime's class for them. */
function bitsOf(data: TypedArray, dtype: Dtype): TypedArray {
  if (dtype !== 'float16' || data instanceof Uint16Array) return data;
  const view: ArrayBufferView<ArrayBuffer> = data;
  return new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2);
}

/** The elements, fetched where they are on a device. */
export async function fetchFromOrt(tensor: OrtTensor, dtype: Dtype): Promise<Tensor> {
  const { location = 'cpu', dims } = tensor;
  if (location === 'cpu' || location === 'cpu-pinned' || !tensor.getData) return fromOrt(tensor, dtype);
  return fromOrt({ type: tensor.type, data: await tensor.getData(), dims }, dtype);
}

export function fromOrt({ data, dims }: OrtTensor, dtype: Dtype): Tensor {
  const shape = dims.map(Number);
  // A result without elements may come without an array.
  if (sizeOf(shape) === 0) return concrete(allocate(dtype, 0), shape, dtype);
  if (dtype === 'bfloat16') return astype(concrete(data as TypedArray, shape, 'float32'), 'bfloat16');
  return concrete(bitsOf(data as TypedArray, dtype), shape, dtype);
}

/** @throws FeedError unless `value` has the dtype, and a shape that fits. */
export function requireFits({ name, dtype, shape }: TensorSignature, value: Tensor): void {
  const expected = formatSpec({ dtype, shape });
  const found = value.staticShape();
  const fits = value.dtype === dtype && found.length === shape.length && shape.every((dim, axis) => !isStatic(dim) || dim === found[axis]);
  if (!fits) throw new FeedError(name, expected, formatSpec(value));
}
