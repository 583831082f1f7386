import { allocate } from '../../dtype/dtype.js';
import { runExpression } from '../../kernels/expression-vectors.js';
import { sizeOf } from '../../shape/shape.js';
import { concrete, type Tensor } from '../../tensor/tensor.js';
import { viewOf } from '../composite-kernel.js';
import { Environment, type Step } from '../interpret.js';
import type { Equation, Program } from '../program.js';
import { nameScope } from '../scope.js';
import type { FusedGroup } from './group.js';
import { fusionPlan } from './plan.js';

function runEquation(environment: Environment<Tensor>, equation: Equation, step: Step): void {
  const operands = environment.readAll(equation.inputs);
  environment.write(equation.outputs, nameScope(equation.scope, () => step(equation.primitive, operands, equation.params)));
}

function runGroup(environment: Environment<Tensor>, { equations, inputs, outputs, shape, expression }: FusedGroup, step: Step): void {
  const results = outputs.map(({ dtype }) => allocate(dtype, sizeOf(shape)));
  if (runExpression(expression, shape, environment.readAll(inputs).map(viewOf), results)) {
    environment.write(outputs, outputs.map(({ dtype }, i) => concrete(results[i]!, shape, dtype)));
    return;
  }
  // Without vectors, or for shapes that they do not suit, the equations one by one.
  for (const equation of equations) runEquation(environment, equation, step);
}

/** Runs a program on concrete tensors, chains of elementwise equations at once; undefined where there are none that pay. The numbers are those of the equations one by one. */
export function runFused(program: Program, inputs: readonly Tensor[], step: Step): Tensor[] | undefined {
  const plan = fusionPlan(program);
  if (plan === null) return undefined;
  const environment = new Environment<Tensor>(program, inputs, (value) => value);
  plan.steps.forEach((each, i) => {
    if (each.kind === 'group') runGroup(environment, each.group, step);
    else runEquation(environment, each.equation, step);
    for (const variable of plan.dead[i]!) environment.forget(variable);
  });
  return environment.readAll(plan.outputs);
}
