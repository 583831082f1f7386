/** Small modules that the tests of the lifted transformations transform. */
import { add, ones, tensor, zeros, type Tensor } from '@flaxon/tensor';
import { Module } from '../../src/index.js';

/** Keeps the key of its parameter `k` as the parameter. */
export class KeyParam extends Module.define({}) {
  call(x: Tensor): Tensor {
    this.param('k', (key: Tensor) => key);
    return x;
  }
}

/** As `KeyParam`, as the body of a scan. */
export class KeyStep extends Module.define({}) {
  call(carry: Tensor): [Tensor, null] {
    this.param('k', (key: Tensor) => key);
    return [carry, null];
  }
}

/** Adds `x` to `state/total`, and returns the total. */
export class Total extends Module.define({}) {
  call(x: Tensor): Tensor {
    const total = this.variable<Tensor>('state', 'total', () => zeros(x.shape));
    total.value = add(total.value, x);
    return total.value;
  }
}

/** Counts its calls in `counter/n`. */
export class Calls extends Module.define({}) {
  call(x: Tensor): Tensor {
    const n = this.variable<Tensor>('counter', 'n', () => tensor(0));
    n.value = add(n.value, 1);
    return x;
  }
}

/** 1, 2, ... in the given shape. */
export const counting = (...shape: number[]): Tensor => {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(Array.from({ length: size }, (_, i) => i + 1), { shape, dtype: 'float32' });
};

export const row = ones([3]);
