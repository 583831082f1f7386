/**
 * Elements of tensors in the file: always written as `rawData`; read from every field that the format allows, and from external
 * data that the caller supplies.
 */
import { allocate, bytesPerElement, type Dtype, type TypedArray } from '@flaxon/tensor';
import { ModelFormatError } from '../errors/model-format-error.js';
import { dataTypes, dtypeOfDataType } from './data-type.js';
import { externalPlace } from './external-data.js';
import type { Int64, OnnxTensor } from './types.js';

/** A concrete array as the format needs it: contiguous, row-major. */
export interface TensorData {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function swapBytes(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const swapped = new Uint8Array(bytes);
  for (let start = 0; start < swapped.length; start += size) swapped.subarray(start, start + size).reverse();
  return swapped;
}

/** The elements of `data`, little-endian: a view of the same memory where the machine is little-endian. */
export function rawBytes(data: TypedArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return isLittleEndian ? bytes : swapBytes(bytes, data.BYTES_PER_ELEMENT);
}

/** `tensor` as a `TensorProto` named `name`. */
export function encodeTensor(name: string, tensor: TensorData): OnnxTensor {
  return { name, dims: tensor.shape, dataType: dataTypes[tensor.dtype], rawData: rawBytes(tensor.data) };
}

/** A file of which parts can be read: what is larger than memory is never read whole. */
export interface ExternalFile {
  readonly size: number;
  /** `length` bytes from `offset` on, which lie inside the file. */
  readonly read: (offset: number, length: number) => Uint8Array;
}

/** The external file named in a tensor's `location`, a path below the model's folder: its bytes, or a way to read parts of it. */
export type ExternalDataReader = (location: string) => Uint8Array | ExternalFile;

/**
 * The dimensions of `tensor` as numbers.
 * @throws ModelFormatError where one is negative, or the number of elements is no safe integer
 */
export function dimsOf(tensor: OnnxTensor): readonly number[] {
  const dims = (tensor.dims ?? []).map(Number);
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (dims.some((dim) => dim < 0 || !Number.isSafeInteger(dim)) || !Number.isSafeInteger(size)) {
    throw new ModelFormatError(`tensor \`${tensor.name ?? ''}\` has dimensions [${dims.join(', ')}], expected non-negative ones with a safe product`, {
      messageName: 'TensorProto',
    });
  }
  return dims;
}

/** True for a tensor whose elements lie in another file. */
export const isExternal = ({ dataLocation }: OnnxTensor): boolean => dataLocation === 1;

function externalBytes(tensor: OnnxTensor, read: ExternalDataReader | undefined, expected: number): Uint8Array {
  const { location, offset, length = expected } = externalPlace(tensor);
  if (!read) {
    throw new ModelFormatError(`the elements of tensor \`${tensor.name ?? ''}\` are in the external file ${JSON.stringify(location)}; pass a reader of external data`, { messageName: 'TensorProto' });
  }
  // Before anything is read: a file may claim any length.
  checkCount(tensor, 'bytes', expected, length);
  const file = read(location);
  const size = file instanceof Uint8Array ? file.length : file.size;
  if (offset + length > size) {
    throw new ModelFormatError(`tensor \`${tensor.name ?? ''}\` lies at ${offset}, ${length} bytes, in ${JSON.stringify(location)}, which has ${size} bytes`, { messageName: 'TensorProto' });
  }
  return file instanceof Uint8Array ? file.subarray(offset, offset + length) : file.read(offset, length);
}

/** The typed field that holds the elements of a tensor without raw data (onnx.proto, `TensorProto`). */
function typedElements(dtype: Dtype, tensor: OnnxTensor): readonly Int64[] {
  switch (dtype) {
    case 'float32':
      return tensor.floatData ?? [];
    case 'float64':
      return tensor.doubleData ?? [];
    case 'int64':
      return tensor.int64Data ?? [];
    case 'uint32':
    case 'uint64':
      return tensor.uint64Data ?? [];
    default:
      return tensor.int32Data ?? [];
  }
}

function checkCount(tensor: OnnxTensor, unit: string, expected: number, found: number): void {
  if (expected === found) return;
  throw new ModelFormatError(`tensor \`${tensor.name ?? ''}\` needs ${expected} ${unit}, found ${found}`, { messageName: 'TensorProto' });
}

/**
 * The dtype, shape and elements of `tensor`.
 * @throws ModelFormatError if the dtype is one Flaxon does not have, or the elements do not fill the shape.
 */
export function decodeTensor(tensor: OnnxTensor, readExternal?: ExternalDataReader): TensorData {
  const dtype = dtypeOfDataType(tensor.dataType);
  if (!dtype) {
    throw new ModelFormatError(`tensor \`${tensor.name ?? ''}\` has data type ${tensor.dataType ?? 0}, for which there is no dtype`, {
      messageName: 'TensorProto',
    });
  }
  const shape = dimsOf(tensor);
  const size = shape.reduce((product, dim) => product * dim, 1);
  const width = bytesPerElement(dtype);
  const raw = isExternal(tensor) ? externalBytes(tensor, readExternal, size * width) : tensor.rawData;
  if (raw !== undefined && (raw.length > 0 || size === 0)) {
    checkCount(tensor, 'bytes', size * width, raw.length);
    const data = allocate(dtype, size);
    new Uint8Array(data.buffer).set(isLittleEndian ? raw : swapBytes(raw, width));
    return { dtype, shape, data };
  }
  const elements = typedElements(dtype, tensor);
  checkCount(tensor, 'elements', size, elements.length);
  const data = allocate(dtype, size);
  const convert = dtype === 'int64' || dtype === 'uint64' ? (element: Int64) => BigInt(element) : Number;
  elements.forEach((element, at) => Reflect.set(data, at, convert(element)));
  return { dtype, shape, data };
}
