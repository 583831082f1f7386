/** Flax's files (`flax.serialization`). */
import { fromStateDict, toStateDict } from '../state-dict.js';
import type { CheckpointTree, StateDict } from '../values.js';
import type { ByteSource } from '../source/source.js';
import { decode, decodeSource } from './decode.js';
import { encode, encodeParts, type EncodeOptions } from './encode.js';

/**
 * A tree as the bytes that Flax writes for it (`flax.serialization.to_bytes`): variables, a train state, an optimizer's state. Keys stay in
 * their order.
 * @throws UnsupportedValueError for a leaf that the format has no form for
 */
export const toBytes = (tree: CheckpointTree, options?: EncodeOptions): Uint8Array => encode(toStateDict(tree), options);

/**
 * The bytes of `toBytes` in parts that are written one after another: the elements of tensors, which do not change, are not copied.
 * @throws UnsupportedValueError
 */
export const msgpackParts = (tree: CheckpointTree, options?: EncodeOptions): readonly Uint8Array[] => encodeParts(toStateDict(tree), options);

/**
 * A tree of the structure of `target` with the leaves of bytes that Flax wrote (`flax.serialization.from_bytes`). With null as the target, the
 * state dict itself.
 * @throws CheckpointFormatError where the bytes are not such; StateDictError where the target has another structure
 */
export function fromBytes<T extends CheckpointTree>(target: T, bytes: Uint8Array): T extends null ? StateDict : T;
export function fromBytes(target: CheckpointTree, bytes: Uint8Array): CheckpointTree | StateDict {
  const state = decode(bytes);
  return target === null ? state : fromStateDict(target, state);
}

/**
 * As `fromBytes`, of a file that is read as it goes: it may have more bytes than fit into one buffer, 2^32 in older versions of Node.
 *
 *     const source = await fileSource('params.msgpack');
 * @throws CheckpointFormatError; StateDictError
 */
export async function fromSource<T extends CheckpointTree>(target: T, source: ByteSource): Promise<T extends null ? StateDict : T>;
export async function fromSource(target: CheckpointTree, source: ByteSource): Promise<CheckpointTree | StateDict> {
  const state = await decodeSource(source);
  return target === null ? state : fromStateDict(target, state);
}

/**
 * As `toBytes`, with keys in the order of their letters, so that `10` comes before `2` (`flax.serialization.msgpack_serialize` of a state dict).
 * @throws UnsupportedValueError
 */
export const msgpackSerialize = (tree: CheckpointTree, options?: EncodeOptions): Uint8Array => encode(toStateDict(tree), options, 'sorted');

/** The state dict in bytes that Flax wrote (`flax.serialization.msgpack_restore`). @throws CheckpointFormatError */
export const msgpackRestore = (bytes: Uint8Array): StateDict => decode(bytes);
