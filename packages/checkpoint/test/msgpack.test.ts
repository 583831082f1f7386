import { tensor, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  bufferSource, CheckpointFormatError, CheckpointManager, fromBytes, fromSource, fromStateDict, memoryStorage, msgpackParts, msgpackRestore, msgpackSerialize, NumpyScalar, numpyScalar, PythonFloat, pythonFloat, StateDictError, toBytes, toStateDict,
  UnsupportedValueError, type ByteSource, type CheckpointTree, type StateDict,
} from '../src/index.js';
import { decodeSource } from '../src/msgpack/decode.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Samples of Flax 0.12.8, from flax/serialization.py. */
const samples: readonly (readonly [string, CheckpointTree, string])[] = [
  ['an array of no axes', tensor(3, { dtype: 'int32' }), 'c70e019390a5696e743332c40403000000'],
  ['a scalar of NumPy, in an extension of fixed size', numpyScalar(tensor(1.5, { dtype: 'float32' })), 'd8039390a7666c6f61743332c4040000c03f'],
  ['bfloat16', tensor([1, 1], { dtype: 'bfloat16' }), 'c71201939102a862666c6f61743136c404803f803f'],
  ['bool', tensor([true, false]), 'c70c01939102a4626f6f6cc4020100'],
  ['a list, by index', [1, 2.5, 'a', null, true], '85a13001a131cb4004000000000000a132a161a133c0a134c3'],
  ['a float that is whole', { x: pythonFloat(1) }, '81a178cb3ff0000000000000'],
  ['minus zero, which only a float has', { x: -0 }, '81a178cb8000000000000000'],
  ['an integer of 64 bits', { x: 2n ** 63n }, '81a178cf8000000000000000'],
];

describe('toBytes', () => {
  it.each(samples)('writes %s as Flax does', (_, tree, expected) => {
    expect(hex(toBytes(tree))).toBe(expected);
  });

  /** flax.serialization.to_bytes of np.zeros(shape, 'int8') in Flax 0.12.8, up to the elements. */
  it.each([
    [[127, 128, 0], 'c70d0193937fcc8000a4696e7438c400'],
    [[255, 256, 0], 'c70f019393ccffcd010000a4696e7438c400'],
    [[65_535, 65_536, 0], 'c712019393cdffffce0001000000a4696e7438c400'],
    [[2 ** 53 - 1, 0], 'c713019392cf001fffffffffffff00a4696e7438c400'],
    [new Array<number>(17).fill(0), 'c71c0193dc00110000000000000000000000000000000000a4696e7438c400'],
    [[255], 'c8010a019391ccffa4696e7438c4ff'],
    [[256], 'c8010d019391cd0100a4696e7438c50100'],
    [[65_535], 'c90001000c019391cdffffa4696e7438c5ffff'],
    [[65_536], 'c900010011019391ce00010000a4696e7438c600010000'],
  ])('writes sizes and lengths of the shape %j in the shortest form', (shape, expected) => {
    const written = toBytes(zeros(shape, 'int8'));
    expect(hex(written).slice(0, expected.length)).toBe(expected);
    expect(written.length).toBe(expected.length / 2 + shape.reduce((product, size) => product * size, 1));
    expect(plain(fromBytes(null, written))).toEqual(leaf(zeros(shape, 'int8')));
  });

  it('keeps the order of keys, which msgpackSerialize sorts', () => {
    expect(hex(toBytes({ b: 1, a: { d: 2, c: 3 } }))).toBe('82a16201a16182a16402a16303');
    expect(hex(msgpackSerialize({ b: 1, a: { d: 2, c: 3 } }))).toBe('82a16182a16303a16402a16201');
  });

  it('sorts keys as texts in msgpackSerialize, 10 before 2, where an object has them as numbers', () => {
    const tree = { b: { d: 1, c: 2 }, a: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [String(i), i])) };
    // flax.serialization.msgpack_serialize of Flax 0.12.8.
    expect(hex(msgpackSerialize(tree))).toBe('82a1618ca13000a13101a231300aa231310ba13202a13303a13404a13505a13606a13707a13808a13909a16282a16302a16401');
  });

  it('is the same in parts, of which large tensors are not copied', () => {
    const large = tensor(new Float32Array(40_000).fill(1.5));
    const parts = msgpackParts({ small: tensor([1]), large, after: 'x' });
    expect(hex(Buffer.concat(parts))).toBe(hex(toBytes({ small: tensor([1]), large, after: 'x' })));
    expect(parts.some((part) => part.buffer === large.data().buffer)).toBe(true);
  });

  it('names the path of a leaf that it has no form for', () => {
    const wrong: object = { params: { f: () => 1 } };
    const save = (): Uint8Array => toBytes(wrong as CheckpointTree);
    expect(save).toThrow(UnsupportedValueError);
    expect(save).toThrow(/`params\/f` is a function/);
    expect(() => toBytes({ n: 2n ** 64n })).toThrow(/at most 64 bits/);
  });
});

describe('msgpackRestore', () => {
  it('gives floats and scalars of NumPy in forms that are written alike again', () => {
    const state = msgpackRestore(toBytes({ f: pythonFloat(2), s: numpyScalar(tensor(2, { dtype: 'int64' })) })) as { f: PythonFloat; s: NumpyScalar };
    expect(state.f).toBeInstanceOf(PythonFloat);
    expect(Number(state.f) + 1).toBe(3);
    expect(state.s).toBeInstanceOf(NumpyScalar);
    expect(state.s.tensor.dtype).toBe('int64');
    expect(hex(toBytes(state))).toBe(hex(toBytes({ f: pythonFloat(2), s: numpyScalar(tensor(2, { dtype: 'int64' })) })));
  });

  it.each([
    ['nothing at all', ''],
    ['an array that is cut off', 'c70e019390a5696e743332c404030000'],
    ['a length beyond the end', 'dd7fffffff'],
    ['entries beyond the end', 'df7fffffff'],
    ['bytes after the value', 'c0c0'],
    ['a byte that begins nothing', 'c1'],
    ['a key twice', '82a16101a16102'],
    ['a key that is no text', '810101'],
    ['the key __proto__', '81a95f5f70726f746f5f5f80'],
    ['an extension that is not known', 'd40500'],
    ['a complex number', 'c71302 92 cb3ff0000000000000 cb4000000000000000'],
    ['a dtype that tensors do not have', 'c70e01 93 90 a5 696e743333 c404 03000000'],
    ['a shape that its bytes do not fill', 'c70f01 93 91 02 a5 696e743332 c404 03000000'],
    ['a shape of huge sizes', 'c71301 93 91 ce7fffffff a5 696e743332 c404 03000000'],
    ['a scalar with axes', 'c70f03 93 91 01 a5 696e743332 c404 03000000'],
    ['a text that is not UTF-8', 'a1ff'],
    ['an array in pieces without a shape', '82 b95f5f6d73677061636b5f6368756e6b65645f61727261795f5f c3 a66368756e6b73 80'],
  ])('refuses %s', (_, damaged) => {
    expect(() => msgpackRestore(bytes(damaged))).toThrow(CheckpointFormatError);
  });

  it('refuses nesting without end, and says where', () => {
    expect(() => msgpackRestore(new Uint8Array(100_000).fill(0x91))).toThrow(/nests deeper than 512 levels \(at byte/);
  });
});

const leaf = (value: Tensor): unknown => ({ dtype: value.dtype, shape: value.shape, values: Array.from(value.data(), String) });
const plain = (state: StateDict): unknown => {
  if (typeof state !== 'object' || state === null || state instanceof PythonFloat || state instanceof NumpyScalar || state instanceof Uint8Array) return state;
  if ('dtype' in state && 'isTraced' in state) return leaf(state as Tensor);
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, plain(value as StateDict)]));
};

describe('arrays in pieces', () => {
  it.each([['float64', 24], ['bfloat16', 3], ['bool', 3], ['int64', 1]] as const)('%s come back whole from chunks of %i bytes', (dtype, maxChunkSize) => {
    const array = tensor(Array.from({ length: 7 }, (_, i) => i % 2), { dtype });
    const written = toBytes({ w: array }, { maxChunkSize });
    expect(Buffer.from(written).toString('latin1')).toContain('__msgpack_chunked_array__');
    expect(plain(msgpackRestore(written))).toEqual({ w: leaf(array) });
  });
});

describe('fromSource', () => {
  const tree = { small: tensor([1, 2]), large: tensor(new Float32Array(5000).fill(1.5)), list: [1, 'text', null, pythonFloat(2)], nested: { steps: tensor(7n, { dtype: 'int64' }) } };

  it.each([1, 7, 64, 1000, 2 ** 20])('gives what fromBytes gives, where %i bytes are read ahead', async (ahead) => {
    const written = toBytes(tree);
    expect(plain(await decodeSource(bufferSource(written), ahead))).toEqual(plain(fromBytes(null, written)));
  });

  it('reads an array at a time, and never the whole file', async () => {
    const written = toBytes(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`w${i}`, tensor(new Float32Array(2 ** 19).fill(i))])));
    const reads: number[] = [];
    const source: ByteSource = { size: written.length, read: async (offset, length) => (reads.push(length), written.subarray(offset, offset + length)) };
    const state = (await fromSource(null, source)) as Record<string, Tensor>;
    expect(state['w19']!.data()[5]).toBe(19);
    expect(Math.max(...reads)).toBe(2 ** 21);
  });

  it('has the structure of the target, and refuses a source that ends before its size', async () => {
    expect((await fromSource({ list: [0, '', null, 0] }, bufferSource(toBytes(tree)))).list).toEqual([1, 'text', null, pythonFloat(2)]);
    const written = toBytes(tree);
    await expect(fromSource(null, { size: written.length + 10, read: bufferSource(written).read })).rejects.toThrow(CheckpointFormatError);
    await expect(fromSource(null, { size: written.length, read: bufferSource(written.subarray(0, 100)).read })).rejects.toThrow(CheckpointFormatError);
  });
});

describe('fromBytes', () => {
  const target = { params: { w: tensor([0, 0]) }, opt: [1, { count: 2 }], step: 0 };

  it('restores the structure of the target: arrays, and the order of its keys', () => {
    const saved = { step: 7, opt: [5, { count: 6 }], params: { w: tensor([8, 9]) }, more: 1 };
    const restored = fromBytes(target, toBytes(saved));
    expect(Object.keys(restored)).toEqual(['params', 'opt', 'step']);
    expect(restored.opt).toEqual([5, { count: 6 }]);
    expect(restored.params.w.toArray()).toEqual([8, 9]);
  });

  it('gives the state dict without a target', () => {
    expect(plain(fromBytes(null, toBytes([1, [2]])))).toEqual({ 0: 1, 1: { 0: 2 } });
  });

  it('names the path where the structure differs', () => {
    expect(() => fromBytes(target, toBytes({ ...target, opt: [1] }))).toThrow(StateDictError);
    expect(() => fromBytes(target, toBytes({ ...target, opt: [1, {}] }))).toThrow(/`opt\/1` must be an object with the keys count.*Missing: count/);
    expect(() => fromStateDict([1], toStateDict({ a: 1 }))).toThrow(StateDictError);
  });
});

it('what is restored has the type of the target, and of a state dict where there is none', async () => {
  const target = { w: tensor([0]), step: 0 };
  expectTypeOf(fromBytes(target, toBytes(target))).toEqualTypeOf<{ w: Tensor; step: number }>();
  expectTypeOf(fromBytes(null, toBytes(target))).toEqualTypeOf<StateDict>();
  expectTypeOf(await fromSource(target, bufferSource(toBytes(target)))).toEqualTypeOf<{ w: Tensor; step: number }>();
  const manager = new CheckpointManager(memoryStorage());
  await manager.save(1, target);
  expectTypeOf((await manager.restore(target)).tree).toEqualTypeOf<{ w: Tensor; step: number }>();
  expect((await manager.restore(target)).tree.step).toBe(0);
});
