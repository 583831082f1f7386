import { isFloating } from '../../dtype/dtype.js';
import { TransformError } from '../../errors/errors.js';
import { zerosLike } from '../../ops/create.js';
import type { PrimitiveParams } from '../../primitives/params.js';
import { bind, runProgram } from '../../program/bind.js';
import { capturesFirst, trace } from '../../program/trace.js';
import type { Tensor } from '../../tensor/tensor.js';
import { instantiate, type DeriveProgram, type JvpRule, type Tangent } from './rule.js';

/** Which carries may have a tangent that is not zero. */
function activeCarries({ body, bodyConstants }: PrimitiveParams['whileLoop'], constants: readonly boolean[], carry: readonly boolean[], derive: DeriveProgram): boolean[] {
  let found = [...carry];
  for (;;) {
    const active = [...constants, ...found];
    let outputs: readonly boolean[] = [];
    trace((...inputs) => {
      const tangents = inputs.slice(body.inputs.length);
      outputs = derive(body, inputs.slice(0, body.inputs.length), active.map((one, i) => (one ? tangents[i]! : null))).tangents.map((tangent) => tangent !== null);
      return [];
    }, [...body.inputs, ...body.inputs]);
    const next = found.map((one, i) => one || (outputs[i]! && isFloating(body.inputs[bodyConstants + i]!.dtype)));
    if (next.every((one, i) => one === found[i])) return found;
    found = next;
  }
}

/** One loop that carries the tangents along; the condition looks at the values alone. */
export const whileLoopJvp: JvpRule<'whileLoop'> = (primals, tangents, params, derive) => {
  const { condition, body, conditionConstants, bodyConstants } = params;
  const at = conditionConstants + bodyConstants;
  const constantTangents = tangents.slice(conditionConstants, at);
  const carried = primals.slice(at);
  const active = activeCarries(params, constantTangents.map((one) => one !== null), tangents.slice(at).map((one) => one !== null), derive);
  const moving = active.flatMap((one, i) => (one ? [i] : []));
  const given = constantTangents.filter((one) => one !== null);

  const tested = trace((...inputs) => runProgram(condition, inputs.slice(0, condition.inputs.length)), [...condition.inputs, ...moving.map((i) => carried[i]!)]);
  const stepped = trace((...inputs) => {
    const rest = [...inputs];
    const constants = rest.splice(0, bodyConstants);
    const givenTangents = rest.splice(0, given.length);
    const values = rest.splice(0, carried.length);
    const moves: Tangent[] = [...constantTangents.map((one) => (one ? givenTangents.shift()! : null)), ...active.map((one) => (one ? rest.shift()! : null))];
    const derived = derive(body, [...constants, ...values], moves);
    return [...derived.outputs, ...moving.map((i) => derived.tangents[i] ?? zerosLike(derived.outputs[i]!))];
  }, [...body.inputs.slice(0, bodyConstants), ...given, ...carried, ...moving.map((i) => carried[i]!)]);

  const results = bind('whileLoop', [
    ...tested.captures,
    ...primals.slice(0, conditionConstants),
    ...stepped.captures,
    ...primals.slice(conditionConstants, at),
    ...given,
    ...carried,
    ...moving.map((i) => instantiate(tangents[at + i] ?? null, carried[i]!)),
  ], {
    condition: capturesFirst(tested),
    body: capturesFirst(stepped),
    conditionConstants: tested.captures.length + conditionConstants,
    bodyConstants: stepped.captures.length + bodyConstants + given.length,
  });
  const moved: Tensor[] = results.slice(carried.length);
  return { outputs: results.slice(0, carried.length), tangents: active.map((one) => (one ? moved.shift()! : null)) };
};

/** Reverse mode would need every step's values, and their number is not known. */
export const whileLoopLinearize: JvpRule<'whileLoop'> = () => {
  throw new TransformError('the reverse-mode derivative', 'whileLoop', 'does not exist, since the number of its steps is not known beforehand; use `scan` or `foriLoop` with numbers as bounds, or forward mode (`jvp`, `jacfwd`)');
};
