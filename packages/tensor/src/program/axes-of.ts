import { bodiesOf } from './print.js';
import type { Equation, Program } from './program.js';

const known = new WeakMap<Program, ReadonlySet<string>>();

function axesOfProgram(program: Program): ReadonlySet<string> {
  const found = known.get(program) ?? new Set(program.equations.flatMap((equation) => [...axesOf(equation)]));
  known.set(program, found);
  return found;
}

/** The named axes that an equation or one of its bodies works across. */
export function axesOf(equation: Equation): ReadonlySet<string> {
  if ('axisName' in equation.params) return new Set([equation.params.axisName]);
  return new Set(bodiesOf(equation).flatMap((body) => [...axesOfProgram(body)]));
}
