/** Means over the examples of a named axis, as `lift.vmap` and `vmap` name one. */
import { allGather, ArgumentError, astype, axisIndex, axisSize, pmean, symbolsOf, take, tensor, tensordot, type Dtype, type Tensor } from '@flaxon/tensor';

export interface ExampleAxis {
  /** The name of the axis, or the names of several; without one examples are apart. */
  readonly axisName?: string | readonly string[] | undefined;
  /** Numbers of examples that belong together, in place of all; of one named axis. */
  readonly axisIndexGroups?: readonly (readonly number[])[] | undefined;
}

/** The mean of x over the examples of the axis, or over those of its group (jax.lax.pmean). @throws UnboundAxisError, ArgumentError */
export function meanOfExamples(x: Tensor, { axisName, axisIndexGroups }: ExampleAxis): Tensor {
  if (axisName === undefined) return x;
  if (axisIndexGroups === undefined) return pmean(x, axisName);
  if (typeof axisName !== 'string') throw new ArgumentError('axisIndexGroups', 'axisName', `must be one name where examples are grouped, found ${axisName.join(', ')}`);
  // The row of this example says how much each other one counts.
  const row = take(groupWeights(axisName, axisIndexGroups, x.dtype), axisIndex(axisName), { axis: 0 });
  return tensordot(row, allGather(x, axisName), 1);
}

/** (examples, examples): 1 / n for the n members of one's own group, 0 for others. */
function groupWeights(axisName: string, groups: readonly (readonly number[])[], dtype: Dtype): Tensor {
  const size = axisSize(axisName);
  const members = groups.flat();
  if (typeof size !== 'number') throw new ArgumentError('axisIndexGroups', 'axisName', `names an axis of the symbolic size ${symbolsOf(size).join(', ')}; groups need a number of examples`);
  if (members.length !== size || new Set(members).size !== size || members.some((member) => !Number.isInteger(member) || member < 0 || member >= size)) {
    throw new ArgumentError('axisIndexGroups', 'axisIndexGroups', `must hold each of the examples 0 to ${size - 1} once, found ${JSON.stringify(groups)}`);
  }
  const groupOf = (example: number): readonly number[] => groups.find((group) => group.includes(example))!;
  const rows = Array.from({ length: size }, (_, example) => Array.from({ length: size }, (_other, other) => (groupOf(example).includes(other) ? 1 / groupOf(example).length : 0)));
  return astype(tensor(rows), dtype);
}
