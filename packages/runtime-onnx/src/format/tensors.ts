/**
 * Elements of tensors in the file: always written as `rawData`; read from every field that the format allows, and from external
 * data that the caller supplies.
 */
import { allocate, bytesPerElement, type Dtype, type TypedArray } from '@flaxon/tensor';
import { ModelFormatError } from '../errors/model-format-error.js';
import { dataTypes, dtypeOfDataType } from './data-type.js';
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

/** The bytes of an external file named in a tensor's `location`. */
export type ExternalDataReader = (location: string) => Uint8Array;

function dimsOf(tensor: OnnxTensor): readonly number[] {
  const dims = (tensor.dims ?? []).map(Number);
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (dims.some((dim) => dim < 0) || !Number.isSafeInteger(size)) {
    throw new ModelFormatError(`tensor \`${tensor.name ?? ''}\` has dimensions [${dims.join(', ')}], expected non-negative ones with a safe product`, {
      messageName: 'TensorProto',
    });
  }
  return dims;
}

function externalBytes(tensor: OnnxTensor, read: ExternalDataReader | undefined, expected: number): Uint8Array {
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
  const location = entries.get('location');
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? expected);
  if (!location || !read) {
    throw new ModelFormatError(
      `the elements of tensor \`${tensor.name ?? ''}\` are in the external file ${JSON.stringify(location ?? '')}; pass a reader of external data`,
      { messageName: 'TensorProto' },
    );
  }
  const file = read(location);
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0 || offset + length > file.length) {
    throw new ModelFormatError(
      `tensor \`${tensor.name ?? ''}\` lies at ${offset}, ${length} bytes, in ${JSON.stringify(location)}, which has ${file.length} bytes`,
      { messageName: 'TensorProto' },
    );
  }
  return file.subarray(offset, offset + length);
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
  const raw = tensor.dataLocation === 1 ? externalBytes(tensor, readExternal, size * width) : tensor.rawData;
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
