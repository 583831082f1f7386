import { allocate, bytesPerElement, tensor, type Dtype, type Tensor } from '@flaxon/tensor';

/** The elements as bytes, row-major and little-endian, as they are in memory. */
export function bytesOf(array: Tensor): Uint8Array {
  const data = array.data();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The tensor of such bytes, which are copied: in a file they may stand at any place. */
export function tensorOfBytes(dtype: Dtype, shape: readonly number[], bytes: Uint8Array): Tensor {
  const data = allocate(dtype, bytes.length / bytesPerElement(dtype));
  new Uint8Array(data.buffer).set(bytes);
  return tensor(data, { dtype, shape });
}
