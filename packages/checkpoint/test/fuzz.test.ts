import { tensor, Tensor } from '@flaxon/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bufferSource, CheckpointFormatError, CheckpointManager, fromNpz, fromSafetensors, loadFlaxModel, memoryStorage, MissingCheckpointError, MissingFileError, msgpackRestore, openSafetensors, pythonFloat, readTensors,
  saveFlaxModel, saveShardedSafetensors, toBytes, toNpz, toSafetensors, UnsupportedValueError,
} from '../src/index.js';
import { decodeSource } from '../src/msgpack/decode.js';
import { effort } from './support/effort.js';

const numRuns = effort({ short: 1000, long: 100_000 });
const timeout = effort({ short: 60_000, long: 3_600_000 });

const tree = { layer: { kernel: tensor([[1, 2], [3, 4]]), bias: tensor([0.5], { dtype: 'bfloat16' }) }, steps: tensor([1n], { dtype: 'int64' }) };
const mixed = { ...tree, list: [1, 'x', null, true, pythonFloat(0.5)], big: 2n ** 60n, bytes: Uint8Array.of(1, 2, 3) };

/** What may become of bytes on their way, or in the hands of somebody who means harm. */
type Damage =
  | { readonly kind: 'set'; readonly at: number; readonly to: number }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number };

function damaged(bytes: Uint8Array, damage: Damage): Uint8Array {
  const at = bytes.length === 0 ? 0 : damage.at % bytes.length;
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (damage.kind) {
    case 'set':
      return bytes.length === 0 ? bytes : bytes.with(at, damage.to);
    case 'flip':
      return bytes.length === 0 ? bytes : bytes.with(at, bytes[at]! ^ (1 << damage.bit));
    case 'cut':
      return before;
    case 'insert':
      return Buffer.concat([before, damage.bytes, after]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, damage.length), after]);
  }
}

const at = fc.nat();
const damages = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('set' as const), at, to: fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x7f, 0x80, 0xc1, 0xc9, 0xdf, 0xff, 0x22, 0x5b, 0x7b)) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }) },
    fc.record({ kind: fc.constant('cut' as const), at }),
    fc.record({ kind: fc.constant('insert' as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }) }),
    fc.record({ kind: fc.constant('repeat' as const), at, length: fc.integer({ min: 1, max: 40 }) }),
  ),
  { minLength: 1, maxLength: 4 },
);

/** The bytes of all tensors in a value. */
function bytesOfTensors(value: unknown): number {
  if (value instanceof Tensor) return value.data().byteLength;
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) ? Object.values(value).reduce((sum: number, item) => sum + bytesOfTensors(item), 0) : 0;
}

/** A file beside another one that is damaged, in a storage. */
async function storageWith(save: (storage: ReturnType<typeof memoryStorage>) => Promise<unknown>): Promise<{ readonly files: ReadonlyMap<string, Uint8Array> }> {
  const storage = memoryStorage();
  await save(storage);
  const files = new Map<string, Uint8Array>();
  for (const name of await storage.list()) files.set(name, await storage.read(name));
  return { files };
}

async function replaced(files: ReadonlyMap<string, Uint8Array>, name: string, bytes: Uint8Array) {
  const storage = memoryStorage();
  for (const [file, content] of files) await storage.write(file, [file === name ? bytes : content]);
  return storage;
}

const sharded = await storageWith((storage) => saveShardedSafetensors(storage, tree, { maxShardBytes: 8 }));
const flax = await storageWith((storage) => saveFlaxModel(storage, tree, { maxShardBytes: 8 }));
const managed = await storageWith((storage) => new CheckpointManager(storage).save(3, tree, { metrics: { loss: 1 }, metadata: { epoch: 1 } }));

/** A reader of each kind of file, with a file that is right. */
const readers: readonly (readonly [what: string, valid: Uint8Array, read: (bytes: Uint8Array) => unknown])[] = [
  ['MessagePack', toBytes(mixed), msgpackRestore],
  ['MessagePack with arrays in pieces', toBytes(mixed, { maxChunkSize: 8 }), msgpackRestore],
  ['MessagePack that is read as it goes', toBytes(mixed), (bytes) => decodeSource(bufferSource(bytes), 8)],
  ['safetensors', toSafetensors(tree, { metadata: { format: 'flax' } }), fromSafetensors],
  ['npz', toNpz({ kernel: tree.layer.kernel, steps: tree.steps }), (bytes) => fromNpz(bytes, { maxBytes: 2 ** 20 })],
  ['an index of safetensors', sharded.files.get('model.safetensors.index.json')!, async (bytes) => readTensors(await openSafetensors(await replaced(sharded.files, 'model.safetensors.index.json', bytes)))],
  ['an index of MessagePack', flax.files.get('flax_model.msgpack.index.json')!, async (bytes) => loadFlaxModel(await replaced(flax.files, 'flax_model.msgpack.index.json', bytes))],
  ['a record of a checkpoint', managed.files.get('checkpoint_3.json')!, async (bytes) => (await new CheckpointManager(await replaced(managed.files, 'checkpoint_3.json', bytes)).restore(null)).tree],
];

/** What a file that is wrong may end in, and nothing else. */
const expected = [CheckpointFormatError, MissingFileError, MissingCheckpointError, UnsupportedValueError];

describe.each(readers)('a file of %s', (_, valid, read) => {
  it('that is right is read', async () => {
    expect(bytesOfTensors(await read(valid))).toBeGreaterThan(0);
  });

  it('that is damaged in any way gives a value no larger than the file, or an error of this package', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: damages.map((list) => list.reduce(damaged, valid)) }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) }), async (bytes) => {
        let value: unknown;
        try {
          value = await read(bytes);
        } catch (error) {
          if (expected.some((kind) => error instanceof kind)) return;
          throw error;
        }
        // The tensors of a model are in other files than its index.
        expect(bytesOfTensors(value)).toBeLessThanOrEqual(bytes.length + valid.length + 100);
      }),
      { numRuns },
    );
  });
});
