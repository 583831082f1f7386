/** Functions and bound modules as ONNX models. */
import { ArgumentError, type Spec, type TypedArray } from '@flaxon/tensor';
import type { OnnxEntry } from '../format/types.js';
import { opsetsOf, serializeFunction, serializeGraph } from '../graph/serialize.js';
import { buildGraph, type GraphOptions } from '../lower/build-graph.js';
import type { Device } from '../session/devices.js';
import type { TensorSignature } from '../session/transfer.js';
import { version } from '../version.js';
import { type ArgumentTree, type FlatArguments, flattenArguments, isSpec } from './arguments.js';
import { OnnxModel } from './model.js';
import { type ExportableModule, type ExportTarget, isModule, moduleTarget } from './module-target.js';
import { inputNames, outputNames } from './names.js';
import { defaultOpset, irVersionOf, requireOpset } from './opset.js';
import { stageFunction, type StagedFunction } from './stage.js';


export type ExportableFunction = (...args: readonly never[]) => unknown;

export interface ExportOptions {
  /** The name of the graph; that of the function by default. */
  readonly name?: string;
  /** 18 to 26; 23 by default. */
  readonly opset?: number;
  /** For which device the graph is made: it decides which operators can be used. */
  readonly device?: Device;
  /** A name for each argument, with which the paths of its inputs begin. */
  readonly argumentNames?: readonly string[];
  /**
   * `'modules'` makes each module a local function of the model, so that viewers show the model by module; equal ones share one function.
   * ONNX Runtime inlines them. Passes then work inside modules and not across their borders. `'operators'`, the default, makes one flat graph.
   */
  readonly functions?: 'operators' | 'modules';
  /** More entries for the metadata of the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** How one argument is described: a spec, `spec('float32', ['batch', 784])`, or a tree of specs and static values. */
export type ArgumentSpec = ArgumentTree<Spec>;

function targetOf(target: ExportableFunction | ExportableModule): ExportTarget {
  if (isModule(target)) return moduleTarget(target);
  if (typeof target !== 'function') throw new ArgumentError('exportOnnx', 'target', 'must be a function of tensors or a bound module');
  return { f: target as ExportTarget['f'], name: target.name, leading: [], constantNames: new Map(), metadata: {} };
}

export interface ModelOptions extends Omit<GraphOptions, 'constantNames'> {
  readonly constantNames?: ReadonlyMap<TypedArray, string>;
  readonly metadata: Readonly<Record<string, string>>;
  /** What the graph is, for people; with it nodes say to which class of module they belong. */
  readonly docString?: string;
}

/** A traced function as a model. */
export function buildModel({ program, moduleKinds }: StagedFunction, options: ModelOptions): OnnxModel {
  const { graph, functions } = buildGraph(program, options);
  const { opset, metadata, docString, constantNames = new Map<TypedArray, string>() } = options;
  const metadataProps: OnnxEntry[] = Object.entries({ ...metadata, 'flaxon.version': version }).map(([key, value]) => ({ key, value }));
  const data = {
    irVersion: irVersionOf(opset),
    producerName: 'flaxon',
    producerVersion: version,
    graph: serializeGraph(graph, { constantNames, ...(docString === undefined ? {} : { docString, moduleKinds }) }),
    opsetImport: opsetsOf([graph, ...functions.map((one) => one.graph)], opset),
    metadataProps,
    ...(functions.length > 0 ? { functions: functions.map((one) => serializeFunction(one, opset)) } : {}),
  };
  const signatures = (names: readonly string[], atoms: readonly Spec[]): TensorSignature[] => atoms.map(({ dtype, shape }, i) => ({ name: names[i]!, dtype, shape }));
  return new OnnxModel(data, signatures(options.inputNames, program.inputs), signatures(options.outputNames, program.outputs), program);
}

/** With what the model was exported, so that it can be exported again. */
const optionMetadata = (options: Readonly<Record<string, unknown>> & { readonly opset: number }): Readonly<Record<string, string>> => ({
  'flaxon.opset': String(options.opset),
  'flaxon.options': JSON.stringify(options),
});

/** The leaves of the arguments, each with the path that names its input. */
export const flattenSpecs = (operation: string, args: readonly unknown[], argumentNames: readonly string[]): FlatArguments<Spec> =>
  flattenArguments(operation, args, isSpec, argumentNames);

/**
 * A function of tensors, or a bound module, as an ONNX model. `specs` has one entry an argument: a spec (its strings are
 * symbolic dimensions, so `['batch', 784]` makes a dynamic axis), a tree of specs, or a static value.
 *
 *     const model = exportOnnx(bound, [spec('float32', ['batch', 784])]);
 *     await model.save('mlp.onnx');
 *
 * Tensors that the function captures, and a module's variables, become initialisers. Of a module that was bound with mutable
 * collections these go in and come out (`batch_stats/...`, `next/batch_stats/...`), and bound keys go in (`rngs/dropout`).
 * @throws UnsupportedOpError where an operation cannot run as ONNX, ArgumentError for arguments that are no trees of specs.
 */
export function exportOnnx(target: ExportableFunction | ExportableModule, specs: readonly ArgumentSpec[], options: ExportOptions = {}): OnnxModel {
  const { f, name, leading, constantNames, metadata } = targetOf(target);
  const { opset = defaultOpset, device = 'cpu', argumentNames = [], functions = 'operators' } = options;
  if (functions !== 'operators' && functions !== 'modules') throw new ArgumentError('exportOnnx', 'functions', `must be 'operators' or 'modules', found ${JSON.stringify(functions)}`);
  requireOpset('exportOnnx', opset);
  const args = flattenSpecs('exportOnnx', [...leading, ...specs], [...leading.map(() => ''), ...argumentNames]);
  const staged = stageFunction('exportOnnx', f, args);
  const inputs = inputNames(args.leaves.map(({ path }) => path));
  const graphName = options.name ?? (isModule(target) ? (staged.moduleKinds.get('') ?? name) : name === '' ? 'flaxon' : name);
  return buildModel(staged, {
    name: graphName,
    docString: `${graphName}, exported by flaxon ${version} for ${device}`,
    opset,
    device,
    inputNames: inputs,
    outputNames: outputNames(staged.outputPaths, inputs),
    constantNames,
    ...(functions === 'modules' ? { moduleKinds: staged.moduleKinds } : {}),
    metadata: { ...metadata, ...optionMetadata({ name: graphName, opset, device, functions, argumentNames }), ...options.metadata },
  });
}
