/** Cases in ONNX's backend-test layout: `model.onnx`, and for each data set `input_0.pb`, `output_0.pb`, ... */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { astype, concrete, formatSpec, isFloating, type Tensor } from '@flaxon/tensor';
import { FeedError } from '../../src/errors/session-errors.js';
import { NodeEvaluationError, UnknownOperatorError } from '../../src/evaluate/errors.js';
import { evaluateOnnx } from '../../src/evaluate/evaluate.js';
import { dtypeOfDataType } from '../../src/format/data-type.js';
import { decode, decodeModel } from '../../src/format/reader.js';
import { tensorSchema } from '../../src/format/schema.js';
import { decodeTensor } from '../../src/format/tensors.js';
import type { OnnxModelData, OnnxTensor, OnnxValueInfo } from '../../src/format/types.js';

/** The bytes of a case's files. */
export interface NodeCase {
  readonly name: string;
  readonly model: Uint8Array;
  readonly dataSets: readonly { readonly inputs: readonly Uint8Array[]; readonly outputs: readonly Uint8Array[] }[];
}

/** What became of a case. Only `agrees` and `differs` are judgements; the others say why there is none. */
export type Outcome =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'differs'; readonly detail: string }
  | { readonly kind: 'data contradict the model'; readonly detail: string }
  | { readonly kind: 'unknown operator'; readonly detail: string }
  | { readonly kind: 'no dtype for a type'; readonly detail: string }
  | { readonly kind: 'form not evaluated'; readonly detail: string };

const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

function tensorFiles(folder: string, kind: 'input' | 'output'): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let i = 0; existsSync(join(folder, `${kind}_${i}.pb`)); i++) found.push(bytesOf(join(folder, `${kind}_${i}.pb`)));
  return found;
}

/** The cases in the folders of `root`, read one after the other. */
export function* casesOf(root: string): Generator<NodeCase> {
  for (const name of readdirSync(root).toSorted()) {
    const folder = join(root, name);
    if (!existsSync(join(folder, 'model.onnx'))) continue;
    const sets = readdirSync(folder).filter((set) => set.startsWith('test_data_set_')).toSorted();
    yield { name, model: bytesOf(join(folder, 'model.onnx')), dataSets: sets.map((set) => ({ inputs: tensorFiles(join(folder, set), 'input'), outputs: tensorFiles(join(folder, set), 'output') })) };
  }
}

interface PackedCases {
  readonly cases: readonly { readonly name: string; readonly model: string; readonly dataSets: readonly { readonly inputs: readonly string[]; readonly outputs: readonly string[] }[] }[];
}

/** The cases of a file that `tools/onnx/pack-node-cases.mjs` wrote. */
export function packedCases(path: string | URL): NodeCase[] {
  const decodeAll = (files: readonly string[]): Uint8Array[] => files.map((file) => new Uint8Array(Buffer.from(file, 'base64')));
  const { cases } = JSON.parse(readFileSync(path, 'utf8')) as PackedCases;
  return cases.map(({ name, model, dataSets }) => ({ name, model: decodeAll([model])[0]!, dataSets: dataSets.map(({ inputs, outputs }) => ({ inputs: decodeAll(inputs), outputs: decodeAll(outputs) })) }));
}

export const tensorMessage = (file: Uint8Array): OnnxTensor => decode(tensorSchema, file);

/** The tensor of a file, for an input or output; older cases have bfloat16 as the bits in uint16. */
function tensorOf(file: Uint8Array, { type }: OnnxValueInfo): Tensor {
  const { dtype, shape, data } = decodeTensor(tensorMessage(file));
  const isBits = dtype === 'uint16' && dtypeOfDataType(type?.tensorType?.elemType) === 'bfloat16';
  return concrete(data, shape, isBits ? 'bfloat16' : dtype);
}

export const hasDtype = ({ type }: OnnxValueInfo): boolean => type?.tensorType !== undefined && dtypeOfDataType(type.tensorType.elemType) !== undefined;

const numbers = (x: Tensor): ArrayLike<number | bigint> => (isFloating(x.dtype) && x.dtype !== 'float64' ? astype(x, 'float32').data() : x.data());

/** What the standard's runner allows, relative to the number; of bfloat16, that several steps round, a few units in the last place. */
const tolerance = (x: Tensor): number => (x.dtype === 'bfloat16' ? 2 ** -6 : isFloating(x.dtype) ? 1e-3 : 0);

/** The first element further off than the tolerance, and than 1e-7 of the largest number (of float32 results near zero nothing is left). */
export function difference(found: Tensor, expected: Tensor): string | undefined {
  if (formatSpec(found) !== formatSpec(expected)) return `expected ${formatSpec(expected)}, found ${formatSpec(found)}`;
  const [a, b] = [numbers(found), numbers(expected)];
  const relative = tolerance(found);
  const largest = Array.from(b, Number).reduce((most, y) => (Number.isFinite(y) ? Math.max(most, Math.abs(y)) : most), 1);
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    const isClose = relative > 0 && Math.abs(Number(x) - Number(y)) <= 1e-7 * largest + relative * Math.abs(Number(y));
    if (!isClose) return `element ${i}: expected ${String(y)}, found ${String(x)}`;
  }
  return undefined;
}

function runDataSet(model: OnnxModelData, { inputs, outputs }: NodeCase['dataSets'][number]): Outcome {
  const { input = [], output = [] } = model.graph ?? {};
  const feeds = Object.fromEntries(inputs.map((file, i) => [input[i]!.name ?? '', tensorOf(file, input[i]!)]));
  const found = evaluateOnnx(model, feeds);
  for (const [i, file] of outputs.entries()) {
    const name = output[i]!.name ?? '';
    const differs = difference(found[name]!, tensorOf(file, output[i]!));
    if (differs !== undefined) return { kind: 'differs', detail: `${name}: ${differs}` };
  }
  return { kind: 'agrees' };
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof UnknownOperatorError) return { kind: 'unknown operator', detail: error.operator };
  if (error instanceof NodeEvaluationError) return { kind: 'form not evaluated', detail: error.message };
  if (error instanceof FeedError) return { kind: 'data contradict the model', detail: error.message };
  return { kind: 'differs', detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

/** Evaluates every data set of a case. */
export function runCase({ model: file, dataSets }: NodeCase): Outcome {
  const model = decodeModel(file);
  const { input = [], output = [] } = model.graph ?? {};
  const without = [...input, ...output].find((info) => !hasDtype(info));
  if (without) return { kind: 'no dtype for a type', detail: without.name ?? '' };
  try {
    return dataSets.map((set) => runDataSet(model, set)).find(({ kind }) => kind !== 'agrees') ?? { kind: 'agrees' };
  } catch (error) {
    return outcomeOf(error);
  }
}
