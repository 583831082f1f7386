import { add, ones, random, tree, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { CallCompactUnboundModuleError, InvalidModuleClassError, Module, NameInUseError } from '../../src/index.js';
import { Dense, pathsOf, shapeAt } from '../layers.js';

const x = ones([1, 2]);
const key = random.key(0);

class Foo extends Module.define({}) {
  static readonly compactNameScope: readonly string[] = ['up', 'down'];
  setup(): void {}
  up(input: Tensor): Tensor {
    return new Dense({ features: 3 }).call(input);
  }
  down(input: Tensor): Tensor {
    return new Dense({ features: 3 }).call(input);
  }
  call(input: Tensor): Tensor {
    return add(add(this.up(input), this.down(input)), this.up(input));
  }
}

describe('static compactNameScope', () => {
  const variables = new Foo().init(key, [x]);

  it('puts what a method declares under the name of the method, once for all its calls', () => {
    expect(pathsOf(variables)).toEqual(['down', 'up'].flatMap((name) => [`params/${name}/Dense_0/bias`, `params/${name}/Dense_0/kernel`]));
  });

  it('draws the keys of that path', () => {
    // Flax makes a module of the method's name, so its keys are those of any module named so.
    class Named extends Module.define({}) {
      call(input: Tensor): Tensor {
        return new Up({}, { name: 'up' }).call(input);
      }
    }
    class Up extends Module.define({}) {
      call(input: Tensor): Tensor {
        return new Dense({ features: 3 }).call(input);
      }
    }
    const plain = new Named().init(key, [x]);
    expect(tree.map((leaf: Tensor) => leaf.toArray(), variables['params']!['up']!)).toEqual(tree.map((leaf: Tensor) => leaf.toArray(), plain['params']!['up']!));
  });

  it('such a method may be applied by name, and work on a bound module', () => {
    const direct = new Foo().apply(variables, [x], { method: 'down' });
    expect(direct.shape).toEqual([1, 3]);
    expect(new Foo().bind(variables).down(x).toArray()).toEqual(direct.toArray());
  });

  it('may be called by compact methods and by each other, each under its own name', () => {
    class Nested extends Foo {
      static override readonly compactNameScope = ['up', 'down', 'both'];
      both(input: Tensor): Tensor {
        return this.up(new Dense({ features: 5 }).call(input));
      }
      override call(input: Tensor): Tensor {
        return this.both(input);
      }
    }
    const made = new Nested().init(key, [x]);
    expect(Object.keys(made['params']!).sort()).toEqual(['both', 'up']);
    expect(shapeAt(made, 'params/up/Dense_0/kernel')).toEqual([5, 3]);
  });

  it('takes the names of its methods', () => {
    class Taken extends Foo {
      static readonly compact = ['call'];
      override call(input: Tensor): Tensor {
        return new Dense({ features: 2 }, { name: 'up' }).call(input);
      }
    }
    expect(() => new Taken().init(key, [x])).toThrow(NameInUseError);
  });

  it('needs a bound module, and methods of the class', () => {
    expect(() => new Foo().up(x)).toThrow(CallCompactUnboundModuleError);
    class Wrong extends Foo {
      static override readonly compactNameScope = ['sideways'];
    }
    expect(() => new Wrong()).toThrow(InvalidModuleClassError);
  });
});
