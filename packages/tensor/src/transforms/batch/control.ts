import type { HigherOrderPrimitive } from '../../kernels/kernel.js';
import { bind } from '../../program/bind.js';
import { expandDims } from '../../ops/shape.js';
import type { CallRule } from '../../primitives/call-rules.js';
import { capturesFirst, trace, type Traced } from '../../program/trace.js';
import type { Program } from '../../program/program.js';
import type { Dim } from '../../shape/dim.js';
import type { Spec } from '../../shape/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { bindCheckpoint } from '../bind-checkpoint.js';
import { switchCaseBatch } from './switch-case.js';
import { whileLoopBatch } from './while-loop.js';
import { front, materialize, toFront, type BatchAxis, type BatchProgram, type BatchRule } from './rule.js';

type Maybe = Tensor | null;

/** `f` for all examples at once; outputs come with the batch axis in front, null stays null. */
function batchFunction(f: (inputs: readonly Tensor[]) => readonly Maybe[], axes: readonly BatchAxis[], size: Dim, batch: BatchProgram): (inputs: readonly Tensor[]) => Maybe[] {
  return (inputs) => {
    let present: boolean[] = [];
    const { program, captures } = trace((...values) => {
      const results = f(values);
      present = results.map((result) => result !== null);
      return results.filter((result) => result !== null);
    }, inputs.map((input, i) => withoutAxis(input, axes[i]!)), batch.axis);
    const { outputs, axes: found } = batch(program, [...inputs, ...captures], [...axes, ...captures.map(() => null)], size);
    const rest = outputs.map((output, i) => materialize(output, found[i]!, size));
    return present.map((one) => (one ? rest.shift()! : null));
  };
}

const withoutAxis = ({ shape, dtype }: Spec, axis: BatchAxis): Spec => ({ dtype, shape: axis === null ? shape : shape.filter((_, i) => i !== axis) });

function batchCallRule(rule: CallRule, axes: readonly BatchAxis[], size: Dim, batch: BatchProgram): CallRule {
  if (rule.kind === 'jvp') {
    return {
      kind: 'jvp',
      jvp: (primals, tangents, outputs) => {
        const given = tangents.flatMap((tangent, i) => (tangent ? [i] : []));
        const run = batchFunction((values) => {
          const own = values.slice(primals.length, primals.length + given.length);
          return rule.jvp(values.slice(0, primals.length), tangents.map((_, i) => (given.includes(i) ? own[given.indexOf(i)]! : null)), values.slice(primals.length + given.length));
        }, [...axes, ...given.map((i) => axes[i]!), ...outputs.map(() => 0)], size, batch);
        return run([...primals, ...given.map((i) => tangents[i]!), ...outputs]);
      },
    };
  }
  return {
    kind: 'vjp',
    forward: (primals) => {
      let count = 0;
      const results = batchFunction((values) => {
        const { outputs, residuals } = rule.forward(values);
        count = outputs.length;
        return [...outputs, ...residuals];
      }, axes, size, batch)(primals).filter((one) => one !== null);
      return { outputs: results.slice(0, count), residuals: results.slice(count) };
    },
    backward: (residuals, cotangents) => {
      const run = batchFunction((values) => rule.backward(values.slice(0, residuals.length), values.slice(residuals.length)), [...residuals, ...cotangents].map(() => 0), size, batch);
      // An operand that all examples share gets the sum of their cotangents.
      return run([...residuals, ...cotangents]).map((cotangent, i) => (cotangent && axes[i] === null ? bind('reduceSum', [cotangent], { axes: [0], keepDims: false })[0]! : cotangent));
    },
  };
}

/** The body for all examples, its outputs with the batch axis in front where `wanted`. */
function batchBody(body: Program, specs: readonly Spec[], axes: readonly BatchAxis[], size: Dim, batch: BatchProgram, wanted: (index: number, found: BatchAxis) => boolean): { traced: Traced; batched: boolean[] } {
  let batched: boolean[] = [];
  const traced = trace((...inputs) => {
    const { outputs, axes: found } = batch(body, inputs, axes, size);
    batched = found.map((axis, i) => wanted(i, axis));
    return outputs.map((output, i) => (batched[i] ? materialize(output, found[i]!, size) : output));
  }, specs);
  return { traced, batched };
}

const withBatch = ({ shape, dtype }: Spec, batched: boolean, size: Dim): Spec => ({ dtype, shape: batched ? [size, ...shape] : shape });

const call: BatchRule<'call'> = (inputs, axes, params, size, batch) => {
  const operands = inputs.map((x, i) => toFront(x, axes[i]!));
  if (params.rule?.kind === 'jvp' && params.rule.batch) return front(params.rule.batch(operands.map((x, i) => (axes[i] === null ? expandDims(x, 0) : x))));
  const fronted = axes.map((axis) => (axis === null ? null : 0));
  const { traced } = batchBody(params.body, operands, fronted, size, batch, () => true);
  const rule = params.rule && batchCallRule(params.rule, fronted, size, batch);
  return front(bind('call', operands, { ...params, body: traced.program, rule }));
};

const checkpoint: BatchRule<'checkpoint'> = (inputs, axes, params, size, batch) => {
  const operands = inputs.map((x, i) => toFront(x, axes[i]!));
  const { traced, batched } = batchBody(params.body, operands, axes.map((axis) => (axis === null ? null : 0)), size, batch, (_, found) => found !== null);
  return { outputs: bindCheckpoint(traced, operands, params), axes: batched.map((one) => (one ? 0 : null)) };
};

const linearCall: BatchRule<'linearCall'> = (inputs, axes, params, size, batch) => {
  const operands = inputs.map((x, i) => materialize(x, axes[i]!, size));
  const outputs = params.outputs.map((spec) => withBatch(spec, true, size));
  const rule: typeof params.rule = (residuals, cotangents) =>
    batchFunction((values) => params.rule(values.slice(0, residuals.length), values.slice(residuals.length)), [...residuals, ...cotangents].map(() => 0), size, batch)([...residuals, ...cotangents]);
  return front(bind('linearCall', operands, { ...params, rule, outputs }));
};

const scan: BatchRule<'scan'> = (inputs, axes, params, size, batch) => {
  const { body, constants, carry } = params;
  const isSlice = (i: number): boolean => i >= constants + carry;
  let batched = axes.map((axis) => axis !== null);
  for (;;) {
    const specs = body.inputs.map((spec, i) => withBatch(spec, batched[i]!, size));
    const inner = batched.map((one) => (one ? 0 : null));
    const carried = batched.slice(constants, constants + carry);
    const result = batchBody(body, specs, inner, size, batch, (i, found) => found !== null || (i < carry && carried[i]!));
    const next = batched.map((one, i) => one || (i >= constants && !isSlice(i) && result.batched[i - constants]!));
    if (next.every((one, i) => one === batched[i])) {
      const operands = inputs.map((x, i) => (batched[i] ? materialize(x, axes[i]!, size, isSlice(i) ? 1 : 0) : x));
      const outputs = bind('scan', [...result.traced.captures, ...operands], { ...params, body: capturesFirst(result.traced), constants: result.traced.captures.length + constants });
      return { outputs, axes: result.batched.map((one, i) => (one ? (i < carry ? 0 : 1) : null)) };
    }
    batched = next;
  }
};

export const controlBatchRules: { readonly [P in HigherOrderPrimitive]: BatchRule<P> } = { call, checkpoint, linearCall, scan, whileLoop: whileLoopBatch, switchCase: switchCaseBatch };
