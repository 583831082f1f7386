/** Flax's files (`flax.serialization`). */
import { fromStateDict, toStateDict } from '../state-dict.js';
import { isList, isNode, type CheckpointTree, type StateDict } from '../values.js';
import { decode } from './decode.js';
import { encode, type EncodeOptions } from './encode.js';

/**
 * A tree as the bytes that Flax writes for it (`flax.serialization.to_bytes`): variables, a train state, an optimizer's state. Keys stay in
 * their order.
 * @throws UnsupportedValueError for a leaf that the format has no form for
 */
export const toBytes = (tree: CheckpointTree, options?: EncodeOptions): Uint8Array => encode(toStateDict(tree), options);

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

function sorted(state: StateDict): StateDict {
  if (isList(state)) return state.map(sorted);
  if (!isNode(state)) return state;
  const node = state as { readonly [key: string]: StateDict };
  return Object.fromEntries(Object.keys(node).sort().map((key) => [key, sorted(node[key]!)]));
}

/** As `toBytes`, with keys in the order of their letters (`flax.serialization.msgpack_serialize`). @throws UnsupportedValueError */
export const msgpackSerialize = (tree: CheckpointTree, options?: EncodeOptions): Uint8Array => encode(sorted(toStateDict(tree)), options);

/** The state dict in bytes that Flax wrote (`flax.serialization.msgpack_restore`). @throws CheckpointFormatError */
export const msgpackRestore = (bytes: Uint8Array): StateDict => decode(bytes);
