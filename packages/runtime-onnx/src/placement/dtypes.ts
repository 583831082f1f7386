/** The dtype of every value of a model, from its inputs and weights on: what decides which kernel a node gets. */
import type { Dtype } from '@flaxon/tensor';
import { dtypeOfDataType } from '../format/data-type.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from '../format/types.js';

export type ValueDtypes = Map<string, Dtype | undefined>;

const booleans: ReadonlySet<string> = new Set(['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'Not', 'And', 'Or', 'Xor', 'IsNaN', 'IsInf']);
const indices: ReadonlySet<string> = new Set(['Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero']);

export const attributeOf = ({ attribute = [] }: OnnxNode, name: string): OnnxAttribute | undefined => attribute.find((one) => one.name === name);

/** The dtypes that the inputs, weights and declared values of `graph` have, added to those of the graphs around it. */
export function declaredDtypes({ input = [], initializer = [] }: OnnxGraph, around: ValueDtypes = new Map()): ValueDtypes {
  const dtypes = new Map(around);
  for (const { name = '', type } of input) dtypes.set(name, dtypeOfDataType(type?.tensorType?.elemType));
  for (const { name = '', dataType } of initializer) dtypes.set(name, dtypeOfDataType(dataType));
  return dtypes;
}

const first = (node: OnnxNode, dtypes: ValueDtypes, at = 0): Dtype | undefined => dtypes.get(node.input?.[at] ?? '');

/** The dtype by which ONNX Runtime chooses the kernel of `node`: that of what it computes with, which for `Where` is no condition. */
export const kernelDtype = (node: OnnxNode, dtypes: ValueDtypes): Dtype | undefined => first(node, dtypes, node.opType === 'Where' ? 1 : 0);

/** The dtypes of the outputs of an operator of ONNX, without those that have bodies; undefined where it is not known. */
export function outputDtypes(node: OnnxNode, dtypes: ValueDtypes): readonly (Dtype | undefined)[] {
  const { opType = '', output = [] } = node;
  const all = (dtype: Dtype | undefined): readonly (Dtype | undefined)[] => output.map(() => dtype);
  if (opType === 'Constant') return all(dtypeOfDataType(attributeOf(node, 'value')?.t?.dataType));
  if (opType === 'ConstantOfShape') return all(dtypeOfDataType(attributeOf(node, 'value')?.t?.dataType) ?? 'float32');
  if (opType === 'Cast' || opType === 'BitCast') return all(dtypeOfDataType(Number(attributeOf(node, 'to')?.i ?? 0)));
  if (opType === 'CastLike') return all(first(node, dtypes, 1));
  if (booleans.has(opType)) return all('bool');
  if (indices.has(opType)) return all('int64');
  const main = kernelDtype(node, dtypes);
  if (opType === 'TopK' || opType === 'MaxPool') return output.map((_, i) => (i === 0 ? main : 'int64'));
  return all(main);
}
