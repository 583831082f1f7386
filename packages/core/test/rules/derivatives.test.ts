import { add, grad, mul, ones, onesLike, random, sin, sum, tree, valueAndGrad, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { lift, Module, tensorAt, type Variables } from '../../src/index.js';
import { Dense, pathsOf, Scale } from '../layers.js';
import { row } from '../lift/models.js';

describe('vjp', () => {
  it('of a method that declares more variables has gradients of those that were there before', () => {
    class Net extends Module.define({}) {
      call(x: Tensor): [unknown, Tensor] {
        const y = new Scale({ size: 3 }).call(x);
        const [value, pullBack] = lift.vjp((_: Net, z: Tensor) => new Dense({ features: 2 }).call(z), this, [y]);
        return pullBack(onesLike(value)) as [unknown, Tensor];
      }
    }
    const [[byVariables, byX], variables] = new Net().initWithOutput(random.key(0), [row]);
    expect(pathsOf(variables)).toEqual(['params/Dense_0/bias', 'params/Dense_0/kernel', 'params/Scale_0/w']);
    // As Flax has it: while initializing, what the method itself makes has no gradient yet.
    expect(tree.map((leaf: Tensor) => leaf.toArray(), byVariables as Variables)).toEqual({ params: { Scale_0: { w: [0, 0, 0] } } });
    expect(byX.shape).toEqual([3]);
  });
});

describe('customVjp', () => {
  class Noisy extends Module.define({}) {
    call(x: Tensor): Tensor {
      return mul(new Dense({ features: 2 }).call(x), random.normal(this.makeRng('noise'), [2]));
    }
  }
  class Net extends Module.define({}) {
    call(x: Tensor): Tensor {
      const noisy = new Noisy();
      const run = lift.customVjp(
        (module: Noisy, z: Tensor) => module.call(z),
        (module: Noisy, z: Tensor) => lift.vjp((inner: Noisy, one: Tensor) => inner.call(one), module, [z]),
        (pullBack, cotangent) => pullBack(cotangent),
      );
      return add(run(noisy, x), random.normal(noisy.makeRng('noise'), [2]));
    }
  }
  const rngs = { params: random.key(0), noise: random.key(1) };
  const variables = new Net().init(rngs, [row]);

  it('draws the same keys in its forward pass, which runs where somebody differentiates, as without', () => {
    const loss = (x: Tensor): Tensor => sum(sin(new Net().apply(variables, [x], { rngs })));
    expect(valueAndGrad(loss)(row)[0].toArray()).toEqual(loss(row).toArray());
  });

  it('captures the intermediates of its forward pass', () => {
    const captured = (x: Tensor): [Tensor, Variables] => new Net().apply(variables, [x], { rngs, captureIntermediates: true });
    const byX = grad((x: Tensor) => sum(tensorAt(captured(x)[1], 'intermediates/__call__/0')))(row);
    expect(byX.toArray()).toEqual(grad((x: Tensor) => sum(captured(x)[0]))(row).toArray());
    expect(pathsOf(captured(ones([3]))[1])).toContain('intermediates/Noisy_0/Dense_0/__call__');
  });
});
