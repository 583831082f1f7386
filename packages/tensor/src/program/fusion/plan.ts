/** The order in which the eager executor runs a program: chains of elementwise equations on larger arrays at once. */
import { sizeOf } from '../../shape/shape.js';
import type { Atom, Equation, Program, Variable } from '../program.js';
import { elementwiseOf, GroupBuilder, type FusedGroup, leastElements } from './group.js';
import { inlined } from './inline.js';

export type PlanStep = { readonly kind: 'equation'; readonly equation: Equation } | { readonly kind: 'group'; readonly group: FusedGroup };

export interface Plan {
  readonly steps: readonly PlanStep[];
  readonly outputs: readonly Atom[];
  /** By step: the variables that nothing reads after it. */
  readonly dead: readonly (readonly Variable[])[];
}

const readBy = (step: PlanStep): readonly Atom[] => (step.kind === 'equation' ? step.equation.inputs : step.group.inputs);
const madeBy = (step: PlanStep): readonly Variable[] => (step.kind === 'equation' ? step.equation.outputs : step.group.outputs);

const isElementwise = (equation: Equation): boolean => elementwiseOf(equation) !== undefined;

/** Whether any chain could pay. */
const isLarge = ({ outputs }: Equation): boolean => outputs.some(({ shape }) => shape.every((dim) => typeof dim === 'number') && sizeOf(shape as readonly number[]) >= leastElements);

function planOf(program: Program): Plan {
  const { equations, outputs } = inlined(program, isElementwise);
  const readers = new Map<Atom, Equation[]>();
  for (const equation of equations) for (const atom of new Set(equation.inputs)) readers.set(atom, [...(readers.get(atom) ?? []), equation]);
  const results = new Set<Atom>(outputs);
  const isUsedOutside = (variable: Variable, inside: readonly Equation[]): boolean => results.has(variable) || (readers.get(variable) ?? []).some((reader) => !inside.includes(reader));

  const steps: PlanStep[] = [];
  let open = new GroupBuilder();
  const close = (): void => {
    const members = open.equations;
    if (members.length === 1) steps.push({ kind: 'equation', equation: members[0]! });
    else if (members.length > 1) steps.push({ kind: 'group', group: open.build(isUsedOutside) });
    open = new GroupBuilder();
  };
  for (const equation of equations) {
    const member = elementwiseOf(equation);
    if (member && open.add(member)) continue;
    if (member && sizeOf(member.shape) >= leastElements) {
      close();
      open.add(member);
      continue;
    }
    // What does not read the group can as well come before it.
    if (open.reads(equation)) close();
    steps.push({ kind: 'equation', equation });
  }
  close();
  return { steps, outputs, dead: deadAfter(steps, outputs) };
}

function deadAfter(steps: readonly PlanStep[], outputs: readonly Atom[]): readonly (readonly Variable[])[] {
  const seen = new Set<Atom>(outputs);
  const dead: Variable[][] = steps.map(() => []);
  for (let i = steps.length - 1; i >= 0; i--) {
    for (const atom of [...readBy(steps[i]!), ...madeBy(steps[i]!)]) {
      if (atom.kind === 'constant' || seen.has(atom)) continue;
      seen.add(atom);
      dead[i]!.push(atom);
    }
  }
  return dead;
}

const plans = new WeakMap<Program, Plan | null>();

/** The plan of a program, the same each time; null where its equations one by one are as good. */
export function fusionPlan(program: Program): Plan | null {
  const known = plans.get(program);
  if (known !== undefined) return known;
  const plan = program.equations.some(isLarge) ? planOf(program) : null;
  const found = plan?.steps.some(({ kind }) => kind === 'group') ? plan : null;
  plans.set(program, found);
  return found;
}
