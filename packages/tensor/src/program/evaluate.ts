import { evaluateScan } from '../control/evaluate-scan.js';
import { evaluateWhile } from '../control/evaluate-while.js';
import { TransformError, UnboundAxisError } from '../errors/errors.js';
import { kernels } from '../kernels/index.js';
import type { AxisPrimitive, HigherOrderPrimitive, KernelPrimitive, StaticSpec } from '../kernels/kernel.js';
import type { Primitive, PrimitiveParams } from '../primitives/params.js';
import { shapeRule } from '../primitives/shape-rules/index.js';
import type { Spec } from '../shape/shape.js';
import { concrete, type Tensor } from '../tensor/tensor.js';
import { evaluateComposite, viewOf } from './composite-kernel.js';
import { runFused } from './fusion/run.js';
import { interpret, type Step } from './interpret.js';
import type { Program } from './program.js';

type Evaluator<P extends Primitive> = (inputs: readonly Tensor[], params: PrimitiveParams[P], outputs: readonly Spec[]) => Tensor[];

const acrossExamples = (_inputs: readonly Tensor[], { axisName }: { readonly axisName: string }): never => {
  throw new UnboundAxisError('evaluateProgram', axisName, []);
};

const higherOrder: { readonly [P in HigherOrderPrimitive | AxisPrimitive]: Evaluator<P> } = {
  collective: acrossExamples,
  allGather: acrossExamples,
  axisIndex: acrossExamples,
  call: (inputs, { name, attributes, body }) => evaluateComposite(name, inputs, attributes) ?? evaluateProgram(body, inputs),
  checkpoint: (inputs, { body }) => evaluateProgram(body, inputs),
  linearCall: () => {
    throw new TransformError('forward-mode derivative', 'a `customVjp` function', 'only its reverse-mode derivative is known; use `vjp` or `grad`, or define it with `customJvp`');
  },
  scan: (inputs, params, outputs) => evaluateScan(evaluateProgram, inputs, params, outputs),
  switchCase: ([index, ...operands], { branches }) => {
    const chosen = Math.min(Math.max(Number(index!.item()), 0), branches.length - 1);
    return evaluateProgram(branches[chosen]!, operands);
  },
  whileLoop: (inputs, params) => evaluateWhile(evaluateProgram, inputs, params),
};

const isHigherOrder = (primitive: Primitive): primitive is HigherOrderPrimitive | AxisPrimitive => Object.hasOwn(higherOrder, primitive);

function runKernel<P extends KernelPrimitive>(primitive: P, inputs: readonly Tensor[], params: PrimitiveParams[P], outputs: readonly Spec[]): Tensor[] {
  const arrays = kernels[primitive](inputs.map(viewOf), params, outputs as readonly StaticSpec[]);
  return outputs.map((output, i) => concrete(arrays[i]!, output.shape as StaticSpec['shape'], output.dtype));
}

/** Computes a primitive on concrete tensors with the eager kernels; the shapes of the outputs are known numbers. */
export function evaluate(primitive: Primitive, inputs: readonly Tensor[], params: PrimitiveParams[Primitive], outputs: readonly Spec[]): Tensor[] {
  if (isHigherOrder(primitive)) {
    const run = higherOrder[primitive] as Evaluator<Primitive>;
    return run(inputs, params, outputs);
  }
  return runKernel(primitive as KernelPrimitive, inputs, params as PrimitiveParams[KernelPrimitive], outputs);
}

/** Runs a program on concrete tensors: the eager executor. */
export function evaluateProgram(program: Program, inputs: readonly Tensor[]): Tensor[] {
  const step: Step = (primitive, operands, params) => evaluate(primitive, operands, params, shapeRule(primitive, operands, params));
  return runFused(program, inputs, step) ?? interpret(program, inputs, step);
}
