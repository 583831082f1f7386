import type { HigherOrderPrimitive } from '../../kernels/kernel.js';
import { bind } from '../../program/bind.js';
import { capturesFirst, trace } from '../../program/trace.js';
import type { Program } from '../../program/program.js';
import type { Spec } from '../../shape/shape.js';
import { zerosLike } from '../../ops/create.js';
import type { CallRule } from '../../primitives/call-rules.js';
import type { PrimitiveParams } from '../../primitives/params.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isFloating } from '../../dtype/dtype.js';
import { checkpointJvp } from './checkpoint.js';
import { switchCaseJvp } from './switch-case.js';
import { whileLoopJvp } from './while-loop.js';
import { instantiate, type Derived, type DeriveProgram, type JvpRule, type Tangent } from './rule.js';

/** An author's derivative by tangents keeps the call itself, so that an executor still sees one operation. */
function byAuthor(rule: CallRule, primals: readonly Tensor[], tangents: readonly Tangent[], params: PrimitiveParams['call']): Derived {
  if (rule.kind === 'jvp') {
    const outputs = bind('call', primals, params);
    return { outputs, tangents: rule.jvp(primals, tangents, outputs) };
  }
  const { outputs, residuals } = rule.forward(primals);
  const linear = primals.map((primal, i) => instantiate(tangents[i] ?? null, primal));
  const results = bind('linearCall', [...residuals, ...linear], { residuals: residuals.length, rule: rule.backward, outputs: outputs.map(({ shape, dtype }) => ({ shape, dtype })) });
  return { outputs, tangents: results.map((result, i) => (isFloating(outputs[i]!.dtype) ? result : null)) };
}

const call: JvpRule<'call'> = (primals, tangents, params, derive) =>
  params.rule ? byAuthor(params.rule, primals, tangents, params) : derive(params.body, primals, tangents);

const linearCall: JvpRule<'linearCall'> = (primals, tangents, params) => {
  const residuals = primals.slice(0, params.residuals);
  const linear = primals.slice(params.residuals).map((primal, i) => instantiate(tangents[params.residuals + i] ?? null, primal));
  return { outputs: bind('linearCall', primals, params), tangents: bind('linearCall', [...residuals, ...linear], params) };
};

/** Which carries have a tangent that is not zero, found by going round until nothing changes. */
export function activeCarries(
  { body, constants, carry }: PrimitiveParams['scan'],
  active: readonly boolean[],
  step: (body: Program, active: readonly boolean[]) => readonly boolean[],
): boolean[] {
  let found = [...active];
  for (;;) {
    const outputs = step(body, found).slice(0, carry);
    const next = found.map((one, i) => one || (i >= constants && i < constants + carry && outputs[i - constants]!));
    if (next.every((one, i) => one === found[i])) return found;
    found = next;
  }
}

/** Which outputs of a program have a tangent where the inputs marked active have one. */
function activeOutputs(body: Program, active: readonly boolean[], derive: DeriveProgram): readonly boolean[] {
  let result: readonly boolean[] = [];
  trace((...inputs) => {
    const primals = inputs.slice(0, body.inputs.length);
    const tangents = inputs.slice(body.inputs.length);
    result = derive(body, primals, active.map((one, i) => (one ? tangents[i]! : null))).tangents.map((tangent) => tangent !== null);
    return [];
  }, [...body.inputs, ...body.inputs]);
  return result;
}

/** One scan over primals and tangents together: (constants, tangents of constants..., carry, tangents of carry..., ...). */
const scan: JvpRule<'scan'> = (primals, tangents, params, derive) => {
  const { body, constants, carry } = params;
  const active = activeCarries(params, tangents.map((tangent) => tangent !== null), (program, found) => activeOutputs(program, found, derive));
  const groups = (values: readonly Tensor[], from: number, to: number): Tensor[] => [
    ...values.slice(from, to),
    ...active.flatMap((one, i) => (one && i >= from && i < to ? [instantiate(tangents[i] ?? null, primals[i]!)] : [])),
  ];
  const bounds = [0, constants, constants + carry, primals.length] as const;
  const counts = bounds.slice(1).map((to, g) => active.filter((one, i) => one && i >= bounds[g]! && i < to).length);
  const carriedActive = active.slice(constants, constants + carry);
  let sliceActive: boolean[] = [];
  const specs = [0, 1, 2].flatMap((g): Spec[] => {
    const inputs = body.inputs.slice(bounds[g], bounds[g + 1]);
    return [...inputs, ...inputs.filter((_, i) => active[bounds[g]! + i])];
  });
  const traced = trace((...inputs) => {
    const values: Tensor[] = [];
    const moves: Tangent[] = [];
    let at = 0;
    for (let g = 0; g < 3; g++) {
      const size = bounds[g + 1]! - bounds[g]!;
      values.push(...inputs.slice(at, at + size));
      const own = inputs.slice(at + size, at + size + counts[g]!);
      for (let i = bounds[g]!; i < bounds[g + 1]!; i++) moves.push(active[i] ? own.shift()! : null);
      at += size + counts[g]!;
    }
    const { outputs, tangents: results } = derive(body, values, moves);
    sliceActive = results.slice(carry).map((tangent) => tangent !== null);
    const carried = outputs.slice(0, carry);
    const carriedTangents = carriedActive.flatMap((one, i) => (one ? [results[i] ?? zerosLike(outputs[i]!)] : []));
    return [...carried, ...carriedTangents, ...outputs.slice(carry), ...results.slice(carry).filter((tangent) => tangent !== null)];
  }, specs);
  const results = bind('scan', [...traced.captures, ...[0, 1, 2].flatMap((g) => groups(primals, bounds[g]!, bounds[g + 1]!))], {
    ...params,
    body: capturesFirst(traced),
    constants: traced.captures.length + constants + counts[0]!,
    carry: carry + counts[1]!,
  });
  const stackedAt = carry + counts[1]!;
  const ySize = body.outputs.length - carry;
  const carriedTangents = results.slice(carry, stackedAt);
  const stackedTangents = results.slice(stackedAt + ySize);
  return {
    outputs: [...results.slice(0, carry), ...results.slice(stackedAt, stackedAt + ySize)],
    tangents: [...carriedActive, ...sliceActive].map((one, i) => (one ? (i < carry ? carriedTangents : stackedTangents).shift()! : null)),
  };
};

export const controlJvpRules: { readonly [P in HigherOrderPrimitive]: JvpRule<P> } = { call, checkpoint: checkpointJvp, linearCall, scan, whileLoop: whileLoopJvp, switchCase: switchCaseJvp };
