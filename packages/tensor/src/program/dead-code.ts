import type { Atom, Equation, Program } from './program.js';

/** Drops equations that no output needs. */
export function eliminateDeadCode(program: Program): Program {
  const needed = new Set<Atom>(program.outputs);
  const kept: Equation[] = [];
  for (let i = program.equations.length - 1; i >= 0; i--) {
    const equation = program.equations[i]!;
    if (!equation.outputs.some((output) => needed.has(output))) continue;
    kept.push(equation);
    for (const input of equation.inputs) needed.add(input);
  }
  return kept.length === program.equations.length ? program : { ...program, equations: kept.reverse() };
}
