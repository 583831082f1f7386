import { tensor } from '@flaxon/tensor';
import { neuralDual as flaxonNeuralDual } from '../flaxon/neural-dual.js';
import { neuralDualGraph, potentialRows } from '../handwritten/neural-dual.js';
import type { NeuralDualSizes } from '../handwritten/neural-dual.js';
import { flaxon } from '../peers/flaxon.js';
import { float32, handwritten } from '../peers/handwritten.js';
import { layerArrays, Numbers } from './data.js';
import type { LayerArrays } from './data.js';
import type { Work } from './work.js';

const sizes: NeuralDualSizes = { batch: 512, dimension: 3, width: 64, conjugateSteps: 8, trainSteps: 2000 };
const box = { low: -2.5, high: 2.5 };

/** The training step of the neural dual: the app's, one step a call. */
export const neuralDual: Work = {
  name: `neural-dual step, batch ${sizes.batch}`,
  tolerance: 1e-4,
  async contestants({ threads, jax }) {
    const { batch, dimension } = sizes;
    const numbers = new Numbers(5);
    const parameters = packedPotentials(numbers);
    const x = numbers.uniform(batch * dimension, 2);
    const y = numbers.uniform(batch * dimension, 1);
    const matrix = [2 * potentialRows(sizes), sizes.width];
    const samples = [batch, dimension];
    const { init, step } = flaxonNeuralDual(sizes, box);
    const contestants = [
      ...flaxon({ f: step, state: init(parameters), rest: [tensor(x, { shape: samples }), tensor(y, { shape: samples })], compared: 1 }, { threads }),
      handwritten(
        {
          graph: () => neuralDualGraph(sizes, { softplus: 'sigmoid' }),
          feeds: {
            parameters: float32(parameters, matrix),
            firstMoment: float32(new Float32Array(parameters.length), matrix),
            secondMoment: float32(new Float32Array(parameters.length), matrix),
            count: float32(new Float32Array(1), []),
            x: float32(x, samples),
            y: float32(y, samples),
            low: float32(Float32Array.of(box.low), []),
            high: float32(Float32Array.of(box.high), []),
          },
          carry: { nextParameters: 'parameters', nextFirstMoment: 'firstMoment', nextSecondMoment: 'secondMoment', nextCount: 'count' },
          results: ['lossF', 'lossG'],
          compared: 1,
        },
        { threads },
      ),
    ];
    if (jax !== undefined) contestants.push(await jax.contestant({ kind: 'neuralDual', arrays: { parameters, x, y }, options: { ...sizes, ...box } }));
    return contestants;
  },
};

/** f above g, each as rows: kernel 1, bias 1, ..., kernel 3, bias 3, kernel 4 transposed. */
function packedPotentials(numbers: Numbers): Float32Array<ArrayBuffer> {
  const { dimension, width } = sizes;
  const packed = new Float32Array(2 * potentialRows(sizes) * width);
  let at = 0;
  const put = (values: Float32Array): void => {
    packed.set(values, at);
    at += values.length;
  };
  for (let network = 0; network < 2; network++) {
    const layers: readonly LayerArrays[] = layerArrays(numbers, [dimension, width, width, width, 1]);
    for (const { kernel, bias, outputs } of layers) {
      put(kernel);
      if (outputs > 1) put(bias);
    }
  }
  return packed;
}
