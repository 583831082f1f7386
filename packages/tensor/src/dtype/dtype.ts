/**
 * The element types of arrays and how each is held in memory.
 *
 * 64-bit types are always there (no x64 switch). `int64` and `uint64` data are BigInt arrays, `bool` is a `Uint8Array`
 * of 0 and 1, `float16` and `bfloat16` are `Uint16Array`s of their bit patterns.
 */
export type Dtype =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

export interface TypedArrayOf {
  float16: Uint16Array<ArrayBuffer>;
  bfloat16: Uint16Array<ArrayBuffer>;
  float32: Float32Array<ArrayBuffer>;
  float64: Float64Array<ArrayBuffer>;
  int8: Int8Array<ArrayBuffer>;
  int16: Int16Array<ArrayBuffer>;
  int32: Int32Array<ArrayBuffer>;
  int64: BigInt64Array<ArrayBuffer>;
  uint8: Uint8Array<ArrayBuffer>;
  uint16: Uint16Array<ArrayBuffer>;
  uint32: Uint32Array<ArrayBuffer>;
  uint64: BigUint64Array<ArrayBuffer>;
  bool: Uint8Array<ArrayBuffer>;
}

export type TypedArray = TypedArrayOf[Dtype];

export type DtypeKind = 'float' | 'int' | 'uint' | 'bool';

interface DtypeInfo<D extends Dtype> {
  readonly kind: DtypeKind;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly array: new (length: number) => TypedArrayOf[D];
}

const table: { readonly [D in Dtype]: DtypeInfo<D> } = {
  float16: { kind: 'float', bytes: 2, array: Uint16Array },
  bfloat16: { kind: 'float', bytes: 2, array: Uint16Array },
  float32: { kind: 'float', bytes: 4, array: Float32Array },
  float64: { kind: 'float', bytes: 8, array: Float64Array },
  int8: { kind: 'int', bytes: 1, array: Int8Array },
  int16: { kind: 'int', bytes: 2, array: Int16Array },
  int32: { kind: 'int', bytes: 4, array: Int32Array },
  int64: { kind: 'int', bytes: 8, array: BigInt64Array },
  uint8: { kind: 'uint', bytes: 1, array: Uint8Array },
  uint16: { kind: 'uint', bytes: 2, array: Uint16Array },
  uint32: { kind: 'uint', bytes: 4, array: Uint32Array },
  uint64: { kind: 'uint', bytes: 8, array: BigUint64Array },
  bool: { kind: 'bool', bytes: 1, array: Uint8Array },
};

export const dtypes = Object.keys(table) as readonly Dtype[];

export const isDtype = (value: unknown): value is Dtype => typeof value === 'string' && Object.hasOwn(table, value);
export const dtypeKind = (dtype: Dtype): DtypeKind => table[dtype].kind;
export const bytesPerElement = (dtype: Dtype): 1 | 2 | 4 | 8 => table[dtype].bytes;
export const isFloating = (dtype: Dtype): boolean => table[dtype].kind === 'float';
export const isInteger = (dtype: Dtype): boolean => table[dtype].kind === 'int' || table[dtype].kind === 'uint';
/** True for the types whose elements are BigInts in JavaScript. */
export const isBigInt = (dtype: Dtype): dtype is 'int64' | 'uint64' => dtype === 'int64' || dtype === 'uint64';
/** True for the types that are stored as 16-bit patterns and computed in float32. */
export const isHalf = (dtype: Dtype): dtype is 'float16' | 'bfloat16' => dtype === 'float16' || dtype === 'bfloat16';

/** A zero-filled array that holds `length` elements of `dtype`. */
export function allocate<D extends Dtype>(dtype: D, length: number): TypedArrayOf[D] {
  return new table[dtype].array(length);
}
