import { ones, random, relu, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { fields, Module, SubmodulePathError } from '../../src/index.js';
import { Counter, Dense, pathsOf } from '../layers.js';

const key = random.key(0);
const x = ones([2, 3]);

class Block extends Module.define({ last: fields.module(Dense) }) {
  call(input: Tensor): Tensor {
    return this.last.call(relu(new Dense({ features: 4 }).call(new Counter().call(input))));
  }
}
class Model extends Module.define({}) {
  call(input: Tensor): Tensor {
    return new Block({ last: new Dense({ features: 2 }, { parent: null }) }).call(input);
  }
}
const model = new Model();
const variables = model.init(key, [x]);

describe('extract', () => {
  it('gives a submodule that a compact method declares, with its part of the variables', () => {
    const [block, parts] = model.extract('Block_0', variables, [x]);
    expect(pathsOf(parts)).toEqual(['params/Dense_0/bias', 'params/Dense_0/kernel', 'params/last/bias', 'params/last/kernel', 'state/Counter_0/count']);
    expect(block.scope).toBeUndefined();
    const mutable = ['state'];
    expect((block.apply(parts, [x], { mutable }) as [Tensor, unknown])[0].toArray()).toEqual(model.apply(variables, [x], { mutable })[0].toArray());
  });

  it('reaches further in, and leaves out collections that have nothing there', () => {
    const [dense, parts] = model.extract('Block_0/last', variables, [x]);
    expect(dense).toBeInstanceOf(Dense);
    expect(Object.keys(parts)).toEqual(['params']);
    expect((dense.apply(parts, [ones([1, 4])]) as Tensor).shape).toEqual([1, 2]);
  });

  it('names what runs where the path leads nowhere', () => {
    const run = (): unknown => model.extract('Block_0/lst', variables, [x]);
    expect(run).toThrow(SubmodulePathError);
    expect(run).toThrow('Did you mean "Block_0/last"?');
  });
});

describe('modulePaths', () => {
  it('gives modules whose own attributes are unbound too', () => {
    const block = model.modulePaths(key, [x])['Block_0']!;
    expect(block.init(key, [x])['params']).toHaveProperty('last');
  });
});
