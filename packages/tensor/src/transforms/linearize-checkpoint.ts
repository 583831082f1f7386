import type { CheckpointPolicy } from '../primitives/params.js';
import { runProgram } from '../program/bind.js';
import type { Atom, Equation, Program, Variable } from '../program/program.js';
import { Substitution } from '../program/rewrite.js';
import { trace } from '../program/trace.js';
import { bindCheckpoint } from './bind-checkpoint.js';
import type { JvpRule } from './jvp/rule.js';
import type { Linearized, LinearizeProgram } from './linearize.js';

interface Split {
  /** What the policy keeps of the values that `wanted` needs. */
  readonly kept: readonly Variable[];
  /** From the program's inputs and what is kept to `wanted`. */
  readonly anew: Program;
}

/** Values that have a name which the policy keeps, with the variable that has it. */
function keptNames(program: Program, policy: CheckpointPolicy): Map<Atom, Variable> {
  return new Map(program.equations.flatMap((equation) => (equation.primitive === 'checkpointName' && policy(equation) ? [[equation.inputs[0]!, equation.outputs[0]!] as const] : [])));
}

/**
 * Which values to keep and which to compute anew, so that `wanted` is there: backwards from there, up to what the policy keeps. A value
 * that is kept under a name need not be computed for those that read it without.
 */
function splitByPolicy(program: Program, wanted: readonly Atom[], policy: CheckpointPolicy): Split {
  const named = keptNames(program, policy);
  const substitution = new Substitution();
  const needed = new Set<Atom>(wanted);
  const kept = new Set<Variable>();
  const again: Equation[] = [];
  for (const equation of program.equations.toReversed()) {
    const outputs = equation.outputs.filter((output) => needed.has(output));
    if (outputs.length === 0) continue;
    if (policy(equation)) {
      for (const output of outputs) kept.add(output);
    } else if (outputs.every((output) => named.has(output))) {
      for (const output of outputs) {
        kept.add(named.get(output)!);
        substitution.set(output, named.get(output)!);
      }
    } else {
      again.push(equation);
      for (const input of equation.inputs) needed.add(input);
    }
  }
  const equations = again.reverse().map((equation) => substitution.apply(equation));
  return { kept: [...kept], anew: { inputs: [...program.inputs, ...kept], equations, outputs: wanted.map((atom) => substitution.resolve(atom)) } };
}

/**
 * The values, and the tangents as one more checkpointed equation: from the operands and what the policy keeps it computes the residuals
 * anew, and the tangents from those.
 */
export const linearizeCheckpoint = (linearize: LinearizeProgram): JvpRule<'checkpoint'> => (primals, tangents, params) => {
  let step: Linearized | undefined;
  const forward = trace((...inputs) => {
    step = linearize(params.body, inputs, tangents.map((tangent) => tangent !== null));
    return [...step.outputs, ...step.residuals];
  }, primals);
  const { linear, activeOutputs } = step!;
  const values = [...primals, ...forward.captures];
  const { inputs, equations, outputs } = forward.program;
  const [results, residuals] = [outputs.slice(0, activeOutputs.length), outputs.slice(activeOutputs.length)];
  const { kept, anew } = splitByPolicy(forward.program, residuals, params.policy);

  const known = bindCheckpoint({ program: { inputs, equations, outputs: [...results, ...kept] }, captures: [] }, values, params);
  const available = [...values, ...known.slice(results.length)];
  const given = tangents.filter((tangent) => tangent !== null);
  const moving = trace((...operands) => {
    const found = runProgram(anew, operands.slice(given.length));
    return runProgram(linear, [...operands.slice(0, given.length), ...found]);
  }, [...given, ...available]);
  const moved = bindCheckpoint(moving, [...given, ...available], params);
  return { outputs: known.slice(0, results.length), tangents: activeOutputs.map((one) => (one ? moved.shift()! : null)) };
};
