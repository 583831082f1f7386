import { where } from '../../ops/elementwise.js';
import { any } from '../../ops/reduce.js';
import { bind } from '../../program/bind.js';
import { capturesFirst, trace } from '../../program/trace.js';
import type { Tensor } from '../../tensor/tensor.js';
import { reshape } from '../../ops/shape.js';
import { materialize, toFront, type BatchRule } from './rule.js';

/**
 * All examples go on while any of them does; an example whose condition fails keeps its carry. Where the condition is the same for
 * all, only what depends on an example is batched.
 */
export const whileLoopBatch: BatchRule<'whileLoop'> = (inputs, axes, params, size, batch) => {
  const { condition, body, conditionConstants, bodyConstants } = params;
  const at = conditionConstants + bodyConstants;
  const fronted = inputs.map((x, i) => toFront(x, axes[i]!));
  const place = (one: boolean): 0 | null => (one ? 0 : null);
  const constantAxes = axes.slice(0, at).map((axis) => place(axis !== null));
  const spec = (x: Tensor, one: boolean, original: boolean) => ({ dtype: x.dtype, shape: one && !original ? [size, ...x.shape] : x.shape });
  let batched = axes.slice(at).map((axis) => axis !== null);

  for (;;) {
    const carryAxes = batched.map(place);
    const carrySpecs = batched.map((one, i) => spec(fronted[at + i]!, one, axes[at + i] !== null));
    let each = false;
    const testEach = (constants: readonly Tensor[], carry: readonly Tensor[]): Tensor => {
      const { outputs, axes: found } = batch(condition, [...constants, ...carry], [...constantAxes.slice(0, conditionConstants), ...carryAxes], size);
      each = found[0] !== null;
      return outputs[0]!;
    };
    const tested = trace((...values) => {
      const result = testEach(values.slice(0, conditionConstants), values.slice(conditionConstants));
      return [each ? any(result) : result];
    }, [...fronted.slice(0, conditionConstants), ...carrySpecs]);

    let nextBatched = batched;
    const constants = each ? at : bodyConstants;
    const stepped = trace((...values) => {
      const own = values.slice(constants - bodyConstants, constants);
      const carry = values.slice(constants);
      const { outputs, axes: found } = batch(body, [...own, ...carry], [...constantAxes.slice(conditionConstants), ...carryAxes], size);
      nextBatched = batched.map((one, i) => one || each || found[i] !== null);
      const next = outputs.map((output, i) => (nextBatched[i] ? materialize(output, found[i]!, size) : output));
      if (!each) return next;
      const goesOn = testEach(values.slice(0, conditionConstants), carry);
      return next.map((value, i) => {
        const before = batched[i] ? carry[i]! : materialize(carry[i]!, null, size);
        return where(reshape(goesOn, [size, ...value.shape.slice(1).map(() => 1)]), value, before);
      });
    }, [...(each ? fronted.slice(0, at) : fronted.slice(conditionConstants, at)), ...carrySpecs]);

    if (nextBatched.every((one, i) => one === batched[i])) {
      const carried = fronted.slice(at).map((x, i) => (batched[i] && axes[at + i] === null ? materialize(x, null, size) : x));
      const operands = [...tested.captures, ...fronted.slice(0, conditionConstants), ...stepped.captures, ...(each ? fronted.slice(0, at) : fronted.slice(conditionConstants, at)), ...carried];
      const outputs = bind('whileLoop', operands, {
        condition: capturesFirst(tested),
        body: capturesFirst(stepped),
        conditionConstants: tested.captures.length + conditionConstants,
        bodyConstants: stepped.captures.length + constants,
      });
      return { outputs, axes: batched.map(place) };
    }
    batched = [...nextBatched];
  }
};
