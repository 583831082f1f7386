import type { Dtype } from '@flaxon/tensor';

/** The numbers of `TensorProto.DataType`. */
export const dataTypes: { readonly [D in Dtype]: number } = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

const names: ReadonlyMap<number, Dtype> = new Map(Object.entries(dataTypes).map(([name, number]) => [number, name as Dtype]));

/** The dtype that `number` stands for; undefined for those Flaxon has no dtype for (strings, complex, 8- and 4-bit floats). */
export const dtypeOfDataType = (number: number | undefined): Dtype | undefined => (number === undefined ? undefined : names.get(number));
