import { bytesPerElement, type Tensor } from '@flaxon/tensor';
import { UnsupportedValueError } from '../errors.js';
import { flattenNames } from '../names.js';
import { joined } from '../storage/parts.js';
import { bytesOf } from '../tensor-bytes.js';
import type { CheckpointTree } from '../values.js';
import { elementTypes } from './element-types.js';
import { prefixLength } from './header.js';

export interface SafetensorsWriteOptions {
  /** What joins the keys on the way to a tensor into its name; `.` by default. */
  readonly separator?: string;
  /** Texts that go into the header. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const utf8 = new TextEncoder();

/** The largest elements first, so that each tensor stands at a multiple of the size of its elements; by name within. */
const inFileOrder = (a: readonly [string, Tensor], b: readonly [string, Tensor]): number =>
  bytesPerElement(b[1].dtype) - bytesPerElement(a[1].dtype) || (a[0] < b[0] ? -1 : 1);

/** The header and then each tensor as parts of a file, which need never be in memory together. */
export function safetensorsParts(tree: CheckpointTree, { separator = '.', metadata }: SafetensorsWriteOptions = {}): readonly Uint8Array[] {
  const tensors = [...flattenNames('safetensors', tree, separator)].sort(inFileOrder);
  let at = 0;
  const entries = tensors.map(([name, tensor]) => {
    if (tensor.isTraced) throw new UnsupportedValueError('safetensors', name, 'a traced tensor, which has no values', 'Save outside the function that is traced.');
    const start = at;
    at += tensor.size * bytesPerElement(tensor.dtype);
    return [name, { dtype: elementTypes[tensor.dtype], shape: tensor.staticShape(), data_offsets: [start, at] }] as const;
  });
  const text = JSON.stringify(Object.fromEntries([...(metadata ? [['__metadata__', metadata] as const] : []), ...entries]));
  const json = utf8.encode(text);
  // The data begin at a multiple of eight bytes.
  const header = new Uint8Array(prefixLength + Math.ceil(json.length / prefixLength) * prefixLength).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - prefixLength), true);
  header.set(json, prefixLength);
  return [header, ...tensors.map(([, tensor]) => bytesOf(tensor))];
}

/**
 * A tree of tensors as a safetensors file, named by their paths.
 * @throws UnsupportedValueError for a leaf that is no tensor; CheckpointFormatError where two would have one name
 */
export function toSafetensors(tree: CheckpointTree, options: SafetensorsWriteOptions = {}): Uint8Array {
  return joined(safetensorsParts(tree, options));
}
