import type { Primitive } from '../../primitives/params.js';
import { bind } from '../../program/bind.js';
import { axesOf } from '../../program/axes-of.js';
import { Environment, lastUses } from '../../program/interpret.js';
import { nameScope } from '../../program/scope.js';
import type { NamedAxis } from '../../program/trace.js';
import type { Tensor } from '../../tensor/tensor.js';
import { axisBatchRules } from './axis.js';
import { contractBatchRules } from './contract.js';
import { controlBatchRules } from './control.js';
import { elementwiseBatchRules } from './elementwise.js';
import { fftBatchRules } from './fft.js';
import { indexingBatchRules } from './indexing.js';
import type { BatchAxis, Batched, BatchProgram, BatchRule, BatchRuleOf } from './rule.js';
import { structuralBatchRules } from './structural.js';
import { windowBatchRules } from './window.js';

export const batchRules: { readonly [P in Primitive]: BatchRule<P> } = {
  ...elementwiseBatchRules,
  ...structuralBatchRules,
  ...indexingBatchRules,
  ...contractBatchRules,
  ...controlBatchRules,
  ...axisBatchRules,
  ...windowBatchRules,
  ...fftBatchRules,
};

interface Example {
  readonly value: Tensor;
  readonly axis: BatchAxis;
}

/**
 * Runs a program of one example on all at once; `axis` names the examples. Equations without a batched operand run as they are,
 * unless they name the axis.
 */
export function batchBy(axis: NamedAxis | null): BatchProgram {
  const batch = (...[program, inputs, axes, size]: Parameters<BatchProgram>): Batched => {
    const environment = new Environment<Example>(program, inputs.map((value, i) => ({ value, axis: axes[i]! })), (value) => ({ value, axis: null }));
    const uses = lastUses(program);
    for (const equation of program.equations) {
      const operands = environment.readAll(equation.inputs);
      const values = operands.map(({ value }) => value);
      const run = (): Batched => {
        if (operands.every((operand) => operand.axis === null) && !(axis && axesOf(equation).has(axis.name))) {
          const outputs = bind<Primitive>(equation.primitive, values, equation.params);
          return { outputs, axes: outputs.map(() => null) };
        }
        const rule = batchRules[equation.primitive] as BatchRuleOf<typeof equation.params>;
        return rule(values, operands.map((operand) => operand.axis), equation.params, size, self);
      };
      const { outputs, axes: found } = nameScope(equation.scope, run);
      environment.write(equation.outputs, outputs.map((value, i) => ({ value, axis: found[i]! })));
      for (const variable of uses.get(equation) ?? []) environment.forget(variable);
    }
    const results = environment.readAll(program.outputs);
    return { outputs: results.map(({ value }) => value), axes: results.map((result) => result.axis) };
  };
  const self: BatchProgram = Object.assign(batch, { axis });
  return self;
}
