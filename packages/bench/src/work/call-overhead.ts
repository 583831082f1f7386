import { add, mul, sum, tensor, type Tensor } from '@flaxon/tensor';
import { flaxon } from '../peers/flaxon.js';
import { Numbers } from './data.js';
import type { Work } from './work.js';

const size = 8;

/** A call that does next to nothing with `count` small parameters, which come in and go out: what passing them costs. */
export const callOverhead = (count: number): Work => ({
  name: `call with ${count} parameters of ${size}`,
  tolerance: 1e-5,
  async contestants({ threads, jax }) {
    const numbers = new Numbers(count);
    const arrays = Array.from({ length: count }, () => numbers.uniform(size, 1));
    const x = numbers.uniform(size, 1);
    const f = (parameters: readonly Tensor[], given: Tensor): [readonly Tensor[], Tensor] => {
      const next = parameters.map((parameter) => add(mul(parameter, 0.5), given));
      return [next, add(sum(next[0]!), sum(next[1]!))];
    };
    const contestants = flaxon({ f, state: arrays.map((array) => tensor(array)) as readonly Tensor[], rest: [tensor(x)], compared: 1 }, { threads });
    if (jax !== undefined) {
      const named = Object.fromEntries(arrays.map((array, i) => [`p${i}`, array]));
      contestants.push(await jax.contestant({ kind: 'manyParameters', arrays: { ...named, x }, options: { shape: [size], shapes: arrays.map(() => [size]) } }));
    }
    return contestants;
  },
});
