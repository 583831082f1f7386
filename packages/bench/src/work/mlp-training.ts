import { tensor, tree } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { perceptron } from '../flaxon/mlp.js';
import { flaxon } from '../peers/flaxon.js';
import { layerArrays, Numbers } from './data.js';
import { jaxLayers, widths } from './mlp.js';
import type { Work } from './work.js';

function data(batch: number) {
  const numbers = new Numbers(batch);
  const layers = layerArrays(numbers, widths);
  const x = numbers.uniform(batch * widths[0], 1);
  const labels = numbers.below(batch, widths.at(-1)!);
  return { layers, arrays: { ...jaxLayers(layers), x, labels }, tensors: [tensor(x, { shape: [batch, widths[0]] }), tensor(labels)] as [Tensor, Tensor] };
}

/** The loss of the perceptron and its gradient by all parameters. */
export const mlpGradient = (batch: number): Work => ({
  name: `MLP gradient, batch ${batch}`,
  tolerance: 1e-5,
  async contestants({ threads, jax }) {
    const { layers, arrays, tensors } = data(batch);
    const { params, gradient } = perceptron(layers, 0);
    const f = (state: typeof params, x: Tensor, labels: Tensor): [typeof params, Tensor, ...Tensor[]] => {
      const [value, slopes] = gradient(state, x, labels);
      return [state, value, ...tree.leaves<Tensor>(slopes)];
    };
    const contestants = flaxon({ f, state: params, rest: tensors, compared: 1, results: 1 }, { threads });
    if (jax !== undefined) contestants.push(await jax.contestant({ kind: 'mlpGradient', arrays, options: { widths, batch } }));
    return contestants;
  },
});

/** A step of Adam on the same loss. */
export const mlpAdam = (batch: number): Work => ({
  name: `MLP Adam step, batch ${batch}`,
  tolerance: 1e-4,
  async contestants({ threads, jax }) {
    const { layers, arrays, tensors } = data(batch);
    const { adam } = perceptron(layers, 0);
    const contestants = flaxon({ f: adam.step, state: adam.init(), rest: tensors, compared: 1, trains: true }, { threads });
    if (jax !== undefined) contestants.push(await jax.contestant({ kind: 'mlpAdam', arrays, options: { widths, batch } }));
    return contestants;
  },
});
