/** Programs with the bodies of elementwise composites in the place of their calls. */
import { hasCompositeKernel } from '../../kernels/composites.js';
import type { Atom, Equation, Program, Variable } from '../program.js';

type Substitution = Map<Variable, Atom>;

const substituted = (atom: Atom, by: Substitution): Atom => (atom.kind === 'variable' ? (by.get(atom) ?? atom) : atom);

/** A composite without a kernel of its own is its body, which is taken apart where all of it is elementwise. */
const isTakenApart = (equation: Equation, isElementwise: (equation: Equation) => boolean): equation is Equation & { primitive: 'call' } =>
  equation.primitive === 'call' && !hasCompositeKernel(equation.params.name) && bodyOf(equation.params.body, isElementwise);

const bodyOf = (body: Program, isElementwise: (equation: Equation) => boolean): boolean =>
  body.equations.every((equation) => isElementwise(equation) || isTakenApart(equation, isElementwise));

/** The equations of a program and its outputs, after inlining; variables of a body are new ones each time. */
export function inlined(program: Program, isElementwise: (equation: Equation) => boolean): { readonly equations: readonly Equation[]; readonly outputs: readonly Atom[] } {
  const equations: Equation[] = [];
  const by: Substitution = new Map();
  const read = (atom: Atom): Atom => substituted(atom, by);
  const add = (body: Program, scope: string | undefined): void => {
    for (const equation of body.equations) {
      const inputs = equation.inputs.map(read);
      if (isTakenApart(equation, isElementwise)) {
        const { body: inner } = equation.params;
        inner.inputs.forEach((input, i) => by.set(input, inputs[i]!));
        add(inner, scope ?? equation.scope);
        equation.outputs.forEach((output, i) => by.set(output, read(inner.outputs[i]!)));
      } else if (scope === undefined) {
        equations.push({ ...equation, inputs });
      } else {
        const outputs = equation.outputs.map(({ kind, shape, dtype }): Variable => ({ kind, shape, dtype }));
        equation.outputs.forEach((output, i) => by.set(output, outputs[i]!));
        equations.push({ ...equation, inputs, outputs, scope });
      }
    }
  };
  add(program, undefined);
  return { equations, outputs: program.outputs.map(read) };
}
