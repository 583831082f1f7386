/** What of a function's result depends on its inputs, and what is the same whatever they are. */
import { eliminateDeadCode, runProgram, zeros, type Equation, type Program, type Tensor } from '@flaxon/tensor';

type Atom = Program['outputs'][number];

/**
 * For each output of a program, whether it depends on one of the marked inputs. Where these are one example's and `axisName` names the
 * examples, whether it differs between examples: what they have combined does not.
 */
function dependsOn(program: Program, marked: readonly boolean[], axisName?: string): boolean[] {
  const dependent = new Set<Atom>(program.inputs.filter((_, i) => marked[i]));
  for (const equation of program.equations) {
    const inputs = equation.inputs.map((input) => dependent.has(input));
    if (axisName === undefined && !inputs.includes(true)) continue;
    const outputs = equationDependsOn(equation, inputs, axisName);
    equation.outputs.forEach((output, i) => {
      if (outputs[i]) dependent.add(output);
    });
  }
  return program.outputs.map((output) => dependent.has(output));
}

/** Control flow is looked into: what a loop carries unchanged does not depend on what else it carries. */
function equationDependsOn({ primitive, params, outputs }: Equation, inputs: readonly boolean[], axisName: string | undefined): readonly boolean[] {
  const all = outputs.map(() => true);
  const dependsInside = (body: Program, given: readonly boolean[]): boolean[] => dependsOn(body, given, axisName);
  switch (primitive) {
    case 'scan': {
      const { body, constants, carry } = params;
      const fixed = untilStable(inputs.slice(constants, constants + carry), (now) =>
        dependsInside(body, [...inputs.slice(0, constants), ...now, ...inputs.slice(constants + carry)]).slice(0, carry));
      const results = dependsInside(body, [...inputs.slice(0, constants), ...fixed, ...inputs.slice(constants + carry)]);
      return [...fixed, ...results.slice(carry)];
    }
    case 'whileLoop': {
      const { condition, body, conditionConstants, bodyConstants } = params;
      const own = inputs.slice(conditionConstants, conditionConstants + bodyConstants);
      const fixed = untilStable(inputs.slice(conditionConstants + bodyConstants), (now) => dependsInside(body, [...own, ...now]));
      // How often the body runs decides everything.
      return dependsInside(condition, [...inputs.slice(0, conditionConstants), ...fixed]).includes(true) ? all : fixed;
    }
    case 'switchCase': {
      const [index, ...operands] = inputs;
      if (index === true) return all;
      const branches = params.branches.map((branch) => dependsInside(branch, operands));
      return outputs.map((_, i) => branches.some((branch) => branch[i]));
    }
    case 'call':
    case 'checkpoint':
      return dependsInside(params.body, inputs);
    case 'collective':
    case 'allGather':
      return params.axisName === axisName ? outputs.map(() => false) : inputs;
    case 'axisIndex':
      return [params.axisName === axisName];
    default:
      return inputs.includes(true) ? all : outputs.map(() => false);
  }
}

/** Marks that only grow, until a step adds none. */
function untilStable(start: readonly boolean[], step: (now: readonly boolean[]) => readonly boolean[]): readonly boolean[] {
  const next = step(start);
  const grown = start.map((mark, i) => mark || next[i]!);
  return grown.every((mark, i) => mark === start[i]) ? start : untilStable(grown, step);
}

/** For each output of a program, whether it depends on one of the first `count` inputs; with `axisName`, whether it differs between examples. */
export const dependsOnInputs = (program: Program, count: number, axisName?: string): boolean[] => dependsOn(program, program.inputs.map((_, i) => i < count), axisName);

/** The part of a program that gives the chosen outputs. */
const withOutputs = (program: Program, chosen: readonly number[]): Program =>
  eliminateDeadCode({ ...program, outputs: chosen.map((i) => program.outputs[i]!) });

/** The values of outputs that do not depend on the first `count` inputs, from the other inputs alone. */
export function evaluateIndependent(program: Program, chosen: readonly number[], count: number, others: readonly Tensor[]): Tensor[] {
  const part = withOutputs(program, chosen);
  const read = new Set<Atom>(part.equations.flatMap((equation) => equation.inputs));
  const isNeeded = (input: Atom, i: number): boolean => i >= count || read.has(input);
  // A loop may read the inputs for its other results: whatever stands for them then, the chosen ones are the same.
  const standIns = part.inputs.slice(0, count).filter(isNeeded).map(({ shape, dtype }) => zeros(shape, dtype));
  return runProgram({ ...part, inputs: part.inputs.filter(isNeeded) }, [...standIns, ...others]);
}
