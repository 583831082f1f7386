import { ProgramError } from '../errors/errors.js';
import type { Primitive, PrimitiveParams } from '../primitives/params.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Atom, Equation, Program, Variable } from './program.js';
import { nameScope } from './scope.js';

/** Values of a program's variables while it runs. */
export class Environment<T> {
  readonly #values = new Map<Variable, T>();
  readonly #constant: (value: Tensor) => T;

  constructor(program: Program, inputs: readonly T[], constant: (value: Tensor) => T) {
    if (program.inputs.length !== inputs.length) {
      throw new ProgramError(`a program of ${program.inputs.length} inputs was given ${inputs.length}`);
    }
    this.#constant = constant;
    program.inputs.forEach((input, i) => this.#values.set(input, inputs[i]!));
  }

  read(atom: Atom): T {
    if (atom.kind === 'constant') return this.#constant(atom.value);
    const value = this.#values.get(atom);
    if (value === undefined) throw new ProgramError('a variable is read before the equation that defines it');
    return value;
  }

  readAll(atoms: readonly Atom[]): T[] {
    return atoms.map((atom) => this.read(atom));
  }

  write(variables: readonly Variable[], values: readonly T[]): void {
    variables.forEach((variable, i) => this.#values.set(variable, values[i]!));
  }

  forget(variable: Variable): void {
    this.#values.delete(variable);
  }
}

/** For each equation, the variables that nothing reads after it. */
export function lastUses(program: Program): Map<Equation, Variable[]> {
  const seen = new Set<Atom>(program.outputs);
  const result = new Map<Equation, Variable[]>();
  for (let i = program.equations.length - 1; i >= 0; i--) {
    const equation = program.equations[i]!;
    const last: Variable[] = [];
    for (const atoms of [equation.inputs, equation.outputs]) {
      for (const atom of atoms) {
        if (atom.kind === 'constant' || seen.has(atom)) continue;
        seen.add(atom);
        last.push(atom);
      }
    }
    if (last.length > 0) result.set(equation, last);
  }
  return result;
}

export type Step = (primitive: Primitive, operands: readonly Tensor[], params: PrimitiveParams[Primitive]) => Tensor[];

/** Runs a program, one `step` an equation, in the equation's scope; values are dropped after their last use. */
export function interpret(program: Program, inputs: readonly Tensor[], step: Step): Tensor[] {
  const environment = new Environment<Tensor>(program, inputs, (value) => value);
  const uses = lastUses(program);
  for (const equation of program.equations) {
    const operands = environment.readAll(equation.inputs);
    environment.write(equation.outputs, nameScope(equation.scope, () => step(equation.primitive, operands, equation.params)));
    for (const variable of uses.get(equation) ?? []) environment.forget(variable);
  }
  return environment.readAll(program.outputs);
}
