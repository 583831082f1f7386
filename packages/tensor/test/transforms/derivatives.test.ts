import { describe, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { checkDerivatives, type TensorFunction } from './differences.js';
import { f64 } from '../sweep/row.js';

describe('scan', () => {
  const step: TensorFunction = (x, w) => {
    const [last, ys] = fx.scan(
      (carry: { h: Tensor; n: Tensor }, t: Tensor) => {
        const h = fx.tanh(fx.add(fx.mul(carry.h, fx.sum(w)), t));
        return [{ h, n: fx.add(carry.n, 1) }, { y: fx.mul(h, w), z: fx.square(t) }] as const;
      },
      { h: fx.mul(w, 0.5), n: fx.tensor(0) },
      x,
    );
    return fx.add(fx.sum(ys.y), fx.add(fx.sum(fx.mul(ys.z, x)), fx.sum(last.h)));
  };
  it('forward', () => checkDerivatives(step, [f64([4, 3]), f64([3])]));
  it('in reverse', () => {
    checkDerivatives((x, w) => fx.scan((c: Tensor, t: Tensor) => [fx.mul(c, fx.sin(t)), fx.mul(c, w)] as const, fx.square(w), x, { reverse: true })[1] as Tensor, [f64([4]), f64([])]);
  });
  it('without xs, over a number of steps', () => {
    checkDerivatives((x) => fx.scan((c: Tensor) => [fx.sin(fx.mul(c, x)), null] as const, x, null, { length: 3 })[0] as Tensor, [f64([2])]);
  });
  it('inside a scan', () => {
    checkDerivatives((x) => fx.scan((c: Tensor, row: Tensor) => [fx.scan((d: Tensor, t: Tensor) => [fx.mul(fx.sin(d), t), null] as const, c, row)[0] as Tensor, c] as const, fx.sum(x), x)[1] as Tensor, [f64([2, 3])]);
  });
});
