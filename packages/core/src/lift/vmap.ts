import { normalizeAxis, runProgram, vmap as vmapTensors, type Dim, type Tensor } from '@flaxon/tensor';
import { AxisSizeError, LiftArgumentError, SharedValueError } from '../errors/lift-errors.js';
import type { MetadataParams } from '../metadata/axis-metadata.js';
import { pairsOf, splitDirections, type ByFilter, type VariableAxis } from './axes.js';
import { describePath } from './describe-path.js';
import { dependsOnInputs } from './dependence.js';
import { accountForAxes } from './metadata.js';
import { pack, type ScopeFunction, type StreamGroup, type VariableGroup } from './pack.js';
import { splitStreams } from './split-streams.js';
import { stage, type Staged } from './stage.js';
import { liftTarget, type LiftTarget, type Methods } from './targets.js';
import { chooseTensors, type FoundTensor, type Prefix } from './tensor-tree.js';

/** The axis of an argument or result, or a tree of axes that begins like it; null: the same for every example. */
export type MappedAxes = Prefix<number | null>;

export interface VmapOptions {
  /** The axis along which the variables of a collection are stacked, one for each example; null: all share them. */
  readonly variableAxes?: ByFilter<VariableAxis<number | null>>;
  /** Whether each example gets a key of its own of a stream. A stream that is not listed is not there inside. */
  readonly splitRngs?: ByFilter<boolean>;
  /** The mapped axis of each argument: one for all, or a list with an entry for each. */
  readonly inAxes?: MappedAxes;
  readonly outAxes?: MappedAxes;
  /** The number of examples, where nothing that is mapped has it. */
  readonly axisSize?: Dim | undefined;
  /** The name of the examples for `psum`, `pmean` and so on, and for `BatchNorm({ axisName })`: what they have combined may be shared. */
  readonly axisName?: string | undefined;
  /** What tensors with metadata are told of the axis: `{ partitionName: 'batch' }`. */
  readonly metadataParams?: MetadataParams;
}

/**
 * A class of modules, or a function of a module, over one more axis (Flax: `nn.vmap`). Collections that are not listed are not there
 * inside. The class is named `VmapDense`, and its modules `VmapDense_0`.
 *
 *     const Ensemble = lift.vmap(Dense, { variableAxes: { params: 0 }, splitRngs: { params: true } });
 *     new Ensemble({ features: 3 }).call(x); // x: (members, batch, in); kernel: (members, in, 3)
 *
 * @throws TransformTargetError, AxisSizeError; SharedValueError where a shared collection would differ between examples
 */
export function vmap<Target extends LiftTarget>(target: Target, options: VmapOptions & { readonly methods?: Methods<VmapOptions> } = {}): Target {
  return liftTarget<VmapOptions>({ name: 'vmap', prefix: 'Vmap' }, target, options, vmapScopes) as Target;
}

export function vmapScopes(f: ScopeFunction, { variableAxes = {}, splitRngs = {}, inAxes = 0, outAxes = 0, axisSize, axisName, metadataParams = {} }: VmapOptions): ScopeFunction {
  const axes = splitDirections(variableAxes);
  const streams = pairsOf(splitRngs);
  return (scopes, ...args) => {
    const packed = pack(scopes, { in: axes.in.filters, out: axes.out.filters, rngs: streams.map(([filter]) => filter) });
    const inputs = chooseTensors<number | null>([accountForAxes(packed.variables, axes.in.axes, 'removeAxis', metadataParams), args], [axes.in.axes, inAxes], isMapped);
    const size = sizeOf(inputs.found, axisSize);
    const keys = chooseTensors<number | null>(splitStreams(packed.streams, streams.map(([, isSplit]) => isSplit), size), streams.map(([, isSplit]) => (isSplit ? 0 : null)), isMapped);

    const mapped = [...inputs.found, ...keys.found].map(toFront);
    const run = (given: readonly Tensor[]): unknown => {
      const [variables, values] = inputs.restore(given.slice(0, inputs.tensors.length)) as readonly [VariableGroup[], unknown[]];
      const opened = packed.open(variables, keys.restore(given.slice(inputs.tensors.length)) as StreamGroup[]);
      return [f(opened.scopes, ...values), opened.close()];
    };
    const specs = mapped.map(({ tensor, axis }) => ({ dtype: tensor.dtype, shape: tensor.shape.filter((_, i) => i !== axis) }));
    const axis = axisName === undefined ? null : { name: axisName, size };
    const staged = stage<number | null>(specs, run, [outAxes, axes.out.axes], axis);
    const [y, variables] = staged.restore(runBatched(staged, mapped, size, axisName)) as readonly [unknown, VariableGroup[]];
    packed.publish(accountForAxes(variables, axes.out.axes, 'addAxis', metadataParams));
    return y;
  };
}

const isMapped = (axis: number | null): boolean => axis !== null;

interface MappedTensor {
  readonly tensor: Tensor;
  readonly axis: number;
}

function toFront({ tensor, note, path }: FoundTensor<number | null>): MappedTensor {
  const axis = normalizeAxis(note!, tensor.rank);
  if (axis === undefined) throw new LiftArgumentError('lift.vmap', `axis ${note} is named for "${path}", which has ${tensor.rank} axes`);
  return { tensor, axis };
}

/** The one size of all mapped axes. @throws AxisSizeError */
function sizeOf(found: readonly FoundTensor<number | null>[], given: Dim | undefined): Dim {
  const sizes = new Set(found.map((one) => one.tensor.shape[toFront(one).axis]!));
  if (given !== undefined) sizes.add(given);
  if (sizes.size !== 1) throw new AxisSizeError('vmap', 'axisSize', [...sizes].map(String));
  return [...sizes][0]!;
}

/** The results with their axes. @throws SharedValueError where one that is shared differs between examples */
function runBatched({ program, captures, found }: Staged<number | null>, inputs: readonly MappedTensor[], size: Dim, axisName: string | undefined): Tensor[] {
  const depends = dependsOnInputs(program, inputs.length, axisName);
  found.forEach(({ note, path }, i) => {
    if (note === null && depends[i]) throw new SharedValueError('vmap', describePath(path));
  });
  const batched = vmapTensors((given: Tensor[]) => runProgram(program, [...given, ...captures]), {
    inAxes: [inputs.map(({ axis }) => axis)],
    outAxes: found.map(({ note }) => note),
    axisSize: size,
    ...(axisName !== undefined && { axisName }),
  });
  return batched(inputs.map(({ tensor }) => tensor));
}
