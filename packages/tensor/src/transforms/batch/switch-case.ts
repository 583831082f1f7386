import { shareCaptures } from '../../control/switch-case.js';
import { clip, equal, where } from '../../ops/elementwise.js';
import { reshape } from '../../ops/shape.js';
import { bind } from '../../program/bind.js';
import { trace } from '../../program/trace.js';
import type { Tensor } from '../../tensor/tensor.js';
import { front, materialize, toFront, type BatchRule } from './rule.js';

/** One index for all: the branches, batched. An index for each example: all branches run, and each example takes its own. */
export const switchCaseBatch: BatchRule<'switchCase'> = ([index, ...inputs], [indexAxis, ...axes], { branches }, size, batch) => {
  const operands = inputs.map((x, i) => toFront(x, axes[i]!));
  const fronted = axes.map((axis) => (axis === null ? null : 0));
  if (indexAxis !== null) {
    const chosen = clip(index!, { min: 0, max: branches.length - 1 });
    const results = branches.map((branch) => {
      const { outputs, axes: found } = batch(branch, operands, fronted, size);
      return outputs.map((output, i) => materialize(output, found[i]!, size));
    });
    const pick = (i: number): Tensor =>
      results.slice(1).reduce((value, outputs, k) => {
        const mine = reshape(equal(chosen, k + 1), [size, ...value.shape.slice(1).map(() => 1)]);
        return where(mine, outputs[i]!, value);
      }, results[0]![i]!);
    return front(branches[0]!.outputs.map((_, i) => pick(i)));
  }
  const traced = branches.map((branch) =>
    trace((...values) => {
      const { outputs, axes: found } = batch(branch, values, fronted, size);
      return outputs.map((output, i) => materialize(output, found[i]!, size));
    }, operands),
  );
  const { programs, captures } = shareCaptures(traced);
  return front(bind('switchCase', [index!, ...operands, ...captures], { branches: programs }));
};
