import { shareCaptures } from '../control/switch-case.js';
import { full } from '../ops/create.js';
import { bind, runProgram } from '../program/bind.js';
import { trace } from '../program/trace.js';
import { formatSpec, type Spec } from '../shape/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { JvpRule } from './jvp/rule.js';
import type { Linearized, LinearizeProgram } from './linearize.js';

const zeros = ({ shape, dtype }: Spec): Tensor => full(shape, 0, dtype);

/** Places for the residuals of every branch: branches share a place where shapes and dtypes agree, since only one of them runs. */
function assignSlots(residuals: readonly (readonly Tensor[])[]): { readonly slots: Spec[]; readonly places: number[][] } {
  const slots: Spec[] = [];
  const places = residuals.map((own) => {
    const taken = new Set<number>();
    return own.map((residual) => {
      const known = slots.findIndex((slot, i) => !taken.has(i) && formatSpec(slot) === formatSpec(residual));
      const place = known >= 0 ? known : slots.push({ shape: residual.shape, dtype: residual.dtype }) - 1;
      taken.add(place);
      return place;
    });
  });
  return { slots, places };
}

/** One switch gives the values and the residuals of the branch that ran, a second one over them the tangents. */
export const linearizeSwitchCase = (linearize: LinearizeProgram): JvpRule<'switchCase'> => ([index, ...primals], [, ...tangents], { branches }) => {
  const active = tangents.map((tangent) => tangent !== null);
  const parts: Linearized[] = [];
  for (const branch of branches) {
    trace((...inputs) => {
      parts.push(linearize(branch, inputs, active));
      return [];
    }, primals);
  }
  const { slots, places } = assignSlots(parts.map((part) => part.residuals));
  const activeOutputs = parts[0]!.activeOutputs.map((_, i) => parts.some((part) => part.activeOutputs[i]));

  const forward = branches.map((branch, k) =>
    trace((...inputs) => {
      const { outputs, residuals } = linearize(branch, inputs, active);
      return [...outputs, ...slots.map((slot, s) => (places[k]!.includes(s) ? residuals[places[k]!.indexOf(s)]! : zeros(slot)))];
    }, primals),
  );
  const values = shareCaptures(forward);
  const results = bind('switchCase', [index!, ...primals, ...values.captures], { branches: values.programs });
  const kept = results.slice(activeOutputs.length);

  const given = tangents.filter((tangent) => tangent !== null);
  const linear = parts.map((part, k) =>
    trace((...inputs) => {
      const own = inputs.slice(given.length);
      const found = runProgram(part.linear, [...inputs.slice(0, given.length), ...places[k]!.map((place) => own[place]!)]);
      const all = part.activeOutputs.map((one) => (one ? found.shift()! : null));
      return activeOutputs.flatMap((one, i) => (one ? [all[i] ?? zeros(branches[0]!.outputs[i]!)] : []));
    }, [...given, ...slots]),
  );
  const maps = shareCaptures(linear);
  const moved = bind('switchCase', [index!, ...given, ...kept, ...maps.captures], { branches: maps.programs });
  return { outputs: results.slice(0, activeOutputs.length), tangents: activeOutputs.map((one) => (one ? moved.shift()! : null)) };
};
