import { constantKey, paramsKey } from './hash.js';
import type { Atom, Equation, Program, Variable } from './program.js';
import { Substitution } from './rewrite.js';

/** Equations with one primitive, one set of parameters and the same inputs become one. */
export function eliminateCommonSubexpressions(program: Program): Program {
  const numbers = new Map<Variable, number>();
  const numberOf = (variable: Variable): number => {
    if (!numbers.has(variable)) numbers.set(variable, numbers.size);
    return numbers.get(variable)!;
  };
  const keyOf = (atom: Atom): string => (atom.kind === 'constant' ? constantKey(atom.value) : `v${numberOf(atom)}`);
  const substitution = new Substitution();
  const seen = new Map<string, Equation>();
  const kept: Equation[] = [];
  for (const given of program.equations) {
    const equation = substitution.apply(given);
    const key = `${equation.primitive}${paramsKey(equation.params)}(${equation.inputs.map(keyOf).join()})`;
    const known = seen.get(key);
    if (known) equation.outputs.forEach((output, i) => substitution.set(output, known.outputs[i]!));
    else {
      seen.set(key, equation);
      kept.push(equation);
    }
  }
  return kept.length === program.equations.length ? program : substitution.finish(program, kept);
}
