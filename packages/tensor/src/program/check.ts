import { ProgramError } from '../errors/errors.js';
import { shapeRule } from '../primitives/shape-rules/index.js';
import type { Primitive } from '../primitives/params.js';
import { formatSpec } from '../shape/shape.js';
import { bodiesOf } from './print.js';
import type { Atom, Equation, Program, Variable } from './program.js';

const specs = (atoms: readonly Atom[]): string => atoms.map(formatSpec).join(', ');

function checkEquation(equation: Equation, index: number): void {
  const where = `equation ${index} (${equation.primitive}${equation.scope === '' ? '' : ` in ${equation.scope}`})`;
  let expected;
  try {
    expected = shapeRule<Primitive>(equation.primitive, equation.inputs, equation.params);
  } catch (error) {
    throw new ProgramError(`${where} does not accept ${specs(equation.inputs)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const [want, found] = [expected.map(formatSpec).join(', '), specs(equation.outputs)];
  if (want !== found) throw new ProgramError(`${where} gives ${want}, but its outputs are declared as ${found}`);
}

/**
 * Verifies the rules of a program: every variable is defined once and before its use, and the shapes and dtypes of every
 * equation are those of its primitive's rule; bodies too.
 * @throws ProgramError that names the equation.
 */
export function checkProgram(program: Program): void {
  const defined = new Set<Variable>();
  const define = (variable: Variable, where: string): void => {
    if (defined.has(variable)) throw new ProgramError(`${where} defines a variable a second time`);
    defined.add(variable);
  };
  const use = (atom: Atom, where: string): void => {
    if (atom.kind === 'variable' && !defined.has(atom)) throw new ProgramError(`${where} uses a variable that nothing before it defines`);
  };
  for (const input of program.inputs) define(input, 'the list of inputs');
  program.equations.forEach((equation, index) => {
    const where = `equation ${index} (${equation.primitive})`;
    for (const input of equation.inputs) use(input, where);
    checkEquation(equation, index);
    for (const body of bodiesOf(equation)) checkProgram(body);
    for (const output of equation.outputs) define(output, where);
  });
  for (const output of program.outputs) use(output, 'the list of outputs');
}
