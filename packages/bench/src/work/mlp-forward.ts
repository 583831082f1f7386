import { tensor } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { perceptron } from '../flaxon/mlp.js';
import { mlpForwardGraph } from '../handwritten/mlp.js';
import { flaxon } from '../peers/flaxon.js';
import { float32, handwritten } from '../peers/handwritten.js';
import { layerArrays, Numbers } from './data.js';
import { jaxLayers, widths } from './mlp.js';
import type { Work } from './work.js';

/** The forward pass of the multilayer perceptron with fixed weights. */
export function mlpForward(batch: number): Work {
  return {
    name: `MLP forward, batch ${batch}`,
    tolerance: 1e-5,
    async contestants({ threads, jax }) {
      const numbers = new Numbers(batch);
      const layers = layerArrays(numbers, widths);
      const x = numbers.uniform(batch * widths[0], 1);
      const { forward, params } = perceptron(layers, 0);
      const contestants = [
        ...flaxon({ f: (_: null, input: Tensor) => [null, forward(params, input)], state: null, rest: [tensor(x, { shape: [batch, widths[0]] })], compared: widths.at(-1)! }, { threads }),
        handwritten(
          { graph: () => mlpForwardGraph(layers), feeds: { x: float32(x, [batch, widths[0]]) }, carry: {}, results: ['y'], compared: widths.at(-1)! },
          { threads },
        ),
      ];
      if (jax !== undefined) {
        contestants.push(await jax.contestant({ kind: 'mlpForward', arrays: { ...jaxLayers(layers), x }, options: { widths, batch } }));
      }
      return contestants;
    },
  };
}
