import { mlpForwardGraph } from '../handwritten/mlp.js';
import { float32, handwritten } from '../peers/handwritten.js';
import { layerArrays, Numbers } from './data.js';
import { jaxLayers, widths } from './mlp.js';
import type { Work } from './work.js';

/** The forward pass of the multilayer perceptron with fixed weights. */
export function mlpForward(batch: number): Work {
  return {
    name: `MLP forward, batch ${batch}`,
    tolerance: 1e-5,
    async contestants({ session, jax }) {
      const numbers = new Numbers(batch);
      const layers = layerArrays(numbers, widths);
      const x = numbers.uniform(batch * widths[0], 1);
      const contestants = [
        handwritten(
          { graph: () => mlpForwardGraph(layers), feeds: { x: float32(x, [batch, widths[0]]) }, carry: {}, results: ['y'], compared: widths.at(-1)! },
          session,
        ),
      ];
      if (jax !== undefined) {
        contestants.push(await jax.contestant({ kind: 'mlpForward', arrays: { ...jaxLayers(layers), x }, options: { widths, batch } }));
      }
      return contestants;
    },
  };
}
