import { add, astype, cos, grad, greater, mul, neg, ones, onesLike, random, sign, sin, square, sum, tensor, tree, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { fields, lift, LiftArgumentError, Module, type Variables } from '../../src/index.js';
import { Dense, Scale, valuesAt } from '../layers.js';
import { Calls, counting, row } from './models.js';

/** x times the parameter `test`, with a counter beside. */
class Product extends Module.define({}) {
  call(x: Tensor): Tensor {
    const weight = this.param('test', () => zeros([]));
    this.variable('state', 'counter', () => tensor(0));
    return mul(weight, x);
  }
}

describe('vjp', () => {
  class Net extends Module.define({}) {
    call(x: Tensor): [unknown, Tensor] {
      const [y, pullBack] = lift.vjp((self: Product, z: Tensor) => self.call(z), new Product(), [x]);
      return pullBack(onesLike(y)) as [unknown, Tensor];
    }
  }

  it('gives the gradients of the parameters and of the arguments', () => {
    const variables = new Net().init(random.key(0), [row]);
    const [byVariables, byX] = new Net().apply(variables, [row]);
    expect(tree.map((leaf: Tensor) => leaf.toArray(), byVariables as Variables)).toEqual({ params: { test: 3 } });
    expect(byX.toArray()).toEqual([0, 0, 0]);
  });

  it('has no gradient of parameters that do not exist yet', () => {
    const [[byVariables]] = new Net().initWithOutput(random.key(0), [row]);
    expect(byVariables).toEqual({});
  });

  it('differentiates the collections that `vjpVariables` names', () => {
    class Shifted extends Module.define({}) {
      call(x: Tensor): Tensor {
        const [, pullBack] = lift.vjp((self: Scale, y: Tensor) => sum(add(self.call(y), self.getVariable('shift', 's') as Tensor)), new Scale({}, { name: 'scale' }), [x], { vjpVariables: 'shift' });
        return (pullBack(ones([]))[0] as { shift: { s: Tensor } }).shift.s;
      }
    }
    const variables = { params: { scale: { w: ones([2]) } }, shift: { scale: { s: zeros([2]) } } };
    expect(new Shifted().apply(variables, [ones([2])]).toArray()).toEqual([1, 1]);
  });

  it('hands on what the function returns besides, and keeps what it writes', () => {
    class Net2 extends Module.define({}) {
      call(x: Tensor): [Tensor, Tensor, Tensor] {
        const [y, pullBack, aux] = lift.vjp((self: Calls, z: Tensor) => [sum(square(self.call(z))), { z }] as const, new Calls(), [x], { hasAux: true });
        const [, byX] = pullBack(onesLike(y));
        return [y, byX, (aux as { z: Tensor }).z];
      }
    }
    const [[y, byX, z], variables] = new Net2().initWithOutput(random.key(0), [row]);
    expect([y.item(), byX.toArray(), z.toArray()]).toEqual([3, [2, 2, 2], [1, 1, 1]]);
    expect(valuesAt(variables, 'counter/Calls_0/n')).toBe(1);
  });

  it('refuses a cotangent that is not like the value', () => {
    class Bad extends Module.define({}) {
      call(x: Tensor): unknown {
        return lift.vjp((_: Bad, y: Tensor) => y, this, [x])[1](ones([2]));
      }
    }
    expect(() => new Bad().apply({}, [row])).toThrow(LiftArgumentError);
  });

  it('differentiates one module, unless it is told that several are involved', () => {
    class Holder extends Module.define({ inner: fields.module() }) {
      call(x: Tensor): Tensor {
        return sum((this.inner as Scale).call(x));
      }
    }
    class Two extends Module.define({}) {
      call(x: Tensor, multiScope: boolean): Tensor {
        const holder = new Holder({ inner: new Scale() });
        const [y, pullBack] = lift.vjp((self: Holder, z: Tensor) => self.call(z), holder, [x], { multiScope });
        return pullBack(onesLike(y))[1];
      }
    }
    const variables = { params: { Scale_0: { w: tensor([2, 3]) } } };
    expect(() => new Two().apply(variables, [ones([2]), false])).toThrow(LiftArgumentError);
    expect(new Two().apply(variables, [ones([2]), true]).toArray()).toEqual([2, 3]);
  });
});

describe('jvp', () => {
  class Net extends Module.define({}) {
    call(x: Tensor): Tensor {
      const product = new Product();
      const moved = tree.map((leaf: Tensor) => onesLike(leaf), product.variables['params'] ?? {}) as { [name: string]: Tensor };
      return lift.jvp((self: Product, y: Tensor) => self.call(y), product, [x], [zeros([3])], { params: moved })[1];
    }
  }

  it('pushes tangents of the parameters forward', () => {
    const variables = new Net().init(random.key(0), [row]);
    expect(new Net().apply(variables, [row]).toArray()).toEqual([1, 1, 1]);
  });

  it('holds collections without a tangent fixed', () => {
    class Fixed extends Module.define({}) {
      call(x: Tensor): Tensor {
        return lift.jvp((self: Scale, y: Tensor) => self.call(y), new Scale(), [x], [ones([2])], {})[1];
      }
    }
    expect(new Fixed().apply({ params: { Scale_0: { w: tensor([2, 3]) } } }, [ones([2])]).toArray()).toEqual([2, 3]);
  });

  it('refuses tangents that are not like the arguments', () => {
    class Bad extends Module.define({}) {
      call(x: Tensor): unknown {
        return lift.jvp((_: Bad, y: Tensor) => y, this, [x], [ones([2])], {});
      }
    }
    expect(() => new Bad().apply({}, [row])).toThrow(LiftArgumentError);
  });
});

describe('grad and valueAndGrad', () => {
  /** sum(sin(x) y), by a submodule that is called inside. */
  class Loss extends Module.define({}) {
    call(x: Tensor, y: Tensor): Tensor {
      return sum(mul(new Scale({ size: 3 }).call(sin(x)), y));
    }
    static readonly compact = ['call', 'gradients', 'both', 'withAux'];
    gradients(x: Tensor, y: Tensor): [Tensor, Tensor] {
      return lift.grad((self: Loss, a: Tensor, b: Tensor) => self.call(a, b), this, [x, y] as const);
    }
    both(x: Tensor, y: Tensor): [Tensor, readonly [Tensor, Tensor]] {
      return lift.valueAndGrad((self: Loss, a: Tensor, b: Tensor) => self.call(a, b), this, [x, y] as const);
    }
    withAux(x: Tensor, withValue: boolean): unknown {
      const f = (self: Loss, a: Tensor): [Tensor, Tensor] => [self.call(a, a), mul(a, 2)];
      return withValue ? lift.valueAndGrad(f, this, [x], { hasAux: true }) : lift.grad(f, this, [x], { hasAux: true });
    }
  }
  const variables = { params: { Scale_0: { w: ones([3]) } } };
  const [x, y] = [tensor([0.1, 0.2, 0.3]), tensor([1.5, 2.5, 3.5])];

  it('differentiate by the arguments alone', () => {
    const [byX, byY] = new Loss().apply(variables, [x, y], { method: 'gradients' });
    expect(byX.toArray()).toEqual(mul(cos(x), y).toArray());
    expect(byY.toArray()).toEqual(sin(x).toArray());
  });

  it('give the value too', () => {
    const [value, [byX]] = new Loss().apply(variables, [x, y], { method: 'both' });
    expect(value.item()).toBeCloseTo(sum(mul(sin(x), y)).item() as number, 6);
    expect(byX.toArray()).toEqual(mul(cos(x), y).toArray());
  });

  it('make the parameters while initializing', () => {
    expect(Object.keys(new Loss().init(random.key(0), [x, y], { method: 'gradients' })['params']!)).toEqual(['Scale_0']);
  });

  it('hand on what the function returns besides', () => {
    const [gradients, aux] = new Loss().apply(variables, [x, false], { method: 'withAux' }) as [Tensor[], Tensor];
    const [[value, sameAux], sameGradients] = new Loss().apply(variables, [x, true], { method: 'withAux' }) as [[Tensor, Tensor], Tensor[]];
    expect(aux.toArray()).toEqual(mul(x, 2).toArray());
    expect(sameAux.toArray()).toEqual(aux.toArray());
    expect(gradients[0]!.toArray()).toEqual(sameGradients[0]!.toArray());
    expect(value.rank).toBe(0);
  });

  it('refuse a value that is no scalar', () => {
    class Bad extends Module.define({}) {
      call(z: Tensor): unknown {
        return lift.grad((_: Bad, a: Tensor) => a, this, [z]);
      }
    }
    expect(() => new Bad().apply({}, [x])).toThrow(LiftArgumentError);
  });

  it('are differentiated in turn', () => {
    class Slope extends Module.define({}) {
      call(z: Tensor): Tensor {
        return lift.grad((_: Slope, a: Tensor) => mul(a, square(a)), this, [z] as const)[0];
      }
    }
    expect(grad((z: Tensor) => new Slope().apply({}, [z]))(tensor(0.5)).item()).toBe(3);
  });

  it('type the gradients as the arguments', () => {
    class Typed extends Module.define({}) {
      call(z: Tensor): Tensor {
        const gradients = lift.grad((_: Typed, a: { x: Tensor }, b: Tensor) => sum(mul(a.x, b)), this, [{ x: z }, z] as const);
        expectTypeOf(gradients).toEqualTypeOf<[{ x: Tensor }, Tensor]>();
        return gradients[0].x;
      }
    }
    expect(new Typed().apply({}, [x]).toArray()).toEqual(x.toArray());
  });
});

describe('customVjp', () => {
  /** A layer whose gradients by the parameters are their signs. */
  class Signs extends Module.define({}) {
    call(x: Tensor): Tensor {
      const signed = lift.customVjp(
        (self: Dense, z: Tensor) => self.call(z),
        (self: Dense, z: Tensor) => lift.vjp((inner: Dense, w: Tensor) => inner.call(w), self, [z] as const),
        (pullBack, cotangent) => {
          const [byVariables, byX] = pullBack(cotangent);
          return [tree.map((leaf: Tensor) => sign(leaf), byVariables as Variables), byX];
        },
      );
      return sum(signed(new Dense({ features: 2 }), x));
    }
  }

  it('takes the backward pass from the author', () => {
    const x = mul(counting(1, 2), tensor([1, -1]));
    const variables = new Signs().init(random.key(0), [x]);
    const byVariables = grad((given: Variables) => new Signs().apply(given, [x]))(variables);
    expect(valuesAt(byVariables, 'params/Dense_0/kernel')).toEqual([[1, 1], [-1, -1]]);
  });

  it('keeps the value and the gradient by the arguments', () => {
    const x = counting(1, 2);
    const variables = new Signs().init(random.key(0), [x]);
    const plain = (z: Tensor): Tensor => sum(new Dense({ features: 2 }).apply({ params: variables['params']!['Dense_0'] as { [name: string]: Tensor } }, [z]));
    expect(new Signs().apply(variables, [x]).item()).toBe(plain(x).item());
    expect(grad((z: Tensor) => new Signs().apply(variables, [z]))(x).toArray()).toEqual(grad(plain)(x).toArray());
  });

  it('keeps residuals of its own, and leaves an argument without gradient at zero', () => {
    class Clipped extends Module.define({}) {
      call(x: Tensor): Tensor {
        const f = lift.customVjp(
          (_: Clipped, z: Tensor) => z,
          (_: Clipped, z: Tensor) => [z, { isPositive: greater(z, 0) }] as const,
          ({ isPositive }, cotangent) => [{}, mul(astype(isPositive, 'float32'), cotangent)],
        );
        const blocked = lift.customVjp((_: Clipped, z: Tensor) => z, (_: Clipped, z: Tensor) => [z, null] as const, () => [{}, null]);
        return sum(add(f(this, x), blocked(this, neg(x))));
      }
    }
    expect(grad((x: Tensor) => new Clipped().apply({}, [x]))(tensor([0.5, -0.5])).toArray()).toEqual([1, 0]);
  });
});
