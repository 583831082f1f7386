import type { CheckpointPolicy, DotParams } from '../primitives/params.js';
import type { Equation } from '../program/program.js';

const isProduct = ({ primitive }: Equation): boolean => primitive === 'dot' || primitive === 'conv';
const hasNoBatch = ({ params }: Equation): boolean => (params as DotParams).lhsBatch.length === 0;
const nameOf = ({ primitive, params }: Equation): string | undefined => (primitive === 'checkpointName' ? (params as { readonly name: string }).name : undefined);

/** What reverse mode keeps of a function under `checkpoint`, value by value (jax.checkpoint_policies). */
export const checkpointPolicies = {
  /** Everything, as without `checkpoint`. */
  everythingSaveable: (): boolean => true,
  /** Nothing but the arguments. */
  nothingSaveable: (): boolean => false,
  /** The results of matrix products and convolutions. */
  dotsSaveable: isProduct,
  /** The results of matrix products without batch axes: in most models those of weights, and not those of attention. */
  dotsWithNoBatchDimsSaveable: (equation: Equation): boolean => equation.primitive === 'dot' && hasNoBatch(equation),
  /** What `checkpointName` gave one of these names. */
  saveOnlyTheseNames: (...names: readonly string[]): CheckpointPolicy => {
    const chosen = new Set(names);
    return (equation) => chosen.has(nameOf(equation) ?? '') && nameOf(equation) !== undefined;
  },
  /** Everything but what has one of these names. */
  saveAnythingExceptTheseNames: (...names: readonly string[]): CheckpointPolicy => {
    const excluded = new Set<string | undefined>(names);
    return (equation) => !excluded.has(nameOf(equation));
  },
  /** What has a name that is none of these. */
  saveAnyNamesButThese: (...names: readonly string[]): CheckpointPolicy => {
    const excluded = new Set<string | undefined>(names);
    return (equation) => nameOf(equation) !== undefined && !excluded.has(nameOf(equation));
  },
  /** What one of two policies keeps. */
  saveFromBothPolicies: (first: CheckpointPolicy, second: CheckpointPolicy): CheckpointPolicy => (equation) => first(equation) || second(equation),
} as const satisfies { readonly [name: string]: unknown };
