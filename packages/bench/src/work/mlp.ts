import type { LayerArrays } from './data.js';

/** The perceptron of the benchmarks: 784 pixels, two hidden layers, ten classes. */
export const widths = [784, 512, 512, 10] as const;

/** The arrays of the layers under the names that `python/serve.py` reads. */
export const jaxLayers = (layers: readonly LayerArrays[]): Record<string, Float32Array> =>
  Object.fromEntries(layers.flatMap(({ kernel, bias }, index) => [[`kernel_${index}`, kernel], [`bias_${index}`, bias]] as const));
