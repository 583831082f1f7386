/**
 * Moves the elements of large initialisers out of a model into a second file, as `.onnx` files must beyond 2 GiB (ONNX,
 * ExternalData.md).
 */
import type { OnnxEntry, OnnxModelData, OnnxTensor } from './types.js';

/** Offsets are multiples of a page, so that ONNX Runtime can map the file. */
const alignment = 4096;
/** Smaller tensors stay inline: shape arithmetic must be readable without the second file. */
const inlineBytes = 1024;

export interface ExternalisedModel {
  readonly model: OnnxModelData;
  /** The chunks of the second file, one after the other, with their offsets. */
  readonly chunks: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

/** `model` with every initialiser of its main graph larger than 1 KiB moved to the file `location`, and that file's content. */
export function externaliseTensors(model: OnnxModelData, location: string): ExternalisedModel {
  const chunks: { offset: number; bytes: Uint8Array }[] = [];
  let end = 0;
  const move = (tensor: OnnxTensor): OnnxTensor => {
    const { rawData, ...rest } = tensor;
    if (!rawData || rawData.length <= inlineBytes) return tensor;
    const offset = Math.ceil(end / alignment) * alignment;
    end = offset + rawData.length;
    chunks.push({ offset, bytes: rawData });
    const externalData: OnnxEntry[] = [
      { key: 'location', value: location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(rawData.length) },
    ];
    return { ...rest, externalData, dataLocation: 1 };
  };
  const graph = model.graph ?? {};
  return { model: { ...model, graph: { ...graph, initializer: (graph.initializer ?? []).map(move) } }, chunks };
}
