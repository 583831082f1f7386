/** Graphs on the third executor: evaluated operator by operator with the eager kernels, as the specification reads. */
import { astype, type Tensor } from '@flaxon/tensor';
import { evaluateOnnx } from '../src/evaluate/evaluate.js';
import type { OnnxModel } from '../src/export/model.js';
import { transferType } from '../src/session/transfer.js';

/** What the graph of `model` gives for a tensor for each of its inputs, in the order of its outputs. */
export function evaluateModel(model: OnnxModel, args: readonly Tensor[]): Tensor[] {
  const feeds = model.inputs.map(({ name, dtype }, i) => [name, args[i]!.dtype === transferType(dtype) ? args[i]! : astype(args[i]!, transferType(dtype))]);
  const found = evaluateOnnx(model.data, Object.fromEntries(feeds));
  return model.outputs.map(({ name, dtype }) => (found[name]!.dtype === dtype ? found[name]! : astype(found[name]!, dtype)));
}
