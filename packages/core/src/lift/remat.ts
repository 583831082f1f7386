import { checkpoint, checkpointPolicies, type CheckpointPolicy, type Tensor } from '@flaxon/tensor';
import { LiftArgumentError } from '../errors/lift-errors.js';
import type { Filter } from '../filter.js';
import type { ByFilter, VariableAxis } from './axes.js';
import { pack, type ScopeFunction, type StreamGroup, type VariableGroup } from './pack.js';
import { scanScopes } from './scan.js';
import { liftTarget, type LiftTarget, type Methods } from './targets.js';
import { takeTensors, type TakenTensors } from './tensor-tree.js';

export interface RematOptions {
  /** The collections that are there inside. */
  readonly variables?: Filter;
  /** The streams that are there inside. */
  readonly rngs?: Filter;
  /** Arguments whose tensors are not traced, so that their values can be read (the module is 0). What is no tensor stays as it is anyway. */
  readonly staticArgnums?: number | readonly number[];
  /** What reverse mode keeps: a policy, or the name of one of `checkpointPolicies`, in JAX's spelling too. Nothing by default. */
  readonly policy?: RematPolicy | undefined;
  /**
   * True by default: in a graph, what is computed anew stays apart from what the forward pass has computed. Inside a loop, whose backward pass is a loop of
   * its own, it does so anyway.
   */
  readonly preventCse?: boolean;
}

/** `null` is the default, which keeps nothing. */
export type RematPolicy = CheckpointPolicy | string | null;

/** The policies that take no arguments, by their names. */
const policiesByName: { readonly [name: string]: CheckpointPolicy | undefined } = {
  everythingSaveable: checkpointPolicies.everythingSaveable,
  nothingSaveable: checkpointPolicies.nothingSaveable,
  dotsSaveable: checkpointPolicies.dotsSaveable,
  checkpointDots: checkpointPolicies.dotsSaveable,
  dotsWithNoBatchDimsSaveable: checkpointPolicies.dotsWithNoBatchDimsSaveable,
  checkpointDotsWithNoBatchDims: checkpointPolicies.dotsWithNoBatchDimsSaveable,
};

/** @throws LiftArgumentError where no policy has the name */
function policyOf(policy: RematPolicy | undefined): CheckpointPolicy {
  if (policy === undefined || policy === null) return checkpointPolicies.nothingSaveable;
  if (typeof policy !== 'string') return policy;
  const found = policiesByName[policy.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())];
  if (found) return found;
  throw new LiftArgumentError('lift.remat', `there is no policy "${policy}"; there are ${Object.keys(policiesByName).join(', ')}, and functions such as \`checkpointPolicies.saveOnlyTheseNames('name')\``);
}

/**
 * A class of modules, or a function of a module, whose intermediate values are computed anew in the backward pass instead of kept
 * (Flax: `nn.remat`, also `nn.checkpoint`): less memory for more work. Values and gradients are those of the plain module. Inside, tensors are
 * traced. The class is named `CheckpointBlock`.
 *
 *     const Block = lift.remat(TransformerBlock, { policy: checkpointPolicies.dotsSaveable });
 *
 * @throws TransformTargetError; LiftArgumentError where no policy has the name
 */
export function remat<Target extends LiftTarget>(target: Target, options: RematOptions & { readonly methods?: Methods<RematOptions> } = {}): Target {
  return liftTarget<RematOptions>({ name: 'remat', prefix: 'Checkpoint' }, target, options, rematScopes) as Target;
}

export function rematScopes(f: ScopeFunction, { variables = true, rngs = true, policy, preventCse = true, staticArgnums = [] }: RematOptions): ScopeFunction {
  const chosen = policyOf(policy);
  const fixed = new Set(typeof staticArgnums === 'number' ? [staticArgnums] : staticArgnums);
  return (scopes, ...args) => {
    const packed = pack(scopes, { in: [variables], out: [variables], rngs: [rngs] });
    // The module, which is argument 0 of Flax, is not among these.
    const isFixed = (i: number): boolean => fixed.has(i + 1);
    const inputs = takeTensors([packed.variables, packed.streams, args.filter((_, i) => !isFixed(i))], null);
    let result: TakenTensors<null> | undefined;
    const run = checkpoint((given: readonly Tensor[]): Tensor[] => {
      const [collections, streams, values] = inputs.restore(given) as readonly [VariableGroup[], StreamGroup[], unknown[]];
      const opened = packed.open(collections, streams);
      const rest = [...values];
      result = takeTensors([f(opened.scopes, ...args.map((arg, i) => (isFixed(i) ? arg : rest.shift()))), opened.close()], null);
      return [...result.tensors];
    }, { policy: chosen, preventCse });
    const tensors = run(inputs.tensors);
    const [y, collections] = result!.restore(tensors) as readonly [unknown, VariableGroup[]];
    packed.publish(collections);
    return y;
  };
}

export interface RematScanOptions {
  /** The lengths of the nested loops; their product is the number of layers. */
  readonly lengths: readonly number[];
  /** What reverse mode keeps of each loop, as of `remat`. */
  readonly policy?: RematPolicy | undefined;
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
  const { lengths, variableBroadcast = false, variableCarry = false, variableAxes = [[true, 0]], splitRngs = [[true, true]], policy } = options;
  const [length, ...inner] = lengths;
  const layers = inner.length === 0 ? f : rematScopes(rematScanScopes(f, { ...options, lengths: inner }), { policy, preventCse: false });
  const looped = scanScopes((scopes, carry) => [layers(scopes, carry), null], { variableBroadcast, variableCarry, variableAxes, splitRngs, length });
  return (scopes, carry) => (looped(scopes, carry) as readonly [unknown, null])[0];
}
