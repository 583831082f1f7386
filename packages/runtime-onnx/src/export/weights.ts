/** Weights out of ONNX files, whoever wrote them: the initialisers of the main graph by name. */
import { bytesPerElement, sizeOf, tensor, type Dtype, type Tensor } from '@flaxon/tensor';
import { ModelFormatError } from '../errors/model-format-error.js';
import { dataTypes, dtypeOfDataType } from '../format/data-type.js';
import { decodeModel } from '../format/reader.js';
import { decodeTensor, type ExternalDataReader } from '../format/tensors.js';
import type { OnnxModelData, OnnxTensor } from '../format/types.js';
import { OnnxModel } from './model.js';

export interface OnnxWeightsOptions {
  /** Which initialisers, by name; all by default. Those of a type that tensors do not have (strings, floats of 8 bits) can be left out so. */
  readonly filter?: (name: string) => boolean;
  /** The bytes of a file that the model names, for weights that are not in it. */
  readonly readExternal?: ExternalDataReader;
}

/** Types of four bits (onnx.proto, `TensorProto.DataType`), two elements a byte, and what holds their values. */
const fourBits: ReadonlyMap<number | undefined, Dtype> = new Map([[21, 'uint8'], [22, 'int8']]);

/** The elements of packed bytes, the low half of each first. */
function unpack(bytes: Uint8Array, dtype: Dtype, shape: readonly number[]): Tensor {
  const signed = dtype === 'int8';
  const extend = (nibble: number): number => (signed && nibble > 7 ? nibble - 16 : nibble);
  const elements = Array.from({ length: sizeOf(shape) }, (_, at) => extend((bytes[at >> 1]! >> (4 * (at & 1))) & 15));
  return tensor(signed ? Int8Array.from(elements) : Uint8Array.from(elements), { dtype, shape });
}

/** The bytes that the elements of a tensor take; undefined for types that tensors do not have, which `decodeTensor` refuses. */
function packedBytes({ dataType, dims = [] }: OnnxTensor): number | undefined {
  const elements = sizeOf(dims.map(Number));
  if (fourBits.has(dataType)) return Math.ceil(elements / 2);
  const dtype = dtypeOfDataType(dataType);
  return dtype === undefined ? undefined : elements * bytesPerElement(dtype);
}

function tensorOf(initializer: OnnxTensor, readExternal: ExternalDataReader | undefined): Tensor {
  const dtype = fourBits.get(initializer.dataType);
  if (dtype === undefined) {
    const { data, ...rest } = decodeTensor(initializer, readExternal);
    return tensor(data, rest);
  }
  const shape = (initializer.dims ?? []).map(Number);
  // What holds them has half as many elements of eight bits; a negative size stays one, which is refused.
  const dims = shape.some((size) => size < 0) ? shape : [packedBytes(initializer)!];
  const packed = decodeTensor({ ...initializer, dataType: dataTypes.uint8, dims }, readExternal);
  return unpack(packed.data as Uint8Array, dtype, shape);
}

const initializersOf = (data: OnnxModelData, filter: (name: string) => boolean): readonly OnnxTensor[] => {
  const { initializer = [], sparseInitializer = [] } = data.graph ?? {};
  const sparse = sparseInitializer.find(({ values }) => filter(values?.name ?? ''));
  if (sparse !== undefined) throw new ModelFormatError(`initialiser \`${sparse.values?.name ?? ''}\` is sparse, which weights cannot be; leave it out with \`filter\``, { messageName: 'SparseTensorProto' });
  return initializer.filter(({ name = '' }) => filter(name));
};

function add(weights: Map<string, Tensor>, name: string, weight: Tensor): void {
  if (weights.has(name)) throw new ModelFormatError(`two initialisers have the name \`${name}\``, { messageName: 'GraphProto' });
  weights.set(name, weight);
}

/** A flat record: names are not divided, whatever stands in them. */
const record = (weights: ReadonlyMap<string, Tensor>): Readonly<Record<string, Tensor>> => Object.fromEntries(weights);

/**
 * The initialisers of an ONNX model by name, such as `params/Dense_0/kernel` in one that `exportOnnx` made and `encoder.layer.0.weight` in one of PyTorch;
 * `mergeStateDict` of @flaxon/checkpoint puts them into variables. Elements of four bits come as int8 and uint8. A graph that was optimised has not all weights of the
 * model: what was folded into others is gone, and constants have been added.
 *
 *     const { tree } = mergeStateDict(variables, onnxWeights(await readFile('model.onnx')), { partial: true });
 * @throws ModelFormatError where the bytes are no model, elements do not fill their shape, are in a file that nothing reads, or of a type that tensors do not have
 */
export function onnxWeights(model: Uint8Array | OnnxModelData | OnnxModel, { filter = () => true, readExternal }: OnnxWeightsOptions = {}): Readonly<Record<string, Tensor>> {
  const data = model instanceof Uint8Array ? decodeModel(model) : model instanceof OnnxModel ? model.data : model;
  const weights = new Map<string, Tensor>();
  for (const initializer of initializersOf(data, filter)) add(weights, initializer.name ?? '', tensorOf(initializer, readExternal));
  return record(weights);
}

/** Where the elements of a tensor are in another file. */
interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** @throws ModelFormatError where the place has another length than the elements take */
function externalPlace({ name = '', externalData = [] }: OnnxTensor, bytes: number): ExternalPlace {
  const entries = new Map(externalData.map(({ key = '', value = '' }) => [key, value]));
  const [offset, length] = [Number(entries.get('offset') ?? 0), Number(entries.get('length') ?? bytes)];
  if (!Number.isSafeInteger(offset) || offset < 0 || length !== bytes) throw new ModelFormatError(`tensor \`${name}\` of ${bytes} bytes lies at ${offset}, ${length} bytes`, { messageName: 'TensorProto' });
  return { location: entries.get('location') ?? '', offset, length };
}

/**
 * The file that a model names, if it is in the folder of the model.
 * @throws ModelFormatError where the name, or what it is a link to, leaves the folder
 */
async function fileInFolder(modelPath: string, location: string): Promise<string> {
  const [{ realpath }, { dirname, isAbsolute, join, relative, sep }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  const isWithin = (folder: string, path: string): boolean => {
    const way = relative(folder, path);
    return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  };
  const folder = dirname(modelPath);
  const path = join(folder, location);
  const refuse = (): never => {
    throw new ModelFormatError(`the external file ${JSON.stringify(location)} is not in the folder of the model, and is not read`, { messageName: 'TensorProto' });
  };
  if (location === '' || location.includes('\0') || isAbsolute(location) || /^[a-z]:|^\\/iu.test(location) || !isWithin(folder, path)) return refuse();
  // A cache of models has links to the files in one folder, the model among them: what is beside the model itself counts too.
  const [real, ...folders] = await Promise.all([realpath(path), realpath(folder), realpath(modelPath).then(dirname)]);
  return folders.some((each) => isWithin(each, real)) ? real : refuse();
}

async function readPlace(path: string, name: string, { location, offset, length }: ExternalPlace): Promise<Uint8Array> {
  const { open } = await import('node:fs/promises');
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (offset + length > size) throw new ModelFormatError(`tensor \`${name}\` lies at ${offset}, ${length} bytes, in ${JSON.stringify(location)}, which has ${size} bytes`, { messageName: 'TensorProto' });
    const bytes = new Uint8Array(length);
    // The system reads at most 2^31 - 1 bytes at once.
    for (let at = 0; at < length; ) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(2 ** 30, length - at), offset + at);
      if (bytesRead === 0) throw new ModelFormatError(`the file ${JSON.stringify(location)} became shorter while it was read`, { messageName: 'TensorProto' });
      at += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** A tensor with its elements out of their file, as if they had been in the model. */
async function inline(initializer: OnnxTensor, modelPath: string): Promise<OnnxTensor> {
  const bytes = packedBytes(initializer);
  if (initializer.dataLocation !== 1 || bytes === undefined) return initializer;
  const { externalData: _place, ...rest } = initializer;
  const place = externalPlace(initializer, bytes);
  const rawData = await readPlace(await fileInFolder(modelPath, place.location), initializer.name ?? '', place);
  return { ...rest, dataLocation: 0, rawData };
}

/**
 * As `onnxWeights`, of a file. Weights in other files are read a tensor at a time, those that `filter` wants; a file outside the folder of the model is refused.
 * @throws ModelFormatError, and the system's error where a file is not there
 */
export async function readOnnxWeights(path: string, { filter = () => true }: Pick<OnnxWeightsOptions, 'filter'> = {}): Promise<Readonly<Record<string, Tensor>>> {
  const { readFile } = await import('node:fs/promises');
  const weights = new Map<string, Tensor>();
  for (const initializer of initializersOf(decodeModel(await readFile(path)), filter)) add(weights, initializer.name ?? '', tensorOf(await inline(initializer, path), undefined));
  return record(weights);
}
