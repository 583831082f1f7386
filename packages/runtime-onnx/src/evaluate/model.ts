import { astype, type Tensor } from '@flaxon/tensor';
import type { OnnxModel } from '../export/model.js';
import { transferType } from '../session/transfer.js';
import { type EvaluateOptions, evaluateOnnx } from './evaluate.js';

/**
 * What `model` gives for a tensor for each input, by name; each output has the dtype of its signature.
 * @throws what `evaluateOnnx` throws
 */
export function evaluateModel({ data, inputs, outputs }: OnnxModel, feeds: Readonly<Record<string, Tensor>>, options: EvaluateOptions = {}): Record<string, Tensor> {
  const sent = Object.entries(feeds).map(([name, value]) => {
    const dtype = transferType(inputs.find((input) => input.name === name)?.dtype ?? value.dtype);
    return [name, value.dtype === dtype ? value : astype(value, dtype)];
  });
  const found = evaluateOnnx(data, Object.fromEntries(sent), options);
  return Object.fromEntries(outputs.map(({ name, dtype }) => [name, found[name]!.dtype === dtype ? found[name]! : astype(found[name]!, dtype)]));
}
