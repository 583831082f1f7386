/** Arrays above the size of a chunk, in pieces (flax.serialization: `_chunk`, `_unchunk`). */
import { allocate, bytesPerElement, concatenate, reshape, sizeOf, tensor, Tensor, type TypedArray } from '@flaxon/tensor';
import { CheckpointFormatError } from '../errors.js';
import { isNode, type StateDict } from '../values.js';

const marker = '__msgpack_chunked_array__';

const indexed = <T>(list: readonly T[]): Record<string, T> => Object.fromEntries(list.map((item, i) => [String(i), item]));

/** The record that stands for `array`: its shape, and vectors of at most `maxChunkSize` bytes (of one element at least). */
export function chunkedRecord(array: Tensor, maxChunkSize: number): StateDict {
  const length = Math.max(1, Math.floor(maxChunkSize / bytesPerElement(array.dtype)));
  const data: TypedArray = array.data();
  const pieces = Array.from({ length: Math.ceil(data.length / length) }, (_, i) => tensor(data.subarray(i * length, (i + 1) * length) as TypedArray, { dtype: array.dtype }));
  return { [marker]: true, shape: indexed([...array.staticShape()]), chunks: indexed(pieces) };
}

export const isChunkedRecord = (node: { readonly [key: string]: StateDict }): boolean => Object.hasOwn(node, marker);

/** The children of an object by index, in order; undefined where the keys are others. */
function items(node: StateDict | undefined): readonly StateDict[] | undefined {
  if (!isNode(node)) return undefined;
  const children = node as { readonly [key: string]: StateDict };
  const found = Object.keys(children).map((_, i) => children[String(i)]);
  return found.includes(undefined) ? undefined : (found as readonly StateDict[]);
}

/** The array that a record stands for. @throws CheckpointFormatError where pieces and shape do not fit together */
export function joinedChunks(node: { readonly [key: string]: StateDict }, offset: number): Tensor {
  const fail = (problem: string): never => {
    throw new CheckpointFormatError('msgpack', `an array in pieces ${problem}`, offset);
  };
  const shape = items(node.shape) ?? fail('has no shape by index');
  const chunks = items(node.chunks) ?? fail('has no chunks by index');
  if (!shape.every((size): size is number => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)) return fail('has a shape that is not of sizes');
  const pieces = chunks.map((chunk) => (chunk instanceof Tensor && chunk.rank === 1 ? chunk : fail('has a piece that is no vector')));
  const dtype = pieces[0]?.dtype ?? fail('has no pieces');
  if (pieces.some((piece) => piece.dtype !== dtype)) return fail('has pieces of several dtypes');
  const found = pieces.reduce((sum, piece) => sum + piece.size, 0);
  if (found !== sizeOf(shape)) return fail(`has ${found} elements for the shape [${shape.join(', ')}]`);
  return found === 0 ? tensor(allocate(dtype, 0), { dtype, shape }) : reshape(concatenate(pieces), shape);
}
