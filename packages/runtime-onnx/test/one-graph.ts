/** One graph for arrays of several sizes. */
import { type Dim, type Dtype, spec, type Tensor } from '@flaxon/tensor';
import { exportOnnx } from '../src/export/export.js';
import { expectClose } from './agreement.js';
import { evaluateModel } from './third-executor.js';
import { arbitrary } from './values.js';

export type Size = (batch: number) => number[];

/** Exports `f` once with a symbolic batch, and compares it with the eager executor at several sizes. */
export async function expectOneGraph(f: (...args: Tensor[]) => Tensor | readonly Tensor[], shapes: readonly (readonly (Dim | string)[])[], sizes: readonly Size[], batches: readonly number[] = [1, 2, 5], dtype: Dtype = 'float32', tolerance = 1e-5): Promise<number> {
  const listed = (result: Tensor | readonly Tensor[]): readonly Tensor[] => (Array.isArray(result) ? result : [result as Tensor]);
  const model = exportOnnx((...args: Tensor[]) => listed(f(...args)), shapes.map((shape) => spec(dtype, shape)));
  const session = await model.createSession();
  for (const batch of batches) {
    const args = sizes.map((size) => arbitrary(size(batch), dtype));
    const found = await session.run(Object.fromEntries(model.inputs.map(({ name }, i) => [name, args[i]!])));
    const evaluated = evaluateModel(model, args);
    listed(f(...args)).forEach((value, i) => {
      expectClose(found[model.outputs[i]!.name]!, value, tolerance, `batch ${batch}`);
      expectClose(evaluated[i]!, value, tolerance, `batch ${batch} evaluated`);
    });
  }
  await session.release();
  return model.nodeCount;
}
