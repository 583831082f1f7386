import type { Filter } from '../filter.js';
import type { ByFilter, VariableAxis } from './axes.js';
import { pack, type ScopeFunction } from './pack.js';
import { passThrough } from './pass-through.js';
import { scanScopes } from './scan.js';
import { liftTarget, type LiftTarget, type Methods } from './targets.js';

export interface RematOptions {
  /** The collections that are there inside. */
  readonly variables?: Filter;
  /** The streams that are there inside. */
  readonly rngs?: Filter;
  /** Arguments that are plain data (the module is 0). Nothing needs to be said here: what is no tensor stays as it is. */
  readonly staticArgnums?: number | readonly number[];
  /** Which values to keep, by the name of a policy of JAX. None is kept or dropped by it at present. */
  readonly policy?: string | null | undefined;
}

/**
 * A class of modules, or a function of a module, whose intermediate values are to be computed anew in the backward pass instead of
 * kept (Flax: `nn.remat`, also `nn.checkpoint`). Names and values are Flax's; memory is not saved yet, since `@flaxon/tensor` has no
 * rematerialisation: the backward pass keeps what it needs. The class is named `CheckpointBlock`.
 * @throws TransformTargetError
 */
export function remat<Target extends LiftTarget>(target: Target, options: RematOptions & { readonly methods?: Methods<RematOptions> } = {}): Target {
  return liftTarget<RematOptions>({ name: 'remat', prefix: 'Checkpoint' }, target, options, rematScopes) as Target;
}

export function rematScopes(f: ScopeFunction, { variables = true, rngs = true }: RematOptions): ScopeFunction {
  return (scopes, ...args) => passThrough(pack(scopes, { in: [variables], out: [variables], rngs: [rngs] }), f, args);
}

export interface RematScanOptions {
  /** The lengths of the nested loops; their product is the number of layers. */
  readonly lengths: readonly number[];
  readonly policy?: string | null | undefined;
  readonly variableBroadcast?: Filter;
  readonly variableCarry?: Filter;
  readonly variableAxes?: ByFilter<VariableAxis<number>>;
  readonly splitRngs?: ByFilter<boolean>;
}

/**
 * A class of modules that return the carry alone, as many layers deep as the product of `lengths`, in nested scans each of which is
 * rematerialised (Flax: `nn.remat_scan`). By default all collections are stacked along axis 0 and all streams split. The class is named
 * `Remat_scanBlock`.
 * @throws TransformTargetError
 */
export function rematScan<Target extends LiftTarget>(target: Target, options: RematScanOptions): Target {
  return liftTarget<RematScanOptions>({ name: 'rematScan', prefix: 'Remat_scan' }, target, options, rematScanScopes) as Target;
}

function rematScanScopes(f: ScopeFunction, options: RematScanOptions): ScopeFunction {
  const { lengths, variableBroadcast = false, variableCarry = false, variableAxes = [[true, 0]], splitRngs = [[true, true]] } = options;
  const [length, ...inner] = lengths;
  const layers = inner.length === 0 ? f : rematScopes(rematScanScopes(f, { ...options, lengths: inner }), {});
  const looped = scanScopes((scopes, carry) => [layers(scopes, carry), null], { variableBroadcast, variableCarry, variableAxes, splitRngs, length });
  return (scopes, carry) => (looped(scopes, carry) as readonly [unknown, null])[0];
}
