import { Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '@flaxon/tensor';

/** Tensors as ONNX Runtime takes them; rows have no half floats. */
export const ortFeeds = (feeds: Readonly<Record<string, Tensor>>): Record<string, OrtTensor> =>
  Object.fromEntries(Object.entries(feeds).map(([name, x]) => [name, new OrtTensor(x.dtype as 'float32', x.data() as Float32Array, x.staticShape())]));
