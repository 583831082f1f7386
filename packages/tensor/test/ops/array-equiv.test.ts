import { expect, it } from 'vitest';
import { arrayEquiv, tensor } from '../../src/index.js';

// As NumPy; JAX 0.10.2 raises a TypeError.
it('arrays that do not broadcast are not equivalent', () => {
  expect(arrayEquiv(tensor([1, 2]), tensor([1, 2, 3])).item()).toBe(false);
});
