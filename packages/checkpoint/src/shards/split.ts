import { bytesPerElement, type Tensor } from '@flaxon/tensor';

export const bytesOfTensor = (tensor: Tensor): number => tensor.size * bytesPerElement(tensor.dtype);

/**
 * Tensors in groups of at most `maxBytes`, in their order; one above that has a group of its own
 * (huggingface_hub.split_state_dict_into_shards_factory).
 */
export function splitIntoShards(tensors: ReadonlyMap<string, Tensor>, maxBytes: number): readonly ReadonlyMap<string, Tensor>[] {
  const shards: Map<string, Tensor>[] = [];
  let current = new Map<string, Tensor>();
  let filled = 0;
  for (const [name, tensor] of tensors) {
    const bytes = bytesOfTensor(tensor);
    if (bytes > maxBytes) {
      shards.push(new Map([[name, tensor]]));
      continue;
    }
    if (filled + bytes > maxBytes) {
      shards.push(current);
      current = new Map();
      filled = 0;
    }
    current.set(name, tensor);
    filled += bytes;
  }
  if (current.size > 0 || shards.length === 0) shards.push(current);
  return shards;
}
