import { moveaxis, scan as scanTensors, type Dim, type Tensor } from '@flaxon/tensor';
import { AxisSizeError, LiftArgumentError, SharedValueError } from '../errors/lift-errors.js';
import type { Filter } from '../filter.js';
import type { MetadataParams } from '../metadata/axis-metadata.js';
import { pairsOf, splitDirections, type ByFilter, type VariableAxis } from './axes.js';
import { describePath } from './describe-path.js';
import { dependsOnInputs, evaluateIndependent } from './dependence.js';
import { loopCarry, type LoopCarry } from './loop-carry.js';
import { accountForAxes } from './metadata.js';
import { pack, type Packed, type ScopeFunction, type StreamGroup, type VariableGroup } from './pack.js';
import { splitStreams } from './split-streams.js';
import { stage } from './stage.js';
import { liftTarget, type LiftTarget, type Methods } from './targets.js';
import { chooseTensors, numbersToTensors, takeTensors, type ChosenTensors, type FoundTensor, type Prefix, type TakenTensors } from './tensor-tree.js';

/** In `inAxes`: an argument that every step gets whole. In `outAxes`: a result that is the same at every step. */
export const broadcast: unique symbol = Symbol('flaxon.lift.broadcast');

type StepAxis = number | typeof broadcast;
/** The axis of an argument or result along which the steps lie, or a tree of axes that begins like it. */
export type StepAxes = Prefix<StepAxis>;

export interface ScanOptions {
  /** The axis along which the variables of a collection are stacked, one for each step. */
  readonly variableAxes?: ByFilter<VariableAxis<number>>;
  /** The collections that all steps share; they may be made by the first step, not changed. */
  readonly variableBroadcast?: Filter;
  /** The collections that go from step to step; their variables must be there before. */
  readonly variableCarry?: Filter;
  /** Whether each step gets a key of its own of a stream. A stream that is not listed is not there inside. */
  readonly splitRngs?: ByFilter<boolean>;
  /** The axis of each argument after the carry: one for all, or a list with an entry for each. */
  readonly inAxes?: StepAxes;
  readonly outAxes?: StepAxes;
  /** The number of steps, where no argument has it. */
  readonly length?: Dim | undefined;
  /** From the last step to the first. */
  readonly reverse?: boolean;
  /** How many steps stand one after the other in one turn of the loop, 1 by default; true for all of them, without a loop. Changes no value. */
  readonly unroll?: number | boolean;
  /**
   * Whether the body is run once more beforehand, to find out what does not depend on the steps: broadcast variables that are made
   * inside, and `broadcast` results. As in Flax, random streams count that run too. True by default.
   */
  readonly checkConstancyInvariants?: boolean;
  /** What tensors with metadata are told of the axis of the steps: `{ partitionName: 'layers' }`. */
  readonly metadataParams?: MetadataParams;
}

/**
 * A class of modules, or a function of a module, run step after step: it is called with a carry and slices, and returns
 * `[carry, output]` (Flax: `nn.scan`). In a graph it is one loop, however many steps. The class is named `ScanCell`.
 *
 *     const Layers = lift.scan(Block, { variableAxes: { params: 0 }, splitRngs: { params: true }, length: 12 });
 *     const [y] = new Layers().call(x);
 *
 * @throws TransformTargetError, AxisSizeError, LiftedStructureError where the carry changes; SharedValueError where what is
 * broadcast depends on a step; ArgumentError where `unroll` is not positive, or the number of steps not known where it is given
 */
export function scan<Target extends LiftTarget>(target: Target, options: ScanOptions & { readonly methods?: Methods<ScanOptions> } = {}): Target {
  return liftTarget<ScanOptions>({ name: 'scan', prefix: 'Scan' }, target, options, scanScopes) as Target;
}

export function scanScopes(f: ScopeFunction, options: ScanOptions): ScopeFunction {
  const { variableAxes = {}, variableBroadcast = false, variableCarry = false, splitRngs = {}, inAxes = 0, outAxes = 0, length, reverse = false, unroll = 1, checkConstancyInvariants = true, metadataParams = {} } = options;
  const axes = splitDirections<number>(variableAxes);
  const streams = pairsOf(splitRngs);
  const filters = {
    in: [variableBroadcast, variableCarry, ...axes.in.filters],
    out: [variableBroadcast, variableCarry, ...axes.out.filters],
    rngs: streams.map(([filter]) => filter),
  };
  return (scopes, init, ...args) => {
    const packed = pack(scopes, filters);
    const [shared, carried, ...stacked] = packed.variables as [VariableGroup, VariableGroup, ...VariableGroup[]];
    const inputs = chooseTensors<StepAxis>(args, inAxes, isStepped);
    const steps = stepsOf(inputs.found, length);
    const split = streams.map(([, isSplit]) => isSplit);
    const body: Body = {
      f,
      packed,
      carry: loopCarry('scan', [carried, init]),
      slices: sliceable([
        inputs,
        chooseTensors<StepAxis>(accountForAxes(stacked, axes.in.axes, 'removeAxis', metadataParams), axes.in.axes, isStepped),
        chooseTensors<StepAxis>(splitStreams(packed.streams, split, steps), split.map((isSplit) => (isSplit ? 0 : broadcast)), isStepped),
      ]),
    };
    const known = checkConstancyInvariants ? constants(body, shared, outAxes) : { shared, results: noConstants(outAxes) };
    let stackedResult: TakenTensors<StepAxis> | undefined;
    const [last, rows] = scanTensors(
      (carry: Tensor[], slices: Tensor[]) => {
        const { next, y, variables } = runStep(body, known.shared, carry, slices);
        stackedResult = takeTensors<StepAxis>(numbersToTensors([y, variables.slice(2)]), [outAxes, axes.out.axes]);
        return [next, stackedResult.found.filter(({ note }) => isStepped(note)).map(({ tensor }) => tensor)] as const;
      },
      body.carry.tensors,
      [...body.slices.tensors],
      { length: steps, reverse, unroll },
    );
    const [lastVariables, lastCarry] = body.carry.restore(last) as readonly [VariableGroup, unknown];
    const [ys, stackedVariables] = place(stackedResult!, rows, known.results) as readonly [unknown, VariableGroup[]];
    packed.publish([known.shared, lastVariables, ...accountForAxes(stackedVariables, axes.out.axes, 'addAxis', metadataParams)]);
    return [lastCarry, ys];
  };
}

const isStepped = (axis: StepAxis): boolean => axis !== broadcast;

/** The number of steps: that of the arguments, or the one given. @throws AxisSizeError */
function stepsOf(found: readonly FoundTensor<StepAxis>[], given: Dim | undefined): Dim {
  const sizes = new Set<Dim | undefined>(found.map(({ tensor, note }) => tensor.shape.at(note as number)));
  if (given !== undefined) sizes.add(given);
  const [size] = sizes;
  if (sizes.size !== 1 || size === undefined) throw new AxisSizeError('scan', 'length', [...sizes].map(String));
  return size;
}

/** What the steps get a slice of: arguments, stacked variables, keys. */
interface Slices {
  /** With the steps along axis 0. */
  readonly tensors: readonly Tensor[];
  /** The values with slices in the place of those tensors. */
  restore(slices: readonly Tensor[]): unknown[];
}

function sliceable(parts: readonly ChosenTensors<StepAxis>[]): Slices {
  return {
    tensors: parts.flatMap(({ found }) => found.map(({ tensor, note }) => (note === 0 ? tensor : moveaxis(tensor, note as number, 0)))),
    restore: (slices) => {
      let next = 0;
      return parts.map((part) => part.restore(slices.slice(next, (next += part.tensors.length))));
    },
  };
}

interface Body {
  readonly f: ScopeFunction;
  readonly packed: Packed;
  readonly carry: LoopCarry;
  readonly slices: Slices;
}

interface StepResult {
  readonly next: Tensor[];
  readonly y: unknown;
  readonly variables: readonly VariableGroup[];
}

function runStep({ f, packed, carry, slices }: Body, shared: VariableGroup, carryTensors: readonly Tensor[], sliceTensors: readonly Tensor[]): StepResult {
  const [carriedVariables, value] = carry.restore(carryTensors) as readonly [VariableGroup, unknown];
  const [args, stacked, streams] = slices.restore(sliceTensors) as [unknown[], VariableGroup[], StreamGroup[]];
  const opened = packed.open([shared, carriedVariables, ...stacked], streams);
  const result = f(opened.scopes, value, ...args);
  const variables = opened.close();
  if (!Array.isArray(result) || result.length !== 2) throw new LiftArgumentError('lift.scan', 'the body must return a pair, `[carry, output]`; give null for no output');
  return { next: carry.next([variables[1], result[0]]), y: result[1], variables };
}

interface Constants {
  /** The broadcast variables, with those that the body made. */
  readonly shared: VariableGroup;
  /** The results whose axis is `broadcast`, in their order. */
  readonly results: readonly Tensor[];
}

/** Without a run beforehand nothing is known of the results. */
function noConstants(outAxes: StepAxes): readonly Tensor[] {
  const isBroadcast = (axes: StepAxes | undefined): boolean => axes === broadcast || (typeof axes === 'object' && Object.values(axes).some(isBroadcast));
  if (isBroadcast(outAxes)) throw new LiftArgumentError('lift.scan', '`broadcast` in `outAxes` needs `checkConstancyInvariants`');
  return [];
}

/** What does not depend on the steps, from one run of the body. @throws SharedValueError where it does */
function constants(body: Body, shared: VariableGroup, outAxes: StepAxes): Constants {
  const specs = [...body.carry.tensors, ...body.slices.tensors.map(({ dtype, shape }) => ({ dtype, shape: shape.slice(1) }))];
  const count = body.carry.tensors.length;
  const run = (inputs: readonly Tensor[]): unknown => {
    const { y, variables } = runStep(body, shared, inputs.slice(0, count), inputs.slice(count));
    return [y, [variables[0]]];
  };
  const { program, captures, found, restore } = stage<StepAxis>(specs, run, [outAxes, broadcast]);
  const depends = dependsOnInputs(program, specs.length);
  const chosen = found.flatMap(({ note }, i) => (isStepped(note) ? [] : [i]));
  for (const i of chosen) if (depends[i]) throw new SharedValueError('scan', describePath(found[i]!.path));
  const values = evaluateIndependent(program, chosen, specs.length, captures);
  const [, [made]] = restore(found.map(({ tensor }, i) => (chosen.includes(i) ? values[chosen.indexOf(i)]! : tensor))) as readonly [unknown, readonly [VariableGroup]];
  const results = chosen.flatMap((i, k) => (found[i]!.path.startsWith('0') ? [values[k]!] : []));
  // Immutable collections do not come out; the steps read them all the same.
  return { shared: shared.map((collections, i) => ({ ...collections, ...made[i] })), results };
}

/** The result and the stacked variables: rows with the steps along their axes, and what is known beforehand. */
function place({ found, restore }: TakenTensors<StepAxis>, rows: readonly Tensor[], known: readonly Tensor[]): unknown {
  const [stacked, shared] = [rows[Symbol.iterator](), known[Symbol.iterator]()];
  return restore(found.map(({ note }) => (typeof note === 'number' ? moveaxis(stacked.next().value!, 0, note) : shared.next().value!)));
}
