import type { Dtype } from '@flaxon/tensor';

/** The names of dtypes in a safetensors header. */
export const elementTypes: { readonly [D in Dtype]: string } = {
  float16: 'F16', bfloat16: 'BF16', float32: 'F32', float64: 'F64',
  int8: 'I8', int16: 'I16', int32: 'I32', int64: 'I64',
  uint8: 'U8', uint16: 'U16', uint32: 'U32', uint64: 'U64',
  bool: 'BOOL',
};

export const dtypesByName: ReadonlyMap<string, Dtype> = new Map(Object.entries(elementTypes).map(([dtype, name]) => [name, dtype as Dtype]));
