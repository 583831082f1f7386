import { customVjp as customVjpTensors, type Tensor } from '@flaxon/tensor';
import { LiftArgumentError } from '../errors/lift-errors.js';
import type { Filter } from '../filter.js';
import type { Module } from '../module/module.js';
import { runningNow } from '../module/running-now.js';
import { requireOneScope } from './derivatives.js';
import { pack, type Packed, type ScopeFunction, type StreamGroup, type VariableGroup } from './pack.js';
import { callLifted } from './targets.js';
import { takeTensors, type TakenTensors } from './tensor-tree.js';

export interface CustomVjpOptions {
  /** The collections whose gradients `backward` gives: `params` by default. */
  readonly gradVariables?: Filter;
}

/**
 * `f(module, ...args)` with a backward pass of its own (Flax: `nn.custom_vjp`). `forward` returns the value and what `backward` needs;
 * that may hold tensors and the function that `lift.vjp` gives. `backward(residuals, cotangent)` returns the gradient of the variables,
 * `{ params: ... }`, and that of each argument.
 *
 *     const signed = lift.customVjp(
 *       (module: Dense, x: Tensor) => module.call(x),
 *       (module: Dense, x: Tensor) => lift.vjp((inner: Dense, y: Tensor) => inner.call(y), module, [x]),
 *       (pullBack, cotangent) => { const [byParams, byX] = pullBack(cotangent); return [tree.map(sign, byParams), byX]; },
 *     );
 */
export function customVjp<M extends Module, Args extends readonly unknown[], R, Residuals>(
  f: (module: M, ...args: Args) => R,
  forward: (module: M, ...args: Args) => readonly [R, Residuals],
  backward: (residuals: Residuals, cotangent: R) => readonly unknown[],
  { gradVariables = 'params' }: CustomVjpOptions = {},
): (module: M, ...args: Args) => R {
  const pull = (residuals: unknown, cotangent: unknown): readonly unknown[] => backward(residuals as Residuals, cotangent as R);
  return (module, ...args) =>
    callLifted({ name: 'customVjp', prefix: '' }, module, args, [f, forward], ([value, withResiduals]) => customScopes(value!, withResiduals!, pull, gradVariables)) as R;
}

type BackwardFunction = (residuals: unknown, cotangent: unknown) => readonly unknown[];

function customScopes(f: ScopeFunction, forward: ScopeFunction, backward: BackwardFunction, gradVariables: Filter): ScopeFunction {
  return (scopes, ...args) => {
    requireOneScope('customVjp', scopes.length);
    const packed = pack(scopes, { in: [gradVariables, true], out: [gradVariables, true], rngs: [true] });
    const [active, fixed] = packed.variables as [VariableGroup, VariableGroup];
    // Those of the other variables and the keys too, which have no gradient: `forward` may run outside the trace that they are of.
    const inputs = takeTensors([active, args, fixed, packed.streams], null);
    // `forward` runs in the place of `f`, but only once somebody differentiates: it draws the keys, and is seen, as `f` is now.
    const [openAgain, asNow] = [packed.opener(), runningNow()];
    const run = (open: Packed['open'], g: ScopeFunction, given: readonly Tensor[]): readonly [unknown, VariableGroup[]] => {
      const [differentiated, values, others, streams] = inputs.restore(given) as readonly [VariableGroup, unknown[], VariableGroup, StreamGroup[]];
      const opened = open([differentiated, others], streams);
      return [g(opened.scopes, ...values), opened.close()];
    };
    let value: TakenTensors<null> | undefined;
    let residuals: TakenTensors<null> | undefined;
    const custom = customVjpTensors(
      (...given: Tensor[]) => {
        value = takeTensors(run(packed.open, f, given), null);
        return value.tensors;
      },
      {
        forward: (...given: Tensor[]) => {
          const [result, written] = asNow(() => run(openAgain, forward, given));
          const [y, kept] = pairOf(result);
          residuals = takeTensors(kept, null);
          return [takeTensors([y, written], null).tensors, residuals.tensors] as const;
        },
        backward: (kept, cotangents) => {
          // The cotangents of what was written are of no use: the backward pass sees the value's alone.
          const [cotangent] = value!.restore(cotangents) as readonly [unknown];
          const [byVariables, ...byArgs] = backward(residuals!.restore(kept), cotangent);
          return gradientsLike(inputs, [[byVariables], byArgs]);
        },
      },
    );
    const results = custom(...inputs.tensors);
    const [y, written] = value!.restore(results) as readonly [unknown, VariableGroup[]];
    packed.publish(written);
    return y;
  };
}

function pairOf(result: unknown): readonly [unknown, unknown] {
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  throw new LiftArgumentError('lift.customVjp', '`forward` must return a pair, `[value, residuals]`');
}

/** The gradient of each input; null where `backward` gave none. @throws LiftArgumentError */
function gradientsLike(inputs: TakenTensors<null>, given: unknown): (Tensor | null)[] {
  const found = new Map(takeTensors(given, null).found.map(({ path, tensor }) => [path, tensor]));
  const gradients = inputs.found.map(({ path }) => found.get(path) ?? null);
  if (gradients.filter((gradient) => gradient !== null).length === found.size) return gradients;
  throw new LiftArgumentError('lift.customVjp', '`backward` must return the gradient of the variables, like them, and then that of each argument');
}
