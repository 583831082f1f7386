import type { Program, Tensor } from '@flaxon/tensor';
import { eliminateDeadCode, runProgram } from '@flaxon/tensor';

type Atom = Program['outputs'][number];

/** For each output of a program, whether it depends on one of the first `count` inputs. */
export function dependsOnInputs(program: Program, count: number): boolean[] {
  const tainted = new Set<Atom>(program.inputs.slice(0, count));
  for (const equation of program.equations) {
    if (equation.inputs.some((input) => tainted.has(input))) for (const output of equation.outputs) tainted.add(output);
  }
  return program.outputs.map((output) => tainted.has(output));
}

/** The part of a program that gives the chosen outputs. */
export const withOutputs = (program: Program, chosen: readonly number[]): Program =>
  eliminateDeadCode({ ...program, outputs: chosen.map((i) => program.outputs[i]!) });

/** The values of outputs that do not depend on the first `count` inputs, from the other inputs alone. */
export function evaluateIndependent(program: Program, chosen: readonly number[], count: number, others: readonly Tensor[]): Tensor[] {
  const part = withOutputs(program, chosen);
  return runProgram({ ...part, inputs: part.inputs.slice(count) }, others);
}
