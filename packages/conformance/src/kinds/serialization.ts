import type { CaseOf } from '../cases.js';
import { CaseFormatError, MismatchError } from '../errors.js';
import { type LibraryFunction, requireFunction } from '../registry/library.js';
import { decodeTree, isArray, isObject, mapEntries, type Value } from '../values.js';
import { check, type CaseContext } from './context.js';
import { expectError } from './expect-error.js';

type SerializationCase = CaseOf<'serialization'>;

/** Writes and reads bytes that Flax wrote. No tensor is computed, so there is nothing to run on an executor. */
export async function runSerializationCase(the: SerializationCase, context: CaseContext): Promise<void> {
  if (the.safetensors !== undefined) return checkSafetensors(the, fromHex(the.safetensors), context);
  if (the.msgpack === undefined) throw new CaseFormatError('a serialization case needs `msgpack` or `safetensors`');
  const bytes = fromHex(the.msgpack);
  return the.target === undefined ? checkMessagePack(the, bytes, context) : checkRestore(the, bytes, context);
}

/** Writing gives the bytes, one for one; reading gives the state dict. */
function checkMessagePack(the: SerializationCase, bytes: Uint8Array, context: CaseContext): void {
  const write = checkpointFunction(context, the.via ?? 'toBytes');
  const read = checkpointFunction(context, 'msgpackRestore');
  const options = the.maxChunkSize === undefined ? [] : [{ maxChunkSize: the.maxChunkSize }];
  checkBytes('written bytes', write(decodeData(the.tree, context), ...options), bytes);
  checkData('state dict', read(bytes), the.stateDict, context);
}

/** Reading into a target of some structure gives `restored`, or fails. */
async function checkRestore(the: SerializationCase, bytes: Uint8Array, context: CaseContext): Promise<void> {
  const fromBytes = checkpointFunction(context, 'fromBytes');
  const restore = async (): Promise<Value> => fromBytes(decodeData(the.target, context), bytes) as Value;
  if (the.error !== undefined) return expectError('restoring', the.error, restore);
  checkData('restored', await restore(), the.restored, context);
}

/** Reading gives the tree; what is written must read back the same. */
function checkSafetensors(the: SerializationCase, bytes: Uint8Array, context: CaseContext): void {
  const read = checkpointFunction(context, 'fromSafetensors');
  const write = checkpointFunction(context, 'toSafetensors');
  checkData('tree', read(bytes), the.tree, context);
  checkData('tree written and read', read(write(decodeData(the.tree, context))), the.tree, context);
}

const checkpointFunction = ({ library }: CaseContext, name: string): LibraryFunction => requireFunction([library.checkpoint], name);

/**
 * The data of a tree. Beside tensors: a number is an integer; a Python float, a NumPy scalar and bytes need a form of their
 * own in JavaScript, which the package makes.
 */
function decodeData(tree: unknown, context: CaseContext): unknown {
  if (isArray(tree)) return tree.map((item) => decodeData(item, context));
  if (!isObject(tree) || typeof tree['$'] === 'string') return decodeTree(tree, context.arrays);
  if (hasOnly(tree, 'float')) return checkpointFunction(context, 'pythonFloat')(Number(tree['float']));
  if (hasOnly(tree, 'int')) return BigInt(String(tree['int']));
  if (hasOnly(tree, 'scalar')) return checkpointFunction(context, 'numpyScalar')(decodeTree(tree['scalar'], context.arrays));
  if (hasOnly(tree, 'bytes')) return fromHex(String(tree['bytes']));
  return mapEntries(tree, (item) => decodeData(item, context));
}

const hasOnly = (object: Readonly<Record<string, unknown>>, name: string): boolean => Object.hasOwn(object, name) && Object.keys(object).length === 1;

function checkData(what: string, got: unknown, want: unknown, context: CaseContext): void {
  check(what, comparable(got, context), want, { mode: 'exact' }, context, (tree) => comparable(decodeData(tree, context), context));
}

/** What the package has classes for, and bytes, as objects that are compared field by field. */
function comparable(data: unknown, context: CaseContext): Value {
  const { library } = context;
  const isOf = (name: string): boolean => {
    const constructor = library.checkpoint[name];
    return typeof constructor === 'function' && data instanceof constructor;
  };
  if (isOf('PythonFloat')) return { float: Number(data) };
  if (isOf('NumpyScalar')) return { scalar: (data as { readonly tensor: Value }).tensor };
  if (data instanceof Uint8Array) return { bytes: Array.from(data) };
  if (isArray(data)) return data.map((item) => comparable(item, context));
  return isObject(data) ? mapEntries(data, (item) => comparable(item, context)) : (data as Value);
}

function checkBytes(what: string, got: unknown, want: Uint8Array): void {
  if (!(got instanceof Uint8Array)) throw new MismatchError(what, 'got something that is no Uint8Array');
  const at = want.findIndex((byte, i) => got[i] !== byte);
  if (at < 0 && got.length === want.length) return;
  const place = at < 0 ? want.length : at;
  throw new MismatchError(what, `got ${got.length} bytes, want ${want.length}; they differ from byte ${place} on: got ${toHex(got, place)}, want ${toHex(want, place)}`);
}

const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../gu) ?? [], (byte) => Number.parseInt(byte, 16));
const toHex = (bytes: Uint8Array, from: number): string => Buffer.from(bytes.subarray(from, from + 8)).toString('hex');
