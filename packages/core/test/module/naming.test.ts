import { add, initializers, ones, random, relu, type Tensor, zeros } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fields, Module, NameInUseError, Scope, tensorAt, bindScope, type Variables } from '../../src/index.js';
import { thrown } from '../errors.js';
import { Dense, pathsOf, Scale, shapeAt } from '../layers.js';

const key = random.key(0);
const x = ones([1, 2]);
/** The variables of a module whose compact `call` runs `body`. */
function variablesOf(body: (module: Module, input: Tensor) => unknown): Variables {
  class Net extends Module.define({}) {
    call(input: Tensor): Tensor {
      body(this, input);
      return input;
    }
  }
  return new Net().init(key, [x]);
}
const scopesOf = (variables: Variables): string[] => Object.keys(variables['params'] ?? {});

describe('automatic names', () => {
  it('are the class and a number for each class, in the order of construction', () => {
    const variables = variablesOf((_, input) => {
      new Scale().call(new Dense({ features: 2 }).call(input));
      new Dense({ features: 2 }).call(new Scale().call(input));
    });
    expect(scopesOf(variables).sort()).toEqual(['Dense_0', 'Dense_1', 'Scale_0', 'Scale_1']);
  });
  it('come from the order of construction, not of calls', () => {
    // The outer layer is constructed before the argument of its `call` is evaluated.
    const variables = variablesOf((_, input) => new Dense({ features: 2 }).call(relu(new Dense({ features: 4 }).call(input))));
    expect(shapeAt(variables, 'params/Dense_0/kernel')).toEqual([4, 2]);
    expect(shapeAt(variables, 'params/Dense_1/kernel')).toEqual([2, 4]);
  });
  it('a submodule that is never called has no variables, but its name', () => {
    const variables = variablesOf((_, input) => {
      void new Dense({ features: 7 });
      new Dense({ features: 3 }).call(input);
    });
    expect(pathsOf(variables)).toEqual(['params/Dense_1/bias', 'params/Dense_1/kernel']);
  });
  it('`static moduleName` stands in for the name of the class, and is not inherited', () => {
    class Renamed extends Scale {
      static moduleName = 'Gain';
    }
    class Heir extends Renamed {}
    expect(scopesOf(variablesOf((_, input) => new Heir().call(new Renamed().call(input)))).sort()).toEqual(['Gain_0', 'Heir_0']);
  });
  it('begin from the start in every run, so that a module called twice shares its parameters', () => {
    class Block extends Module.define({}) {
      call(input: Tensor): Tensor {
        return new Dense({ features: 2 }).call(input);
      }
    }
    const variables = variablesOf((_, input) => {
      const block = new Block();
      return block.call(block.call(input));
    });
    expect(pathsOf(variables)).toEqual(['params/Block_0/Dense_0/bias', 'params/Block_0/Dense_0/kernel']);
  });
  it('a helper of a compact method goes on with its numbers', () => {
    class Net extends Module.define({}) {
      call(input: Tensor): Tensor {
        return this.block(this.block(input));
      }
      block(input: Tensor): Tensor {
        return new Dense({ features: 2 }).call(input);
      }
    }
    expect(scopesOf(new Net().init(key, [x]))).toEqual(['Dense_0', 'Dense_1']);
  });
  it('a compact method called by a compact method goes on with its numbers', () => {
    class Net extends Module.define({}) {
      static compact = ['encode'];
      call(input: Tensor): Tensor {
        return new Dense({ features: 3 }).call(this.encode(new Dense({ features: 1 }).call(input)));
      }
      encode(input: Tensor): Tensor {
        return new Dense({ features: 2 }).call(input);
      }
    }
    const variables = new Net().init(key, [x]);
    expect([0, 1, 2].map((i) => shapeAt(variables, `params/Dense_${i}/kernel`).at(-1))).toEqual([3, 1, 2]);
  });
  it('`super.call` goes on with them', () => {
    class Base extends Module.define({}) {
      call(input: Tensor): Tensor {
        return new Dense({ features: 3 }).call(input);
      }
    }
    class Net extends Base {
      override call(input: Tensor): Tensor {
        return new Dense({ features: 4 }).call(super.call(input));
      }
    }
    const variables = new Net().init(key, [x]);
    expect([0, 1].map((i) => shapeAt(variables, `params/Dense_${i}/kernel`))).toEqual([[3, 4], [2, 3]]);
  });
  it('two compact methods called by a plain one number from the start each, as in Flax, and so share', () => {
    class Net extends Module.define({}) {
      static compact = ['a', 'b'];
      setup(): void {}
      call(input: Tensor): Tensor {
        return this.b(this.a(input));
      }
      a(input: Tensor): Tensor {
        return new Dense({ features: 2 }).call(input);
      }
      b(input: Tensor): Tensor {
        return new Dense({ features: 2 }).call(input);
      }
    }
    expect(scopesOf(new Net().init(key, [x]))).toEqual(['Dense_0']);
  });
});

describe('explicit names', () => {
  it('do not move the automatic counter', () => {
    const variables = variablesOf((_, input) => {
      new Dense({ features: 2 }).call(input);
      new Dense({ features: 3 }, { name: 'Dense_5' }).call(input);
      new Dense({ features: 4 }).call(input);
    });
    expect(scopesOf(variables)).toEqual(['Dense_0', 'Dense_5', 'Dense_1']);
  });
  it('that an automatic name comes to collide with are an error', () => {
    const error = thrown(() =>
      variablesOf(() => {
        void new Dense({ features: 2 }, { name: 'Dense_0' });
        void new Dense({ features: 3 });
      }),
    );
    expect(error).toBeInstanceOf(NameInUseError);
    expect(error).toMatchObject({ kind: 'submodule', takenName: 'Dense_0', owner: 'Net' });
  });
});

describe('collisions', () => {
  const submodule = (name: string): Dense => new Dense({ features: 2 }, { name });
  const param = (module: Module, name: string): Tensor => module.param(name, initializers.zeros, [2]);
  const variable = (module: Module, collection: string, name: string): unknown => module.variable(collection, name, () => zeros([2]));

  it.each<[string, string, (module: Module) => unknown]>([
    ['param', 'two parameters', (m) => [param(m, 'w'), param(m, 'w')]],
    ['variable', 'two variables of one collection', (m) => [variable(m, 'state', 'w'), variable(m, 'state', 'w')]],
    ['submodule', 'two submodules', () => [submodule('w'), submodule('w')]],
    ['submodule', 'a parameter, then a submodule', (m) => [param(m, 'w'), submodule('w')]],
    ['param', 'a submodule, then a parameter', (m) => [submodule('w'), param(m, 'w')]],
    ['submodule', 'a variable, then a submodule', (m) => [variable(m, 'state', 'w'), submodule('w')]],
    ['variable', 'a submodule, then a variable', (m) => [submodule('w'), variable(m, 'state', 'w')]],
    ['variable', 'a submodule, then what is sown', (m) => [submodule('w'), m.sow('state', 'w', x)]],
    ['submodule', 'an automatic name that a parameter has', (m) => [param(m, 'Dense_0'), new Dense({ features: 2 })]],
  ])('%s: %s', (kind, _, body) => {
    expect(thrown(() => variablesOf(body))).toMatchObject({ constructor: NameInUseError, kind, owner: 'Net' });
  });
  it('variables of different collections may share a name', () => {
    expect(pathsOf(variablesOf((m) => [param(m, 'w'), variable(m, 'state', 'w'), variable(m, 'cache', 'w')]))).toEqual(['cache/w', 'params/w', 'state/w']);
  });
  it('a parameter of `setup` and one of `call`', () => {
    class Net extends Module.define({}) {
      static compact = ['call'];
      bias!: Tensor;
      setup(): void {
        this.bias = this.param('bias', initializers.ones, [2]);
      }
      call(input: Tensor): Tensor {
        return add(input, this.param('bias', initializers.ones, [2]));
      }
    }
    expect(thrown(() => new Net().init(key, [x]))).toMatchObject({ kind: 'param', takenName: 'bias' });
  });
  it('an attribute of `setup` and a parameter of that name', () => {
    class Net extends Module.define({}) {
      w!: Dense;
      v!: Tensor;
      setup(): void {
        this.v = this.param('w', initializers.ones, [2]);
        this.w = new Dense({ features: 2 });
      }
      call(input: Tensor): Tensor {
        return this.w.call(input);
      }
    }
    expect(thrown(() => new Net().init(key, [x]))).toMatchObject({ kind: 'submodule', takenName: 'w' });
  });
  it('an attribute may be named otherwise than the parameter that it holds', () => {
    class Net extends Module.define({}) {
      biases!: Tensor[];
      setup(): void {
        this.biases = [0, 1].map((i) => this.param(`bias_${i}`, initializers.ones, [2]));
      }
      call(input: Tensor): Tensor {
        return this.biases.reduce(add, input);
      }
    }
    expect(pathsOf(new Net().init(key, [x]))).toEqual(['params/bias_0', 'params/bias_1']);
  });
});

describe('a scope as parent', () => {
  it('binds a module there, and one rewound lets it run again', () => {
    const scope = bindScope({}, { rngs: key, mutable: ['params'] });
    const y = new Dense({ features: 3 }, { parent: scope }).call(x);
    const again = new Dense({ features: 3 }, { parent: scope.rewound() }).call(x);
    expect(pathsOf(scope.variables())).toEqual(['params/bias', 'params/kernel']);
    expect(again.toArray()).toEqual(y.toArray());
    expect(scope).toBeInstanceOf(Scope);
  });
});

describe('paths', () => {
  it('are the names from the outermost module', () => {
    const paths: string[] = [];
    class Leaf extends Module.define({}) {
      call(input: Tensor): Tensor {
        paths.push(this.path.join('/'));
        return input;
      }
    }
    class Block extends Module.define({ inner: fields.module(Leaf) }) {
      call(input: Tensor): Tensor {
        return new Leaf({}, { name: 'named' }).call(new Leaf().call(this.inner.call(input)));
      }
    }
    class Net extends Module.define({ size: z.int() }) {
      call(input: Tensor): Tensor {
        paths.push(this.path.join('/'));
        return new Block({ inner: new Leaf({}, { parent: null }) }).call(input);
      }
    }
    new Net({ size: 2 }).apply({}, [x]);
    expect(paths).toEqual(['', 'Block_0/inner', 'Block_0/Leaf_0', 'Block_0/named']);
  });
  it('the first parameters of equal layers differ by their path only', () => {
    const variables = variablesOf((_, input) => new Dense({ features: 2 }).call(new Dense({ features: 2 }).call(input)));
    const alone = new Dense({ features: 2 }).init(key, [x]);
    const kernels = ['params/Dense_0/kernel', 'params/Dense_1/kernel'].map((path) => tensorAt(variables, path).toArray());
    expect(kernels[0]).not.toEqual(kernels[1]);
    expect(kernels[0]).not.toEqual(tensorAt(alone, 'params/kernel').toArray());
  });
});
