/** Graphs on the third executor: evaluated operator by operator with the eager kernels, as the specification reads. */
import type { Tensor } from '@flaxon/tensor';
import { evaluateModel as evaluateFeeds } from '../src/evaluate/model.js';
import type { OnnxModel } from '../src/export/model.js';

/** What the graph of `model` gives for a tensor for each of its inputs, in the order of its outputs. */
export function evaluateModel(model: OnnxModel, args: readonly Tensor[]): Tensor[] {
  const found = evaluateFeeds(model, Object.fromEntries(model.inputs.map(({ name }, i) => [name, args[i]!])));
  return model.outputs.map(({ name }) => found[name]!);
}
