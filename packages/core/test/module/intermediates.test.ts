import { add, grad, mul, ones, random, square, sum, tanh, type Tensor, type Tree } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { DenyList, MissingPerturbationError, Module, NameInUseError, tensorAt, type Collection, type Variables } from '../../src/index.js';
import { Dense, pathsOf, Scale, valuesAt } from '../layers.js';

const key = random.key(0);
const x = ones([1, 2]);

class Sows extends Module.define({}) {
  call(input: Tensor): Tensor {
    this.sow('intermediates', 'h', input);
    const kept = this.sow('intermediates', 'h', mul(input, 2));
    return add(input, kept ? 1 : 0);
  }
}

describe('sow', () => {
  it('keeps nothing by default, neither in `init` nor in `apply`, and says so', () => {
    expect(new Sows().init(key, [x])).toEqual({});
    expect(new Sows().apply({}, [x]).toArray()).toEqual([[1, 1]]);
  });
  it('appends to an array where the collection is mutable', () => {
    const [y, updates] = new Sows().apply({}, [x], { mutable: ['intermediates'] });
    const kept = updates['intermediates']!['h'] as readonly Tensor[];
    expect(kept.map((value) => value.toArray())).toEqual([[[1, 1]], [[2, 2]]]);
    expect(y.toArray()).toEqual([[2, 2]]);
  });
  it('appends to what was passed in', () => {
    const [, once] = new Sows().apply({}, [x], { mutable: ['intermediates'] });
    const [, twice] = new Sows().apply(once, [x], { mutable: ['intermediates'] });
    expect(twice['intermediates']!['h']).toHaveLength(4);
    expect(once['intermediates']!['h']).toHaveLength(2);
  });
  it('combines by `init` and `reduce` where they are given', () => {
    class Sums extends Module.define({}) {
      call(input: Tensor): Tensor {
        for (const factor of [1, 2]) {
          this.sow('metrics', 'total', mul(input, factor), { init: () => ones([1, 2]), reduce: (total: Tensor, value: Tensor) => add(total, value) });
        }
        return input;
      }
    }
    const [, updates] = new Sums().apply({}, [x], { mutable: 'metrics' });
    expect(valuesAt(updates, 'metrics/total')).toEqual([[4, 4]]);
  });
  it('cannot take the name of a submodule', () => {
    class Taken extends Module.define({}) {
      call(input: Tensor): Tensor {
        const y = new Scale({}, { name: 'h' }).call(input);
        this.sow('intermediates', 'h', y);
        return y;
      }
    }
    const run = (): unknown => new Taken().apply({ params: { h: { w: ones([2]) } } }, [ones([2])], { mutable: ['intermediates'] });
    expect(run).toThrow(NameInUseError);
    expect(run).toThrow('"h" in Taken');
  });
  it('counts as made by `init` where that may make it', () => {
    expect(pathsOf(new Sows().init(key, [x], { mutable: true }))).toEqual(['intermediates/h']);
  });
});

class Net extends Module.define({}) {
  call(input: Tensor): Tensor {
    return this.second(new Scale({}, { name: 'first' }).call(input));
  }
  second(input: Tensor): Tensor {
    return new Scale().call(input);
  }
}

describe('captureIntermediates', () => {
  const variables = new Net().init(key, [x]);

  it('keeps the output of every `call`, under the name that Flax gives it', () => {
    const [, updates] = new Net().apply(variables, [x], { captureIntermediates: true });
    expect(pathsOf(updates)).toEqual(['intermediates/Scale_0/__call__', 'intermediates/__call__', 'intermediates/first/__call__']);
  });
  it('keeps what a function chooses, other methods by their names', () => {
    const [, updates] = new Net().apply(variables, [x], { captureIntermediates: (module, method) => module instanceof Net && method === 'second' });
    expect(pathsOf(updates)).toEqual(['intermediates/second']);
  });
  it('adds to `mutable`', () => {
    const [, updates] = new Net().apply(variables, [x], { captureIntermediates: true, mutable: ['params'] });
    expect(Object.keys(updates).sort()).toEqual(['intermediates', 'params']);
    const [, denied] = new Net().apply(variables, [x], { captureIntermediates: true, mutable: new DenyList('intermediates') });
    expect(Object.keys(denied).sort()).toEqual(['intermediates', 'params']);
  });
  it('keeps one output for each call of a module', () => {
    class Twice extends Module.define({}) {
      call(input: Tensor): Tensor {
        const scale = new Scale();
        return scale.call(scale.call(input));
      }
    }
    const [, updates] = new Twice().apply(new Twice().init(key, [x]), [x], { captureIntermediates: true });
    expect((updates['intermediates']!['Scale_0'] as Collection)['__call__']).toHaveLength(2);
  });
  it('does not reach into an `apply` inside', () => {
    class Outer extends Module.define({}) {
      call(input: Tensor): Tensor {
        return new Net({}, { parent: null }).apply(variables, [input]);
      }
    }
    expect(pathsOf(new Outer().apply({}, [x], { captureIntermediates: true })[1])).toEqual(['intermediates/__call__']);
  });
});

class Perturbed extends Module.define({}) {
  call(input: Tensor): Tensor {
    const h = this.perturb('h', new Dense({ features: 2 }).call(input));
    return sum(square(tanh(h)));
  }
}

describe('perturb', () => {
  const model = new Perturbed();
  const variables = model.init(key, [x]);

  it('makes zeros in `init`, which change nothing', () => {
    expect(pathsOf(variables)).toEqual(['params/Dense_0/bias', 'params/Dense_0/kernel', 'perturbations/h']);
    expect(valuesAt(variables, 'perturbations/h')).toEqual([[0, 0]]);
    expect(model.apply({ params: variables['params']! }, [x]).item()).toBe(model.apply(variables, [x]).item());
  });
  it('adds what is passed', () => {
    const shifted = model.apply({ ...variables, perturbations: { h: ones([1, 2]) } }, [x]);
    expect(shifted.item()).not.toBe(model.apply(variables, [x]).item());
  });
  it('has the gradient of the intermediate value', () => {
    const loss = (perturbations: Tree<Tensor>): Tensor => model.apply({ params: variables['params']!, perturbations: perturbations as Collection }, [x]);
    const gradient = grad(loss)(variables['perturbations']!) as Collection;
    const h = new Dense({ features: 2 }).apply({ params: variables['params']!['Dense_0'] as Collection }, [x]).data();
    const expected = [...(h as Float32Array)].map((value) => 2 * Math.tanh(value) * (1 - Math.tanh(value) ** 2));
    [...(tensorAt(gradient, 'h').data() as Float32Array)].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });
  it('a collection that lacks the value is an error', () => {
    const wrong: Variables = { params: variables['params']!, perturbations: { other: x } };
    expect(() => model.apply(wrong, [x])).toThrow(MissingPerturbationError);
  });
});
