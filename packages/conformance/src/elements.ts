import type { Dtype, Tensor } from '@flaxon/tensor';

/**
 * The elements of a concrete tensor for comparison. Half floats are decoded here and not by the library, so that a fault
 * of its conversions cannot hide itself.
 */
export interface Elements {
  readonly length: number;
  /** The element as a number (0 and 1 for bool), a bigint for the 64-bit integers. */
  value(index: number): number | bigint;
  /** The bit pattern. */
  bits(index: number): bigint;
  /** The place of the element among the representable values in ascending order; both zeros have one place. */
  ordinal(index: number): bigint;
  format(index: number): string;
}

const floatBits: Readonly<Partial<Record<Dtype, bigint>>> = { float16: 16n, bfloat16: 16n, float32: 32n, float64: 64n };

export function elementsOf(tensor: Tensor): Elements {
  const data = tensor.data();
  const bytes = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const readBits = bitReader(bytes, data.BYTES_PER_ELEMENT);
  const width = floatBits[tensor.dtype];
  const value = (index: number): number | bigint => {
    if (tensor.dtype === 'float16') return decodeFloat16(Number(readBits(index)));
    if (tensor.dtype === 'bfloat16') return decodeBfloat16(Number(readBits(index)));
    return data[index]!;
  };
  return {
    length: data.length,
    value,
    bits: readBits,
    ordinal: (index) => (width === undefined ? BigInt(value(index)) : floatOrdinal(readBits(index), width)),
    format: (index) => {
      const found = value(index);
      if (tensor.dtype === 'bool') return String(found !== 0);
      return Object.is(found, -0) ? '-0' : String(found);
    },
  };
}

function bitReader(view: DataView, bytesPerElement: number): (index: number) => bigint {
  switch (bytesPerElement) {
    case 1:
      return (index) => BigInt(view.getUint8(index));
    case 2:
      return (index) => BigInt(view.getUint16(2 * index, true));
    case 4:
      return (index) => BigInt(view.getUint32(4 * index, true));
    default:
      return (index) => view.getBigUint64(8 * index, true);
  }
}

/** Sign and magnitude to an integer that ascends with the value. */
function floatOrdinal(bits: bigint, width: bigint): bigint {
  const sign = 1n << (width - 1n);
  return bits < sign ? bits : sign - bits;
}

/** IEEE 754 binary16: 1 sign bit, 5 of the exponent (bias 15), 10 of the fraction. */
export function decodeFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
export function decodeBfloat16(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}
