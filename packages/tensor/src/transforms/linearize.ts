import { isFloating } from '../dtype/dtype.js';
import { eliminateDeadCode } from '../program/dead-code.js';
import type { Program } from '../program/program.js';
import { traceLinear } from '../program/trace.js';
import type { Tensor } from '../tensor/tensor.js';
import { deriveBy, jvpRules } from './jvp/jvp-program.js';
import { linearizeCheckpoint } from './linearize-checkpoint.js';
import { linearizeScan } from './linearize-scan.js';
import { linearizeSwitchCase } from './linearize-switch-case.js';
import type { DeriveProgram } from './jvp/rule.js';
import { whileLoopLinearize } from './jvp/while-loop.js';

/** What is left of a function at a point: its values there, and the linear map of tangents. */
export interface Linearized {
  readonly outputs: readonly Tensor[];
  /** From the tangents of the active inputs, then the residuals, to the tangents of the active outputs. */
  readonly linear: Program;
  readonly residuals: readonly Tensor[];
  readonly activeOutputs: readonly boolean[];
}

export type LinearizeProgram = (program: Program, primals: readonly Tensor[], active: readonly boolean[]) => Linearized;

/**
 * Values at once (or in the enclosing trace), tangents as a program of their own, whose captures are the residuals. The rules
 * are forward mode's: an operation goes to the innermost trace among its operands, so what has no tangent stays outside.
 */
export const linearizeProgram: LinearizeProgram = (program, primals, active) => {
  const differentiated = primals.map((primal, i) => active[i]! && isFloating(primal.dtype));
  let outputs: readonly Tensor[] = [];
  let activeOutputs: readonly boolean[] = [];
  const traced = traceLinear((...inputs) => {
    const rest = [...inputs];
    const tangents = differentiated.map((one) => (one ? rest.shift()! : null));
    const derived = linearDerive(program, primals, tangents);
    outputs = derived.outputs;
    activeOutputs = derived.tangents.map((tangent) => tangent !== null);
    return derived.tangents.filter((tangent) => tangent !== null);
  }, primals.filter((_, i) => differentiated[i]));
  return { outputs, linear: eliminateDeadCode(traced.program), residuals: traced.captures, activeOutputs };
};

const linearDerive: DeriveProgram = deriveBy({ ...jvpRules, scan: linearizeScan((...args) => linearizeProgram(...args)), whileLoop: whileLoopLinearize, switchCase: linearizeSwitchCase((...args) => linearizeProgram(...args)), checkpoint: linearizeCheckpoint((...args) => linearizeProgram(...args)) });
