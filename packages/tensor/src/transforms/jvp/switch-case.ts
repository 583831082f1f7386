import { zerosLike } from '../../ops/create.js';
import { bind } from '../../program/bind.js';
import { trace } from '../../program/trace.js';
import { shareCaptures } from '../../control/switch-case.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Derived, JvpRule, Tangent } from './rule.js';

/** Every branch on values and tangents; an output has a tangent where it has one in any branch. */
export const switchCaseJvp: JvpRule<'switchCase'> = ([index, ...primals], [, ...tangents], { branches }, derive) => {
  const given = tangents.filter((tangent) => tangent !== null);
  let active: boolean[] = [];
  const run = (branch: (typeof branches)[number], inputs: readonly Tensor[]): Derived => {
    const rest = inputs.slice(primals.length);
    return derive(branch, inputs.slice(0, primals.length), tangents.map((tangent): Tangent => (tangent ? rest.shift()! : null)));
  };
  for (const branch of branches) {
    trace((...inputs) => {
      const found = run(branch, inputs).tangents.map((tangent) => tangent !== null);
      active = found.map((one, i) => one || (active[i] ?? false));
      return [];
    }, [...primals, ...given]);
  }
  const traced = branches.map((branch) =>
    trace((...inputs) => {
      const derived = run(branch, inputs);
      return [...derived.outputs, ...active.flatMap((one, i) => (one ? [derived.tangents[i] ?? zerosLike(derived.outputs[i]!)] : []))];
    }, [...primals, ...given]),
  );
  const { programs, captures } = shareCaptures(traced);
  const results = bind('switchCase', [index!, ...primals, ...given, ...captures], { branches: programs });
  const moved = results.slice(active.length);
  return { outputs: results.slice(0, active.length), tangents: active.map((one) => (one ? moved.shift()! : null)) };
};
