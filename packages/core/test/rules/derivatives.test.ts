import { add, grad, mul, ones, onesLike, random, sin, sum, tensor, tree, valueAndGrad, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { fields, lift, LiftArgumentError, Module, tensorAt, type Variables } from '../../src/index.js';
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

  it('takes state that was made of what is differentiated', () => {
    class Mixed extends Module.define({}) {
      call(x: Tensor): Tensor {
        const memory = this.variable<Tensor>('state', 'memory', () => zeros([3]));
        memory.value = mul(x, 2);
        const run = lift.customVjp(
          (module: Mixed, z: Tensor) => mul(z, module.getVariable('state', 'memory') as Tensor),
          (module: Mixed, z: Tensor) => lift.vjp((inner: Mixed, one: Tensor) => mul(one, inner.getVariable('state', 'memory') as Tensor), module, [z]),
          (pullBack, cotangent) => pullBack(cotangent),
        );
        return sum(run(this, x));
      }
    }
    // Flax stops at a leaked tracer here. The state is held fixed, as variables are that `gradVariables` does not name: x * (2 x) gives 2 x.
    const byX = grad((x: Tensor) => new Mixed().apply({}, [x], { mutable: ['state'] })[0])(tensor([1, 2, 3], { dtype: 'float32' }));
    expect(byX.toArray()).toEqual([2, 4, 6]);
  });

  it('is of one module alone: what is passed to it has a gradient nobody gives', () => {
    class Holder extends Module.define({ inner: fields.module(Scale) }) {
      call(x: Tensor): Tensor {
        const run = lift.customVjp(
          (module: Holder, z: Tensor) => module.inner.call(z),
          (module: Holder, z: Tensor) => lift.vjp((inner: Holder, one: Tensor) => inner.inner.call(one), module, [z]),
          (pullBack, cotangent) => pullBack(cotangent),
        );
        return run(this, x);
      }
    }
    expect(() => new Holder({ inner: new Scale() }).init(random.key(0), [ones([2])])).toThrow(LiftArgumentError);
  });
});

describe('variables that a differentiated function may write', () => {
  it.each<[string, (module: Scale, x: Tensor) => Tensor]>([
    ['vjp', (module, x) => lift.vjp((inner: Scale, z: Tensor) => inner.call(z), module, [x])[0]],
    ['jvp', (module, x) => lift.jvp((inner: Scale, z: Tensor) => inner.call(z), module, [x], [x], {})[0]],
    ['valueAndGrad', (module, x) => lift.valueAndGrad((inner: Scale, z: Tensor) => sum(inner.call(z)), module, [x])[0]],
  ])('have the derivative of what is around %s', (_, inside) => {
    class Net extends Module.define({}) {
      call(x: Tensor): Tensor {
        const scale = new Scale({ size: 3 });
        inside(scale, x);
        // Handed back by the derivative as they were, since `params` is mutable.
        return sum(scale.call(x));
      }
    }
    const byParams = grad((params: Variables) => new Net().apply({ params: params['params']! }, [row], { mutable: ['params'] })[0])({ params: { Scale_0: { w: ones([3]) } } });
    expect(tree.map((leaf: Tensor) => leaf.toArray(), byParams)).toEqual({ params: { Scale_0: { w: [1, 1, 1] } } });
  });
});
