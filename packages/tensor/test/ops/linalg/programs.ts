import { evaluateProgram, shapeRule, trace, type CallParams, type Program, type Tensor } from '../../../src/index.js';
import { evaluate } from '../../../src/program/evaluate.js';
import { interpret } from '../../../src/program/interpret.js';

/** Runs a program with every composite as its decomposition: what an executor without the kernels does. */
function runDecomposed(program: Program, inputs: readonly Tensor[]): Tensor[] {
  return interpret(program, inputs, (primitive, operands, params) =>
    primitive === 'call' ? runDecomposed((params as CallParams).body, operands) : evaluate(primitive, operands, params, shapeRule(primitive, operands, params)));
}

/** The results of `f` by its kernels and by its decompositions. */
export function bothWays(f: (...args: Tensor[]) => readonly Tensor[], args: readonly Tensor[]): { readonly kernel: Tensor[]; readonly program: Tensor[] } {
  const { program } = trace(f, args);
  return { kernel: evaluateProgram(program, args), program: runDecomposed(program, args) };
}
