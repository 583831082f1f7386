/**
 * Models with inputs and the outputs that they should give, in the layout of ONNX's backend tests, which any runtime can be checked
 * against: `model.onnx`, `test_data_set_0/input_0.pb`, `test_data_set_0/output_0.pb`, ... (onnx/backend/test in ONNX's repository).
 */
import { ArgumentError, astype, evaluateProgram, isStaticShape, type Tensor } from '@flaxon/tensor';
import { evaluateModel } from '../evaluate/model.js';
import type { OnnxModel } from '../export/model.js';
import { tensorSchema } from '../format/schema.js';
import { encodeTensor } from '../format/tensors.js';
import { encodeChunks } from '../format/writer.js';
import { type TensorSignature, requireFits, transferType } from '../session/transfer.js';
import { randomInputs, type RandomInputs } from './inputs.js';

/** A tensor for each input, by name. */
export type Feeds = Readonly<Record<string, Tensor>>;

export interface TestCaseOptions {
  /** The data sets: random ones (`{ count, seed, sizes }`), or those given. One random set by default. */
  readonly data?: RandomInputs | readonly Feeds[];
  /**
   * What gives the expected outputs, by name. By default the eager executor: the program that the model was lowered from, or where that has symbolic dimensions
   * or is not known the graph, evaluated operator by operator.
   */
  readonly expected?: (feeds: Feeds) => Feeds | Promise<Feeds>;
  /** Whether elements of initialisers go to a second file, as in `OnnxModel.save`. */
  readonly externalData?: boolean;
}

export interface DataSet {
  readonly inputs: Feeds;
  readonly outputs: Feeds;
}

function eagerly(model: OnnxModel, feeds: Feeds): Feeds {
  const { program, inputs, outputs } = model;
  const isStatic = [...inputs, ...outputs].every(({ shape }) => isStaticShape(shape));
  if (!program || !isStatic) return evaluateModel(model, feeds);
  const results = evaluateProgram(program, inputs.map(({ name }) => feeds[name]!));
  return Object.fromEntries(outputs.map(({ name }, i) => [name, results[i]!]));
}

/** @throws ArgumentError where a tensor is missing, FeedError where one does not fit */
export function requireAll(signatures: readonly TensorSignature[], given: Feeds, what: string): void {
  for (const signature of signatures) {
    const value = given[signature.name];
    if (!value) throw new ArgumentError('saveTestCase', what, `must have a tensor for each of ${signatures.map(({ name }) => name).join(', ')}, found none for ${signature.name}`);
    requireFits(signature, value);
  }
}

async function writeTensors(folder: string, kind: 'input' | 'output', signatures: readonly TensorSignature[], values: Feeds): Promise<void> {
  const { writeFileAtomically } = await import('../export/write-file.js');
  for (const [i, { name, dtype }] of signatures.entries()) {
    const value = values[name]!;
    const sent = transferType(dtype) === dtype ? value : astype(value, transferType(dtype));
    const message = encodeTensor(name, { dtype: sent.dtype, shape: sent.staticShape(), data: sent.data() });
    await writeFileAtomically(`${folder}/${kind}_${i}.pb`, encodeChunks(tensorSchema, message));
  }
}

/** Writes the folder of a test case. */
export async function writeTestCase(directory: string, model: OnnxModel, dataSets: readonly DataSet[], externalData: boolean | undefined): Promise<void> {
  const [{ replaceDirectory }, { mkdir }] = await Promise.all([import('./files.js'), import('node:fs/promises')]);
  await replaceDirectory(directory, async (folder) => {
    await model.save(`${folder}/model.onnx`, externalData === undefined ? {} : { externalData });
    for (const [i, { inputs, outputs }] of dataSets.entries()) {
      const data = `${folder}/test_data_set_${i}`;
      await mkdir(data);
      await writeTensors(data, 'input', model.inputs, inputs);
      await writeTensors(data, 'output', model.outputs, outputs);
    }
  });
}

/**
 * Writes a model, inputs and expected outputs to `directory`, in ONNX's backend-test layout; a test case that was there is replaced at once.
 *
 *     await saveTestCase('cases/mlp', exportOnnx(bound, [spec('float32', ['batch', 784])]), { data: { count: 2 } });
 *
 * `python tools/onnx/check-cases.py cases` then runs them on ONNX Runtime in Python.
 * @throws ArgumentError where the directory has other files or a tensor is missing, FeedError where one does not fit the model
 */
export async function saveTestCase(directory: string, model: OnnxModel, { data = {}, expected = (feeds) => eagerly(model, feeds), externalData }: TestCaseOptions = {}): Promise<void> {
  const given = Array.isArray(data) ? (data as readonly Feeds[]) : randomInputs(model.inputs, data as RandomInputs);
  const dataSets: DataSet[] = [];
  for (const inputs of given) {
    requireAll(model.inputs, inputs, 'data');
    const outputs = await expected(inputs);
    requireAll(model.outputs, outputs, 'expected');
    dataSets.push({ inputs, outputs });
  }
  await writeTestCase(directory, model, dataSets, externalData);
}
