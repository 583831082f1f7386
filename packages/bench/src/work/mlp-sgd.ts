import { tensor } from '@flaxon/tensor';
import { Tensor } from 'onnxruntime-node';
import { perceptron } from '../flaxon/mlp.js';
import { mlpSgdGraph, mlpSgdScanGraph } from '../handwritten/mlp.js';
import { flaxon } from '../peers/flaxon.js';
import { float32, handwritten } from '../peers/handwritten.js';
import { layerArrays, Numbers } from './data.js';
import { jaxLayers, widths } from './mlp.js';
import type { Work } from './work.js';

const learningRate = 0.01;

/** Steps of gradient descent on the mean cross-entropy: one a call, or a scan of `steps` a call, each on its own batch. */
export function mlpSgd({ batch, steps }: { readonly batch: number; readonly steps: number }): Work {
  return {
    name: steps === 1 ? `MLP SGD step, batch ${batch}` : `MLP SGD, scan of ${steps}, batch ${batch}`,
    tolerance: 1e-4,
    async contestants({ threads, jax }) {
      const numbers = new Numbers(batch + steps);
      const layers = layerArrays(numbers, widths);
      const x = numbers.uniform(steps * batch * widths[0], 1);
      const labels = numbers.below(steps * batch, widths.at(-1)!);
      const lead = steps === 1 ? [batch] : [steps, batch];
      const options = { widths, batch, learningRate };
      const { params, step, steps: scanned } = perceptron(layers, learningRate);
      const contestants = [
        ...flaxon({ f: steps === 1 ? step : scanned, state: params, rest: [tensor(x, { shape: [...lead, widths[0]] }), tensor(labels, { shape: lead })], compared: steps, trains: true }, { threads }),
        handwritten(
          {
            graph: () => (steps === 1 ? mlpSgdGraph(options) : mlpSgdScanGraph(options, steps)),
            feeds: {
              ...Object.fromEntries(
                layers.flatMap(({ kernel, bias, inputs, outputs }, index) => [
                  [`kernel_${index}`, float32(kernel, [inputs, outputs])],
                  [`bias_${index}`, float32(bias, [1, outputs])],
                ]),
              ),
              x: float32(x, [...lead, widths[0]]),
              labels: new Tensor('int64', BigInt64Array.from(labels, BigInt), lead),
            },
            carry: Object.fromEntries(layers.flatMap((_, index) => [[`next_kernel_${index}`, `kernel_${index}`], [`next_bias_${index}`, `bias_${index}`]])),
            results: [steps === 1 ? 'loss' : 'losses'],
            compared: steps,
          },
          { threads },
        ),
      ];
      if (jax !== undefined) {
        contestants.push(await jax.contestant({ kind: 'mlpSgd', arrays: { ...jaxLayers(layers), x, labels }, options: { widths, batch, steps, learningRate } }));
      }
      return contestants;
    },
  };
}
