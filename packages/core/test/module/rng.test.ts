import { initializers, ones, random, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { InvalidRngError, LazyRng, Module } from '../../src/index.js';
import { thrown } from '../errors.js';
import { Dense, valuesAt, wordsOf } from '../layers.js';

const key = random.key(0);
const x = ones([1, 2]);
const at = (...path: (string | number)[]): number[] => wordsOf(new LazyRng(key, path).materialize());

class Noise extends Module.define({}) {
  call(stream = 'noise'): Tensor {
    return this.makeRng(stream);
  }
}
class Two extends Module.define({}) {
  call(): Tensor[] {
    const first = new Noise();
    return [first.call(), new Noise().call(), first.call(), this.makeRng('noise')];
  }
}

describe('random keys of modules', () => {
  it('every module counts for itself, and goes on counting when it is called again', () => {
    const keys = new Two().apply({}, [], { rngs: { noise: key } }).map(wordsOf);
    expect(keys).toEqual([at('Noise_0', 1), at('Noise_1', 1), at('Noise_0', 2), at(1)]);
  });
  it('a missing stream takes the key and the count of `params`', () => {
    expect(new Two().apply({}, [], { rngs: key }).map(wordsOf)).toEqual(new Two().apply({}, [], { rngs: { noise: key } }).map(wordsOf));
    class Mixed extends Module.define({}) {
      call(): Tensor[] {
        this.param('w', initializers.normal(), [2]);
        return [this.makeRng('noise'), this.makeRng()];
      }
    }
    expect(new Mixed().initWithOutput(key, [])[0].map(wordsOf)).toEqual([at(2), at(3)]);
  });
  it('a missing stream without `params` names the module and the streams that there are', () => {
    const error = thrown(() => new Two().apply({}, [], { rngs: { dropout: key } }));
    expect(error).toMatchObject({ constructor: InvalidRngError, stream: 'noise', path: '/Noise_0', message: expect.stringContaining('"dropout"') as unknown });
    expect(() => new Two().apply({}, [])).toThrow(InvalidRngError);
  });
  it('`hasRng` knows streams that were given, not those that `params` stands in for', () => {
    class Asks extends Module.define({}) {
      call(): boolean[] {
        return [this.hasRng('noise'), this.hasRng('params')];
      }
    }
    expect(new Asks().apply({}, [], { rngs: key })).toEqual([false, true]);
    expect(new Asks().apply({}, [], { rngs: { noise: key } })).toEqual([true, false]);
  });
  it('`init` with a key is `init` with the key of `params`', () => {
    const dense = new Dense({ features: 3 });
    expect(valuesAt(dense.init(key, [x]), 'params/kernel')).toEqual(valuesAt(dense.init({ params: key }, [x]), 'params/kernel'));
  });
  it('what is no key is an error', () => {
    for (const wrong of [undefined, 3, x, { params: 3 }, random.split(key)]) expect(() => new Dense({ features: 3 }).init(wrong as never, [x])).toThrow(InvalidRngError);
    expect(() => new Two().apply({}, [], { rngs: 3 as never })).toThrow(InvalidRngError);
  });
  it('the first values of a layer are those of Flax, bit for bit', () => {
    const kernel = new Dense({ features: 3 }).init(key, [x])['params']!['kernel'] as Tensor;
    const bits = [...new Uint32Array((kernel.data() as Float32Array).buffer)].map((word) => word.toString(16));
    expect(bits).toEqual(['3d6f4881', 'bf954973', 'bf9a8617', '3f0ad7eb', '3f5c2bd6', '3f263b5b']);
  });
  it('`keyDerivation: "separated"` is handed down', () => {
    const [separated] = new Two().apply({}, [], { rngs: { noise: key }, keyDerivation: 'separated' });
    expect(wordsOf(separated!)).toEqual(wordsOf(new LazyRng(key, ['Noise_0', 1], 'separated').materialize()));
  });
});
