import { describe, expect, it } from 'vitest';
import { casesOf, difference, families, gradientsOf, type JaxCase } from '../../packages/tensor/test/jax/cases.js';
import { compile } from '../../packages/runtime-onnx/src/index.js';
import type { Tensor } from '../../packages/tensor/src/index.js';

async function run(f: (...tensors: Tensor[]) => readonly Tensor[], tensors: readonly Tensor[]): Promise<readonly Tensor[]> {
  const compiled = compile(f);
  try {
    return await compiled(...tensors);
  } finally {
    await compiled.release();
  }
}

const gradients = (one: JaxCase) => (...tensors: Tensor[]): Tensor[] => gradientsOf({ ...one, tensors }).filter((gradient) => gradient !== null);

describe.each(families)('%s on ONNX Runtime', (family) => {
  const cases = casesOf(family).filter(({ tensors }) => tensors.length > 0);

  it.each(cases)('$name gives what JAX gives', async (one) => {
    const found = await run(one.call, one.tensors);
    found.forEach((output, i) => expect(difference(output, one.outputs[i]!, one), `output ${i}`).toBeUndefined());
    expect(found.length).toBe(one.outputs.length);
  });

  // One gradient of each function: that executors agree on the programs of transformations has its own tests.
  const derived = cases.filter(({ gradients: wanted }) => wanted !== undefined);
  const once = derived.filter(({ f }, i) => derived.findIndex((other) => other.f === f) === i);
  it.each(once)('$name has the gradients that JAX has', async (one) => {
    const found = await run(gradients(one), one.tensors);
    const wanted = one.gradients!.filter((gradient) => gradient !== null);
    found.forEach((gradient, i) => expect(difference(gradient, wanted[i]!, { rtol: one.rtol * 4, atol: one.atol * 4 }), `argument ${i}`).toBeUndefined());
    expect(found.length).toBe(wanted.length);
  });
});
