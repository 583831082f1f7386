import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import { casesOf, difference, families, gradientsOf } from './cases.js';

describe.each(families)('%s', (family) => {
  const cases = casesOf(family);

  it.each(cases)('$name gives what JAX gives', (one) => {
    const found = one.call(...one.tensors);
    expect(found.length).toBe(one.outputs.length);
    found.forEach((output, i) => expect(difference(output, one.outputs[i]!, one), `output ${i}`).toBeUndefined());
  });

  it.each(cases.filter(({ gradients }) => gradients !== undefined))('$name has the gradients that JAX has', (one) => {
    gradientsOf(one).forEach((gradient, i) => {
      const expected = one.gradients![i];
      if (gradient && expected) expect(difference(gradient, expected, { rtol: one.rtol * 4, atol: one.atol * 4 }), `argument ${i}`).toBeUndefined();
    });
    expect(one.gradients!.some((gradient) => gradient !== null)).toBe(true);
  });

  it.each(cases.filter(({ tensors }) => tensors.length > 0))('$name of a batch is that of its examples', (one) => {
    const stacked = one.tensors.map((x) => fx.stack([x, x]));
    const found = fx.vmap((...xs: fx.Tensor[]) => [...one.call(...xs)])(...stacked);
    found.forEach((output, i) => expect(difference(output, fx.stack([one.outputs[i]!, one.outputs[i]!]), one), `output ${i}`).toBeUndefined());
  });
});
