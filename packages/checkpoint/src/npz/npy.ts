/** One array of NumPy. Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. */
import { bytesPerElement, sizeOf, transpose, type Dtype, type Tensor } from '@flaxon/tensor';
import { CheckpointFormatError, UnsupportedValueError } from '../errors.js';
import { bytesOf, tensorOfBytes } from '../tensor-bytes.js';

/** NumPy's names of dtypes, little-endian. It has none for bfloat16. */
const descriptions: { readonly [D in Dtype]: string | null } = {
  float16: '<f2', bfloat16: null, float32: '<f4', float64: '<f8',
  int8: '|i1', int16: '<i2', int32: '<i4', int64: '<i8',
  uint8: '|u1', uint16: '<u2', uint32: '<u4', uint64: '<u8',
  bool: '|b1',
};

const dtypesByDescription = new Map(Object.entries(descriptions).flatMap(([dtype, text]) => (text === null ? [] : [[text, dtype as Dtype] as const])));
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const fail = (name: string, problem: string): never => {
  throw new CheckpointFormatError('npz', `\`${name}\` ${problem}`);
};

interface NpyHeader {
  readonly dtype: Dtype;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
}

/** A Python dictionary of three known keys, in any order. */
function parseHeader(name: string, text: string): NpyHeader {
  const description = /'descr'\s*:\s*'([^']*)'/u.exec(text)?.[1] ?? fail(name, 'has a header without a dtype');
  const order = /'fortran_order'\s*:\s*(True|False)/u.exec(text)?.[1] ?? fail(name, 'has a header without an order');
  const sizes = /'shape'\s*:\s*\(([\d\s,]*)\)/u.exec(text)?.[1] ?? fail(name, 'has a header without a shape');
  const dtype = dtypesByDescription.get(description.replace(/^[=|](?=[iub]1$)/u, '|').replace(/^=/u, '<')) ?? fail(name, `has the dtype '${description}', which tensors do not have, or have little-endian only; convert it before saving`);
  return { dtype, isFortran: order === 'True', shape: sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)])) };
}

/** The array in the bytes of a `.npy` file. @throws CheckpointFormatError; `name` is for its messages */
export function readNpy(name: string, bytes: Uint8Array): Tensor {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) return fail(name, 'is no array of NumPy');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirst = bytes[6] === 1;
  const start = isFirst ? 10 : 12;
  const length = isFirst ? view.getUint16(8, true) : bytes.length >= start ? view.getUint32(8, true) : bytes.length;
  if (start + length > bytes.length) return fail(name, 'ends within its header');
  const { dtype, isFortran, shape } = parseHeader(name, new TextDecoder('latin1').decode(bytes.subarray(start, start + length)));
  const data = bytes.subarray(start + length);
  const wanted = sizeOf(shape) * bytesPerElement(dtype);
  if (data.length !== wanted) return fail(name, `has ${data.length} bytes for ${dtype} of shape [${shape.join(', ')}], which takes ${wanted}`);
  return isFortran ? transpose(tensorOfBytes(dtype, [...shape].reverse(), data)) : tensorOfBytes(dtype, shape, data);
}

/** `array` as the bytes of a `.npy` file. @throws UnsupportedValueError for bfloat16 */
export function writeNpy(name: string, array: Tensor): Uint8Array {
  const description = descriptions[array.dtype];
  if (description === null) throw new UnsupportedValueError('npz', name, 'of bfloat16', "NumPy has no such dtype: write `x.astype('float32')`, or a safetensors file.");
  const shape = array.staticShape();
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  // The data begin at a multiple of 64 bytes, after a newline.
  const padded = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
  const header = new Uint8Array(10 + padded.length);
  header.set([...magic, 1, 0]);
  new DataView(header.buffer).setUint16(8, padded.length, true);
  header.set(new TextEncoder().encode(padded), 10);
  const data = bytesOf(array);
  const bytes = new Uint8Array(header.length + data.length);
  bytes.set(header);
  bytes.set(data, header.length);
  return bytes;
}
