import type { Atom, Equation, Program, Variable } from './program.js';

/** What stands for a variable after a rewrite. */
export class Substitution {
  readonly #map = new Map<Variable, Atom>();

  set(from: Variable, to: Atom): void {
    this.#map.set(from, to);
  }

  resolve(atom: Atom): Atom {
    return atom.kind === 'variable' ? (this.#map.get(atom) ?? atom) : atom;
  }

  /** The equation on what stands for its inputs. */
  apply(equation: Equation): Equation {
    if (equation.inputs.every((input) => this.resolve(input) === input)) return equation;
    return { ...equation, inputs: equation.inputs.map((input) => this.resolve(input)) } as Equation;
  }

  finish(program: Program, equations: readonly Equation[]): Program {
    return { ...program, equations, outputs: program.outputs.map((output) => this.resolve(output)) };
  }
}
