/** Where a program is being lowered to: the graph, the options, and what each variable has become. */
import { type Atom, type Dtype, type Equation, type EquationOf, type Primitive, type Program, type Tensor, type TypedArray, type Variable } from '@flaxon/tensor';
import { UnsupportedOpError } from '../errors/unsupported-op-error.js';
import { isUniform } from '../graph/constants.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { exact, type Lowered } from './lowered.js';

export interface LoweringOptions {
  readonly opset: number;
  readonly device: string;
  /** Names for constants that are known arrays, such as the parameters of a bound module. */
  readonly constantNames: ReadonlyMap<TypedArray, string>;
  /** Values that are random samples, as far as they are known (`samples.ts`). */
  readonly samples: WeakSet<Value>;
}

/** Lowers a program on the given inputs; `lower.ts` supplies it. */
export type LowerProgram = (context: LoweringContext, program: Program, inputs: readonly Lowered[]) => readonly Lowered[];

export class LoweringContext {
  readonly builder: GraphBuilder;
  readonly options: LoweringOptions;
  readonly lowerProgram: LowerProgram;
  /** The equations that read a variable, and 'output' where the program returns it. */
  readonly #uses: ReadonlyMap<Variable, readonly (Equation | 'output')[]>;
  readonly #values = new Map<Variable, Lowered>();

  constructor(builder: GraphBuilder, options: LoweringOptions, lowerProgram: LowerProgram, program: Program) {
    this.builder = builder;
    this.options = options;
    this.lowerProgram = lowerProgram;
    this.#uses = usesOf(program);
  }

  read(atom: Atom): Lowered {
    if (atom.kind === 'constant') return this.constant(atom.value);
    const found = this.#values.get(atom);
    if (!found) throw new Error('a variable is read before the equation that defines it');
    return found;
  }

  write(variable: Variable, lowered: Lowered): void {
    this.#values.set(variable, lowered);
  }

  usesOf(variable: Variable): readonly (Equation | 'output')[] {
    return this.#uses.get(variable) ?? [];
  }

  /** A concrete tensor. One that has the same element everywhere is that element, broadcast. */
  constant(tensor: Tensor): Lowered {
    const data = { dtype: tensor.dtype, shape: tensor.staticShape(), data: tensor.data() };
    const name = this.options.constantNames.get(data.data);
    if (name === undefined && data.data.length > 1 && isUniform(data)) {
      return { value: this.builder.constant({ ...data, shape: [], data: data.data.slice(0, 1) as TypedArray }), shape: tensor.shape };
    }
    return exact(this.builder.constant(data, name));
  }

  unsupported(equation: Equation | EquationOf<Primitive>, dtype: Dtype | undefined, reason: string): UnsupportedOpError {
    const op = equation.primitive === 'call' ? (equation.params as { readonly name: string }).name : equation.primitive;
    return new UnsupportedOpError({ op, dtype, device: this.options.device, modulePath: equation.scope }, reason);
  }
}

function usesOf(program: Program): Map<Variable, (Equation | 'output')[]> {
  const uses = new Map<Variable, (Equation | 'output')[]>();
  const note = (atom: Atom, use: Equation | 'output'): void => {
    if (atom.kind === 'constant') return;
    const known = uses.get(atom);
    if (known) known.push(use);
    else uses.set(atom, [use]);
  };
  for (const equation of program.equations) for (const input of equation.inputs) note(input, equation);
  for (const output of program.outputs) note(output, 'output');
  return uses;
}

/** The rule that turns an equation into nodes. */
export type Lowering<P extends Primitive> = (context: LoweringContext, equation: EquationOf<P>, inputs: readonly Lowered[]) => readonly Lowered[];

export type LoweringTable<P extends Primitive = Primitive> = { readonly [Q in P]: Lowering<Q> };

/** The nodes of an elementwise function: operands as they are stored, broadcast by the operators. */
export type ElementwiseNodes = (builder: GraphBuilder, operands: readonly Value[]) => Value;

/** A lowering that applies `nodes` to operands that stay lazily broadcast. */
export const elementwiseLowering =
  (nodes: ElementwiseNodes): Lowering<Primitive> =>
  ({ builder }, { outputs }, inputs) => [{ value: nodes(builder, inputs.map(({ value }) => value)), shape: outputs[0]!.shape }];
