import { TransformError } from '../../errors/errors.js';
import type { Primitive } from '../../primitives/params.js';
import { bind } from '../../program/bind.js';
import { eliminateDeadCode } from '../../program/dead-code.js';
import type { Atom, Equation, Variable } from '../../program/program.js';
import { nameScope } from '../../program/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { addTangents, type Tangent } from '../jvp/rule.js';
import { axisTransposeRules } from './axis.js';
import { contractTransposeRules } from './contract.js';
import { controlTransposeRules } from './control.js';
import { elementwiseTransposeRules } from './elementwise.js';
import type { Operand, TransposeProgram, TransposeRule, TransposeRuleOf } from './rule.js';
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
};

/**
 * The transpose of a linear program: cotangents of its outputs to those of its linear inputs. Equations on values alone run
 * first; then the linear ones in reverse, and what flows into one variable adds up.
 */
export const transposeProgram: TransposeProgram = (given, inputs, cotangents) => {
  const program = eliminateDeadCode(given);
  const values = new Map<Variable, Tensor>();
  const linear = new Set<Variable>();
  program.inputs.forEach((variable, i) => {
    const input = inputs[i]!;
    if (input.linear) linear.add(variable);
    else values.set(variable, input.value);
  });
  const operandOf = (atom: Atom): Operand => {
    if (atom.kind === 'constant') return { linear: false, value: atom.value, spec: atom };
    return linear.has(atom) ? { linear: true, spec: atom } : { linear: false, value: values.get(atom)!, spec: atom };
  };

  const reversed: Equation[] = [];
  for (const equation of program.equations) {
    if (equation.inputs.some((atom) => atom.kind === 'variable' && linear.has(atom))) {
      for (const output of equation.outputs) linear.add(output);
      reversed.push(equation);
      continue;
    }
    const operands = equation.inputs.map((atom) => (atom.kind === 'constant' ? atom.value : values.get(atom)!));
    const results = nameScope(equation.scope, () => bind<Primitive>(equation.primitive, operands, equation.params));
    equation.outputs.forEach((output, i) => values.set(output, results[i]!));
  }

  const flowing = new Map<Variable, Tensor>();
  const flow = (atom: Atom, cotangent: Tangent): void => {
    if (cotangent === null || atom.kind === 'constant' || !linear.has(atom)) return;
    flowing.set(atom, addTangents(flowing.get(atom) ?? null, cotangent)!);
  };
  program.outputs.forEach((atom, i) => flow(atom, cotangents[i] ?? null));
  for (const equation of reversed.reverse()) {
    const outputs = equation.outputs.map((output) => flowing.get(output) ?? null);
    for (const output of equation.outputs) flowing.delete(output);
    if (outputs.every((cotangent) => cotangent === null)) continue;
    const rule = transposeRules[equation.primitive] as TransposeRuleOf<typeof equation.params> | null;
    if (rule === null) throw new TransformError('transposition', equation.primitive, 'is not linear');
    nameScope(equation.scope, () => {
      const results = rule(outputs, equation.inputs.map(operandOf), equation.params, transposeProgram);
      equation.inputs.forEach((atom, i) => flow(atom, results[i] ?? null));
    });
  }
  return program.inputs.map((variable) => (linear.has(variable) ? (flowing.get(variable) ?? null) : null));
};
