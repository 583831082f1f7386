/** Test cases of functions: exported, and run eagerly. */
import { ArgumentError, spec, type Tensor } from '@flaxon/tensor';
import { flattenArguments, isTensor } from '../export/arguments.js';
import { type ArgumentSpec, exportOnnx, type ExportableFunction, type ExportOptions } from '../export/export.js';
import type { OnnxModel } from '../export/model.js';
import type { TensorSignature } from '../session/transfer.js';
import { type DataSet, type Feeds, requireAll, writeTestCase } from './save.js';

export interface FunctionTestCaseOptions extends ExportOptions {
  /** How the arguments are described, with symbolic dimensions: by default by those of the first call. */
  readonly specs?: readonly ArgumentSpec[];
  readonly externalData?: boolean;
}

/**
 * `saveTestCase` of a function: exports it, and runs it eagerly on each list of arguments (trees of tensors, and static values that are the same in every call).
 *
 *     await saveFunctionTestCase('cases/step', trainStep, [[params, state, batch]], { argumentNames: ['params', 'state', 'batch'] });
 *
 * @throws ArgumentError, UnsupportedOpError, as `exportOnnx` and `saveTestCase` do
 */
export async function saveFunctionTestCase<Args extends readonly unknown[]>(directory: string, f: (...args: Args) => unknown, calls: readonly Args[], { specs, externalData, ...options }: FunctionTestCaseOptions = {}): Promise<OnnxModel> {
  const flattened = calls.map((args) => flattenArguments('saveFunctionTestCase', args, isTensor, options.argumentNames ?? []));
  const [first] = flattened;
  if (!first) throw new ArgumentError('saveFunctionTestCase', 'calls', 'must have the arguments of at least one call');
  const asSpecs = first.rebuild(first.leaves.map(({ leaf }) => spec(leaf.dtype, leaf.shape))) as readonly ArgumentSpec[];
  const model = exportOnnx(f as ExportableFunction, specs ?? asSpecs, { name: f.name === '' ? 'flaxon' : f.name, ...options });
  const named = (signatures: readonly TensorSignature[], values: readonly Tensor[]): Feeds => Object.fromEntries(signatures.map(({ name }, i) => [name, values[i]!]));
  const dataSets = calls.map((args, i): DataSet => {
    const inputs = named(model.inputs, flattened[i]!.leaves.map(({ leaf }) => leaf));
    const outputs = named(model.outputs, flattenArguments('saveFunctionTestCase', [f(...args)], isTensor, []).leaves.map(({ leaf }) => leaf));
    requireAll(model.inputs, inputs, 'calls');
    requireAll(model.outputs, outputs, 'f');
    return { inputs, outputs };
  });
  await writeTestCase(directory, model, dataSets, externalData);
  return model;
}
