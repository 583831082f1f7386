/** Elementwise equations of one shape, evaluated together. */
import type { ExpressionShape } from '../../kernels/expression-vectors.js';
import type { ExpressionStep } from '../../kernels/simd/expression-module.js';
import { isVectorOperation, type LaneKind, mostExponent, operationOf, type VectorElement, type VectorOperation } from '../../kernels/simd/operations.js';
import { isStaticShape, sizeOf, type StaticShape } from '../../shape/shape.js';
import type { Atom, Equation, Variable } from '../program.js';

/** Below this many elements an equation costs less than its part of a group. */
export const leastElements = 4096;
const mostOperands = 10;
const mostSteps = 32;

/** An equation that vectors can evaluate. */
export interface ElementwiseEquation {
  readonly equation: Equation;
  readonly operation: VectorOperation;
  readonly shape: StaticShape;
  /** The type of its numbers; undefined where there are bools alone. */
  readonly element: VectorElement | undefined;
  readonly exponent: number;
}

const elementOf = (dtype: string): VectorElement | undefined => (dtype === 'float32' || dtype === 'float64' ? dtype : undefined);

/** What vectors know of an equation; undefined where they cannot evaluate it. */
export function elementwiseOf(equation: Equation): ElementwiseEquation | undefined {
  const { primitive, inputs, outputs } = equation;
  if (!isVectorOperation(primitive)) return undefined;
  const { shape } = outputs[0]!;
  const { operands, elements } = operationOf(primitive);
  const exponent = equation.primitive === 'integerPow' ? equation.params.exponent : 1;
  if (!isStaticShape(shape) || Math.abs(exponent) > mostExponent) return undefined;
  const numbers = inputs.find((_, i) => operands[i] === 'number');
  const element = numbers && elementOf(numbers.dtype);
  if (numbers && (element === undefined || !elements.includes(element))) return undefined;
  const fits = inputs.every(({ dtype, shape: dims }, i) => isStaticShape(dims) && dtype === (operands[i] === 'mask' ? 'bool' : element));
  return fits ? { equation, operation: primitive, shape, element, exponent } : undefined;
}

/** A group as one evaluation. */
export interface FusedGroup {
  readonly equations: readonly Equation[];
  readonly inputs: readonly Atom[];
  readonly outputs: readonly Variable[];
  readonly shape: StaticShape;
  readonly expression: ExpressionShape;
}

const kindOf = ({ dtype }: Atom): LaneKind => (dtype === 'bool' ? 'mask' : 'number');

export class GroupBuilder {
  readonly #members: ElementwiseEquation[] = [];
  readonly #inputs: Atom[] = [];
  readonly #produced = new Set<Atom>();
  #element: VectorElement | undefined;

  get equations(): readonly Equation[] {
    return this.#members.map(({ equation }) => equation);
  }

  reads(equation: Equation): boolean {
    return equation.inputs.some((atom) => this.#produced.has(atom));
  }

  /** Takes the equation in, if it is of the group's shape and element type and there is room. */
  add(member: ElementwiseEquation): boolean {
    const { equation, shape, element } = member;
    const first = this.#members[0];
    if (sizeOf(shape) < leastElements || this.#members.length >= mostSteps) return false;
    if (first && (shape.length !== first.shape.length || shape.some((dim, axis) => dim !== first.shape[axis]))) return false;
    if (element && this.#element && element !== this.#element) return false;
    const fresh = new Set(equation.inputs.filter((atom) => !this.#produced.has(atom) && !this.#inputs.includes(atom)));
    if (this.#inputs.length + fresh.size > mostOperands) return false;
    this.#inputs.push(...fresh);
    this.#members.push(member);
    this.#produced.add(equation.outputs[0]!);
    this.#element ??= element;
    return true;
  }

  /** `isUsedOutside` tells which values are read by others than these equations. */
  build(isUsedOutside: (variable: Variable, inside: readonly Equation[]) => boolean): FusedGroup {
    const { equations } = this;
    const element = this.#element ?? 'float32';
    const values: Atom[] = [...this.#inputs, ...equations.map(({ outputs }) => outputs[0]!)];
    const outputs = equations.map((equation) => equation.outputs[0]!).filter((variable) => isUsedOutside(variable, equations));
    const steps = this.#members.map(({ equation, operation, exponent }): ExpressionStep => ({ operation, exponent, values: equation.inputs.map((atom) => values.indexOf(atom)) }));
    const results = outputs.map((output) => values.indexOf(output));
    const kinds = this.#inputs.map(kindOf);
    const key = [element, kinds.join(), ...steps.map(({ operation, exponent, values: taken }) => `${operation}${exponent}(${taken.join()})`), results.join()].join(';');
    return { equations, inputs: this.#inputs, outputs, shape: this.#members[0]!.shape, expression: { element, kinds, resultKinds: outputs.map(kindOf), steps, results, key } };
  }
}
