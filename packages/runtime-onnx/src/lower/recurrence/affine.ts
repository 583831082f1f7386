/** Sums of products of a step's input and state with matrices that stay the same from step to step. */
import type { Atom, EquationOf, Program, Variable } from '@flaxon/tensor';
import type { Producers } from './pattern.js';

/** Columns `from` to `to` of a matrix, or elements of a vector, that stay the same. */
export interface Columns {
  readonly atom: Atom;
  readonly from: number;
  readonly to: number;
}

/** input kernel + state kernel + bias, of shapes (in, features), (features, features) and (features). */
export interface Affine {
  readonly inputKernels: readonly Columns[];
  readonly stateKernels: readonly Columns[];
  readonly biases: readonly Columns[];
}

export interface Step {
  readonly producers: Producers;
  /** What stays the same from step to step. */
  readonly isFixed: (atom: Atom) => boolean;
  readonly input: Variable;
  readonly state: Variable;
}

/** What of a loop's body depends on its first `constants` inputs alone. */
export function fixedAtoms(body: Program, constants: number): (atom: Atom) => boolean {
  const fixed = new Set<Atom>(body.inputs.slice(0, constants));
  const isFixed = (atom: Atom): boolean => atom.kind === 'constant' || fixed.has(atom);
  for (const { inputs, outputs } of body.equations) if (inputs.every(isFixed)) for (const output of outputs) fixed.add(output);
  return isFixed;
}

/** The whole of a matrix or vector, if its last axis is a number. */
function whole(atom: Atom): readonly Columns[] | undefined {
  const size = atom.shape.at(-1);
  return typeof size === 'number' ? [{ atom, from: 0, to: size }] : undefined;
}

const none: Affine = { inputKernels: [], stateKernels: [], biases: [] };

function ofDot({ inputs: [operand, kernel], params }: EquationOf<'dot'>, step: Step): Affine | undefined {
  const contractsLast = params.lhsContract.length === 1 && params.lhsContract[0] === operand!.shape.length - 1 && params.rhsContract[0] === 0;
  if (!contractsLast || params.lhsBatch.length > 0 || kernel!.shape.length !== 2 || !step.isFixed(kernel!)) return undefined;
  const columns = whole(kernel!);
  if (columns === undefined) return undefined;
  if (operand === step.input) return { ...none, inputKernels: columns };
  return operand === step.state ? { ...none, stateKernels: columns } : undefined;
}

const narrow = (columns: readonly Columns[], start: number, size: number): Columns[] =>
  columns.map(({ atom, from }) => ({ atom, from: from + start, to: from + start + size }));

function ofPart(atom: Atom, { inputs: [joint], params, outputs }: EquationOf<'split'>, step: Step): Affine | undefined {
  const sizes = params.sizes.map(Number);
  if (params.axis !== joint!.shape.length - 1 || sizes.some(Number.isNaN)) return undefined;
  const found = affineOf(joint!, step);
  if (found === undefined) return undefined;
  const part = outputs.indexOf(atom as Variable);
  const start = sizes.slice(0, part).reduce((sum, size) => sum + size, 0);
  const cut = (columns: readonly Columns[]): Columns[] => narrow(columns, start, sizes[part]!);
  return { inputKernels: cut(found.inputKernels), stateKernels: cut(found.stateKernels), biases: cut(found.biases) };
}

/** The terms of `atom`, if it is such a sum. */
export function affineOf(atom: Atom, step: Step): Affine | undefined {
  if (step.isFixed(atom)) {
    const biases = atom.shape.length === 1 ? whole(atom) : undefined;
    return biases && { ...none, biases };
  }
  const equation = step.producers.get(atom);
  switch (equation?.primitive) {
    case 'dot':
      return ofDot(equation, step);
    case 'split':
      return ofPart(atom, equation, step);
    case 'add': {
      const [left, right] = equation.inputs.map((input) => affineOf(input, step));
      if (!left || !right) return undefined;
      return {
        inputKernels: [...left.inputKernels, ...right.inputKernels],
        stateKernels: [...left.stateKernels, ...right.stateKernels],
        biases: [...left.biases, ...right.biases],
      };
    }
    default:
      return undefined;
  }
}
