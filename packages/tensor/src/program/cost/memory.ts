/** How much memory the values of a program take at once. */
import type { Primitive } from '../../primitives/params.js';
import { bodiesOf } from '../print.js';
import type { Atom, Equation, Program, Variable } from '../program.js';
import type { Sizes } from './sizes.js';

const views: ReadonlySet<Primitive> = new Set<Primitive>(['reshape', 'stopGradient', 'checkpointName', 'optimizationBarrier']);

/** Operations whose results are their operands, looked at in another way. */
export const isView = ({ primitive }: Pick<Equation, 'primitive'>): boolean => views.has(primitive);

/** For each variable, the one whose memory it shares. */
function owners(program: Program): (atom: Atom) => Variable | undefined {
  const owner = new Map<Variable, Variable | undefined>();
  const ownerOf = (atom: Atom): Variable | undefined => (atom.kind === 'constant' ? undefined : owner.has(atom) ? owner.get(atom) : atom);
  for (const equation of program.equations) if (isView(equation)) equation.outputs.forEach((output, i) => owner.set(output, ownerOf(equation.inputs[i]!)));
  return ownerOf;
}

/** The last equation that reads each owner of memory. Inputs and outputs belong to the caller, who keeps them. */
function lastReaders(program: Program, ownerOf: (atom: Atom) => Variable | undefined): Map<Variable, Equation> {
  const kept = new Set<Atom | undefined>([...program.inputs, ...program.outputs.map(ownerOf)]);
  const last = new Map<Variable, Equation>();
  for (const equation of program.equations) {
    for (const atom of [...equation.inputs, ...equation.outputs]) {
      const owner = ownerOf(atom);
      if (owner !== undefined && !kept.has(owner)) last.set(owner, equation);
    }
  }
  return last;
}

const constantBytes = (program: Program, sizes: Sizes): number => {
  const constants = new Set(program.equations.flatMap(({ inputs }) => inputs.flatMap((atom) => (atom.kind === 'constant' ? [atom.value] : []))));
  return [...constants].reduce((sum, value) => sum + sizes.bytes(value), 0);
};

/**
 * The most bytes that are there at once while a program runs, equation by equation, each value dropped after its last use: inputs,
 * constants and results included, and what bodies need while they run.
 */
export function peakBytes(program: Program, sizes: Sizes): number {
  const ownerOf = owners(program);
  const last = lastReaders(program, ownerOf);
  const freed = new Map<Equation, Variable[]>();
  for (const [owner, equation] of last) freed.set(equation, [...(freed.get(equation) ?? []), owner]);

  let live = program.inputs.reduce((sum, input) => sum + sizes.bytes(input), constantBytes(program, sizes));
  let peak = live;
  for (const equation of program.equations) {
    if (!isView(equation)) live += equation.outputs.reduce((sum, output) => sum + sizes.bytes(output), 0);
    peak = Math.max(peak, live + Math.max(0, ...bodiesOf(equation).map((body) => insideBytes(body, sizes))));
    for (const owner of freed.get(equation) ?? []) live -= sizes.bytes(owner);
  }
  return peak;
}

/** What a body needs besides its inputs and outputs, which the equation around it counts. */
function insideBytes(body: Program, sizes: Sizes): number {
  const inputs = new Set<Atom>(body.inputs);
  const made = body.outputs.filter((output) => output.kind === 'variable' && !inputs.has(output));
  const outside = [...body.inputs, ...new Set(made)].reduce((sum, atom) => sum + sizes.bytes(atom), 0);
  return Math.max(0, peakBytes(body, sizes) - outside);
}
