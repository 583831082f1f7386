import { TransformError } from '../../errors/errors.js';
import type { Primitive } from '../../primitives/params.js';
import { bind } from '../../program/bind.js';
import { eliminateDeadCode } from '../../program/dead-code.js';
import type { Atom, Equation, Program, Variable } from '../../program/program.js';
import { nameScope } from '../../program/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { addTangents, type Tangent } from '../jvp/rule.js';
import { axisTransposeRules } from './axis.js';
import { contractTransposeRules } from './contract.js';
import { controlTransposeRules } from './control.js';
import { elementwiseTransposeRules } from './elementwise.js';
import type { Operand, TransposeProgram, TransposeRule, TransposeRuleOf } from './rule.js';
import { fftTransposeRules } from './fft.js';
import { structuralTransposeRules } from './structural.js';
import { windowTransposeRules } from './window.js';

/** The primitives that are never linear: no rule of differentiation puts them on tangents. */
const notLinear = {
  abs: null, sign: null, exp: null, expm1: null, log: null, log1p: null, sqrt: null,
  sin: null, cos: null, tan: null, asin: null, acos: null, atan: null, sinh: null, cosh: null, tanh: null, asinh: null, acosh: null, atanh: null,
  sigmoid: null, erf: null, erfInv: null, lgamma: null, digamma: null, floor: null, ceil: null, round: null, not: null, isNan: null,
  rem: null, pow: null, max: null, min: null, atan2: null, and: null, or: null, xor: null,
  shiftLeft: null, shiftRightLogical: null, shiftRightArithmetic: null,
  equal: null, notEqual: null, less: null, lessEqual: null, greater: null, greaterEqual: null,
  integerPow: null, stopGradient: null, checkpointName: null, threefry2x32: null, reduceProd: null, reduceMax: null, reduceMin: null, argMax: null, argMin: null,
  cumProd: null, sort: null, iota: null, dimension: null, axisIndex: null, windowSelect: null,
} as const;

export const transposeRules: { readonly [P in Primitive]: TransposeRule<P> | null } = {
  ...notLinear,
  ...elementwiseTransposeRules,
  ...structuralTransposeRules,
  ...contractTransposeRules,
  ...controlTransposeRules,
  ...axisTransposeRules,
  ...windowTransposeRules,
  ...fftTransposeRules,
};

/** A linear program that is about to run backwards. */
export interface Transposition {
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Atom[];
  /** The linear equations, in order. */
  readonly equations: Equation[];
  readonly linear: ReadonlySet<Variable>;
  readonly values: ReadonlyMap<Variable, Tensor>;
}

/** Runs the equations on values alone, and sets the linear ones aside. */
export function prepareTransposition(given: Program, inputs: readonly Operand[]): Transposition {
  const program = eliminateDeadCode(given);
  const values = new Map<Variable, Tensor>();
  const linear = new Set<Variable>();
  program.inputs.forEach((variable, i) => {
    const input = inputs[i]!;
    if (input.linear) linear.add(variable);
    else values.set(variable, input.value);
  });
  const equations: Equation[] = [];
  for (const equation of program.equations) {
    if (equation.inputs.some((atom) => atom.kind === 'variable' && linear.has(atom))) {
      for (const output of equation.outputs) linear.add(output);
      equations.push(equation);
      continue;
    }
    const operands = equation.inputs.map((atom) => (atom.kind === 'constant' ? atom.value : values.get(atom)!));
    const results = nameScope(equation.scope, () => bind<Primitive>(equation.primitive, operands, equation.params));
    equation.outputs.forEach((output, i) => values.set(output, results[i]!));
  }
  return { inputs: program.inputs, outputs: program.outputs, equations, linear, values };
}

/**
 * From the cotangents of the outputs to those of the linear inputs: the equations in reverse, and what flows into one variable adds up. Each
 * equation is dropped when it has run: who keeps nothing else of the program keeps none of the residuals that its equations hold.
 */
export function runTransposition({ inputs, outputs, equations, linear, values }: Transposition, cotangents: readonly Tangent[]): readonly Tangent[] {
  const operandOf = (atom: Atom): Operand => {
    if (atom.kind === 'constant') return { linear: false, value: atom.value, spec: atom };
    return linear.has(atom) ? { linear: true, spec: atom } : { linear: false, value: values.get(atom)!, spec: atom };
  };
  const flowing = new Map<Variable, Tensor>();
  const flow = (atom: Atom, cotangent: Tangent): void => {
    if (cotangent === null || atom.kind === 'constant' || !linear.has(atom)) return;
    flowing.set(atom, addTangents(flowing.get(atom) ?? null, cotangent)!);
  };
  outputs.forEach((atom, i) => flow(atom, cotangents[i] ?? null));
  for (let equation = equations.pop(); equation; equation = equations.pop()) transposeEquation(equation, flowing, flow, operandOf);
  return inputs.map((variable) => (linear.has(variable) ? (flowing.get(variable) ?? null) : null));
}

function transposeEquation(equation: Equation, flowing: Map<Variable, Tensor>, flow: (atom: Atom, cotangent: Tangent) => void, operandOf: (atom: Atom) => Operand): void {
  const outputs = equation.outputs.map((output) => flowing.get(output) ?? null);
  for (const output of equation.outputs) flowing.delete(output);
  if (outputs.every((cotangent) => cotangent === null)) return;
  const rule = transposeRules[equation.primitive] as TransposeRuleOf<typeof equation.params> | null;
  if (rule === null) throw new TransformError('transposition', equation.primitive, 'is not linear');
  nameScope(equation.scope, () => {
    const results = rule(outputs, equation.inputs.map(operandOf), equation.params, transposeProgram);
    equation.inputs.forEach((atom, i) => flow(atom, results[i] ?? null));
  });
}

/** The transpose of a linear program: cotangents of its outputs to those of its linear inputs. */
export const transposeProgram: TransposeProgram = (program, inputs, cotangents) => runTransposition(prepareTransposition(program, inputs), cotangents);
