/** Names of ONNX's data types, those without a dtype too (onnx.proto, `TensorProto.DataType`). */
import { type Dtype } from '@flaxon/tensor';
import { dtypeOfDataType } from '../format/data-type.js';
import type { OnnxShape, OnnxType } from '../format/types.js';

/** Bits of an element; none for strings. */
const others: Readonly<Record<number, readonly [name: string, bits: number | undefined]>> = {
  0: ['undefined', undefined],
  8: ['string', undefined],
  14: ['complex64', 64],
  15: ['complex128', 128],
  17: ['float8e4m3fn', 8],
  18: ['float8e4m3fnuz', 8],
  19: ['float8e5m2', 8],
  20: ['float8e5m2fnuz', 8],
  21: ['uint4', 4],
  22: ['int4', 4],
  23: ['float4e2m1', 4],
  24: ['float8e8m0', 8],
  25: ['uint2', 2],
  26: ['int2', 2],
};

const bitsOfDtype: { readonly [D in Dtype]: number } = {
  bool: 8, int8: 8, uint8: 8, int16: 16, uint16: 16, float16: 16, bfloat16: 16, int32: 32, uint32: 32, float32: 32, int64: 64, uint64: 64, float64: 64,
};

/** The name of a data type: that of the dtype where there is one. */
export function typeName(dataType: number | undefined): string {
  const number = dataType ?? 0;
  return dtypeOfDataType(number) ?? others[number]?.[0] ?? `type ${number}`;
}

/** The bytes of `count` packed elements; undefined for strings and unknown types. */
export function packedBytes(dataType: number | undefined, count: number): number | undefined {
  const dtype = dtypeOfDataType(dataType);
  const bits = dtype ? bitsOfDtype[dtype] : others[dataType ?? 0]?.[1];
  return bits === undefined ? undefined : Math.ceil((count * bits) / 8);
}

export const formatDims = (shape: OnnxShape): string => (shape.dim ?? []).map(({ dimValue, dimParam }) => (dimParam === undefined || dimParam === '' ? String(dimValue ?? '?') : dimParam)).join(',');

/** A type as text: `float32[batch,784]`, `sequence(int64[?])`, `?` where nothing is said. */
export function formatType(type: OnnxType | undefined): string {
  if (type?.tensorType) return `${typeName(type.tensorType.elemType)}${type.tensorType.shape ? `[${formatDims(type.tensorType.shape)}]` : '[...]'}`;
  if (type?.sparseTensorType) return `sparse ${typeName(type.sparseTensorType.elemType)}${type.sparseTensorType.shape ? `[${formatDims(type.sparseTensorType.shape)}]` : '[...]'}`;
  if (type?.sequenceType) return `sequence(${formatType(type.sequenceType.elemType)})`;
  if (type?.optionalType) return `optional(${formatType(type.optionalType.elemType)})`;
  if (type?.mapType) return `map(${typeName(type.mapType.keyType)}, ${formatType(type.mapType.valueType)})`;
  return '?';
}
