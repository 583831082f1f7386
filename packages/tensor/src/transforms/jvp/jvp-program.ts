import { Environment, lastUses } from '../../program/interpret.js';
import { bind } from '../../program/bind.js';
import type { Primitive } from '../../primitives/params.js';
import { nameScope } from '../../program/scope.js';
import { isFloating } from '../../dtype/dtype.js';
import { axisJvpRules } from './axis.js';
import { controlJvpRules } from './control.js';
import { elementwiseJvpRules } from './elementwise.js';
import type { DeriveProgram, JvpRule, JvpRuleOf, Tangent } from './rule.js';
import { fftJvpRules } from './fft.js';
import { structuralJvpRules } from './structural.js';
import { windowJvpRules } from './window.js';
import type { Tensor } from '../../tensor/tensor.js';

export type JvpTable = { readonly [P in Primitive]: JvpRule<P> };

export const jvpRules: JvpTable = { ...elementwiseJvpRules, ...structuralJvpRules, ...controlJvpRules, ...axisJvpRules, ...windowJvpRules, ...fftJvpRules };

interface Dual {
  readonly primal: Tensor;
  readonly tangent: Tangent;
}

/** Runs a program on values and tangents by a table of rules. Equations without a tangent run as they are. */
export function deriveBy(table: JvpTable): DeriveProgram {
  const derive: DeriveProgram = (program, primals, tangents) => {
    const inputs = primals.map((primal, i): Dual => ({ primal, tangent: isFloating(primal.dtype) ? (tangents[i] ?? null) : null }));
    const environment = new Environment<Dual>(program, inputs, (primal) => ({ primal, tangent: null }));
    const uses = lastUses(program);
    for (const equation of program.equations) {
      const operands = environment.readAll(equation.inputs);
      const values = operands.map(({ primal }) => primal);
      nameScope(equation.scope, () => {
        if (operands.every(({ tangent }) => tangent === null)) {
          environment.write(equation.outputs, bind<Primitive>(equation.primitive, values, equation.params).map((primal) => ({ primal, tangent: null })));
          return;
        }
        const rule = table[equation.primitive] as JvpRuleOf<typeof equation.params>;
        const derived = rule(values, operands.map(({ tangent }) => tangent), equation.params, derive);
        environment.write(equation.outputs, derived.outputs.map((primal, i) => ({ primal, tangent: derived.tangents[i] ?? null })));
      });
      for (const variable of uses.get(equation) ?? []) environment.forget(variable);
    }
    const results = environment.readAll(program.outputs);
    return { outputs: results.map(({ primal }) => primal), tangents: results.map(({ tangent }) => tangent) };
  };
  return derive;
}

/** Forward mode: values and tangents side by side. */
export const jvpProgram: DeriveProgram = deriveBy(jvpRules);
