/**
 * Moves the elements of large initialisers out of a model into a second file, as `.onnx` files must beyond 2 GiB (ONNX,
 * ExternalData.md).
 */
import { ModelFormatError } from '../errors/model-format-error.js';
import type { OnnxEntry, OnnxModelData, OnnxTensor } from './types.js';

/** Offsets are multiples of a page, so that ONNX Runtime can map the file. */
const alignment = 4096;
/** Smaller tensors stay inline: shape arithmetic must be readable without the second file. */
const inlineBytes = 1024;

export interface ExternalisedModel {
  readonly model: OnnxModelData;
  /** The chunks of the second file, one after the other, with their offsets. */
  readonly chunks: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

/** `model` with every initialiser of its main graph larger than 1 KiB moved to the file `location`, and that file's content. */
export function externaliseTensors(model: OnnxModelData, location: string): ExternalisedModel {
  const chunks: { offset: number; bytes: Uint8Array }[] = [];
  let end = 0;
  const move = (tensor: OnnxTensor): OnnxTensor => {
    const { rawData, ...rest } = tensor;
    if (!rawData || rawData.length <= inlineBytes) return tensor;
    const offset = Math.ceil(end / alignment) * alignment;
    end = offset + rawData.length;
    chunks.push({ offset, bytes: rawData });
    const externalData: OnnxEntry[] = [
      { key: 'location', value: location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(rawData.length) },
    ];
    return { ...rest, externalData, dataLocation: 1 };
  };
  const graph = model.graph ?? {};
  return { model: { ...model, graph: { ...graph, initializer: (graph.initializer ?? []).map(move) } }, chunks };
}

/** Where the elements of a tensor lie in an external file. */
export interface ExternalPlace {
  /** A path below the folder of the model, with `/` between its parts. */
  readonly location: string;
  readonly offset: number;
  /** The number of bytes; undefined: what the shape needs. */
  readonly length: number | undefined;
}

const nul = String.fromCharCode(0);

/** Why `location` is no path below a folder; undefined where it is one. */
function faultOf(location: string): string | undefined {
  if (location === '') return 'is empty';
  if (location.includes(nul)) return 'has a NUL character';
  if (location.includes('\\')) return 'has a backslash, which is a separator on some systems';
  if (location.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z]:/.test(location)) return 'has a drive letter';
  if (location.split('/').some((part) => part === '..')) return 'leaves the folder by `..`';
  return undefined;
}

/**
 * Where the elements of `tensor` lie, for `dataLocation` 1. The path cannot leave the folder of the model (but by links in it: see `externalFiles`).
 * @throws ModelFormatError where it could, or where a number is no safe non-negative integer
 */
export function externalPlace(tensor: OnnxTensor): ExternalPlace {
  const name = tensor.name ?? '';
  const entries = new Map((tensor.externalData ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
  const location = entries.get('location') ?? '';
  const fault = faultOf(location);
  if (fault !== undefined) throw new ModelFormatError(`the external data of tensor \`${name}\` must lie below the folder of the model, but the path ${JSON.stringify(location)} ${fault}`, { messageName: 'TensorProto' });
  const numberOf = (key: string): number | undefined => {
    const written = entries.get(key);
    if (written === undefined) return undefined;
    if (!/^\d+$/.test(written) || !Number.isSafeInteger(Number(written))) throw new ModelFormatError(`the external data of tensor \`${name}\`: expected a safe non-negative integer as \`${key}\`, found ${JSON.stringify(written)}`, { messageName: 'TensorProto' });
    return Number(written);
  };
  return { location, offset: numberOf('offset') ?? 0, length: numberOf('length') };
}
