/** Models with fixed parameters: the rows of `src/exports` compiled, against JAX. */
import type { Variables } from '@flaxon/core';
import { MaskedConv1D, ott } from '@flaxon/layers';
import { random, tensor, tree, type Tensor, zeros } from '@flaxon/tensor';
import { perturbed } from '../exports/row.js';
import { ConvolutionalNetwork } from '../exports/rows/convolution.js';
import { TransformerBlock } from '../exports/rows/transformer.js';
import { flaxon } from '../peers/flaxon.js';
import type { JaxModel } from '../peers/jax.js';
import { Numbers } from './data.js';
import type { Work } from './work.js';

interface Model {
  readonly name: string;
  readonly kind: JaxModel;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'float64';
  readonly make: () => { readonly variables: Variables; readonly f: (x: Tensor) => Tensor };
}

/** How many numbers of the result are compared. */
const compared = 10;

const work = ({ name, kind, shape, dtype, make }: Model): Work => ({
  name,
  tolerance: dtype === 'float64' ? 1e-12 : 2e-5,
  async contestants({ threads, jax }) {
    const { variables, f } = make();
    const numbers = new Numbers(shape.length).uniform(shape.reduce((product, dim) => product * dim, 1), 1);
    const x = dtype === 'float64' ? Float64Array.from(numbers) : numbers;
    const contestants = flaxon({ f: (_: null, input: Tensor): [null, Tensor] => [null, f(input)], state: null, rest: [tensor(x, { shape })], compared }, { threads });
    if (jax !== undefined) {
      const leaves = tree.leaves<Tensor>(variables);
      const arrays = Object.fromEntries(leaves.map((leaf, i) => [`p${i}`, leaf.data() as Float32Array]));
      contestants.push(await jax.contestant({ kind, arrays: { ...arrays, x }, options: { shape, compared, bits: dtype === 'float64' ? 64 : 32, shapes: leaves.map((leaf) => leaf.staticShape()) } }));
    }
    return contestants;
  },
});

export const modelWorks: readonly Work[] = [
  work({
    name: 'PotentialMLP gradient map, 4 x 64, batch 512',
    kind: 'potentialGradient',
    shape: [512, 2],
    dtype: 'float32',
    make() {
      const model = new ott.PotentialMLP({ dimHidden: [64, 64, 64, 64] });
      const variables = perturbed(model.init(random.key(0), [zeros([1, 2])]));
      return { variables, f: (x) => model.apply(variables, [x], { method: 'potentialGradient' }) };
    },
  }),
  work({
    name: 'MaskedConv1D float64, 64 x 64 x 16',
    kind: 'maskedConvolution',
    shape: [64, 64, 16],
    dtype: 'float64',
    make() {
      const model = new MaskedConv1D({ features: 16, kernelSize: 3, kernelDilation: 1, exclusive: false, paramDtype: 'float64' });
      const variables = perturbed(model.init(random.key(0), [zeros([1, 64, 16], 'float64')]));
      return { variables, f: (x) => model.apply(variables, [x]) };
    },
  }),
  work({
    name: 'transformer block, 8 x 16 x 64',
    kind: 'transformer',
    shape: [8, 16, 64],
    dtype: 'float32',
    make() {
      const model = new TransformerBlock();
      const variables = perturbed(model.init(random.key(0), [zeros([1, 16, 64])]));
      return { variables, f: (x) => model.apply(variables, [x]) };
    },
  }),
  work({
    name: 'CNN, 8 x 28 x 28',
    kind: 'convolution',
    shape: [8, 28, 28, 1],
    dtype: 'float32',
    make() {
      const model = new ConvolutionalNetwork();
      const variables = perturbed(model.init(random.key(0), [zeros([1, 28, 28, 1])]));
      return { variables, f: (x) => model.apply(variables, [x]) };
    },
  }),
];
