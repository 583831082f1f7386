import { tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { bufferSource, CheckpointFormatError, fromSafetensors, SafetensorsFile, toSafetensors, UnsupportedValueError, type ByteSource, type TensorTree } from '../src/index.js';

const tree = { layer: { kernel: tensor([[1, 2], [3, 4]], { dtype: 'float32' }), bias: tensor([0.5], { dtype: 'bfloat16' }) }, steps: tensor([1n], { dtype: 'int64' }) };
const numbers = (x: TensorTree | undefined): unknown => (x as Tensor).toArray();

/** A file of this header and data. */
function file(header: unknown, data: number, text = JSON.stringify(header)): Uint8Array {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

describe('toSafetensors', () => {
  it('names tensors by their paths, and reads back the same', () => {
    const read = fromSafetensors(toSafetensors(tree));
    expect(Object.keys(read).sort()).toEqual(['layer', 'steps']);
    expect(numbers((read['layer'] as { kernel: Tensor }).kernel)).toEqual([[1, 2], [3, 4]]);
    expect(fromSafetensors(toSafetensors(tree), { separator: '' })['layer.bias']).toMatchObject({ dtype: 'bfloat16', shape: [1] });
  });

  it('lets every tensor begin at a multiple of its element size, and the data at one of eight bytes', async () => {
    const bytes = toSafetensors({ a: tensor([true]), b: tensor([1.5], { dtype: 'float64' }), c: tensor([1], { dtype: 'int16' }) });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, { data_offsets: [number, number] }>;
    expect(length % 8).toBe(0);
    expect([header['b'], header['c'], header['a']].map((entry) => entry?.data_offsets)).toEqual([[0, 8], [8, 10], [10, 11]]);
  });

  it('keeps texts in the header', async () => {
    const opened = await SafetensorsFile.open(bufferSource(toSafetensors(tree, { metadata: { format: 'flax' } })));
    expect(opened.metadata).toEqual({ format: 'flax' });
  });

  it('names a leaf that is no tensor, and two leaves of one name', () => {
    expect(() => toSafetensors({ a: { b: 1 } })).toThrow(UnsupportedValueError);
    expect(() => toSafetensors({ a: { b: 1 } })).toThrow(/`a.b` is a number/);
    expect(() => toSafetensors({ 'a.b': tensor([1]), a: { b: tensor([2]) } })).toThrow(CheckpointFormatError);
  });
});

describe('SafetensorsFile', () => {
  it('reads the header and the tensors that are asked for, and nothing else', async () => {
    const bytes = toSafetensors(tree);
    const reads: number[] = [];
    const source: ByteSource = { size: bytes.length, read: async (offset, length) => (reads.push(length), bytes.subarray(offset, offset + length)) };
    const opened = await SafetensorsFile.open(source);
    expect(opened.specs.get('layer.kernel')).toMatchObject({ dtype: 'float32', shape: [2, 2] });
    expect(numbers(await opened.tensor('layer.kernel'))).toEqual([[1, 2], [3, 4]]);
    expect(reads.at(-1)).toBe(16);
    expect(reads).toHaveLength(3);
  });

  it('names the tensors that there are where one is missing', async () => {
    const opened = await SafetensorsFile.open(bufferSource(toSafetensors(tree)));
    await expect(opened.tensor('layer.kernl')).rejects.toThrow(/there are .*layer\.kernel/);
  });
});

describe('fromSafetensors', () => {
  it('takes names that objects have anyway for names of tensors', () => {
    const read = fromSafetensors(toSafetensors({ 'constructor.weight': tensor([1]), 'toString': tensor([2]), 'a.valueOf.b': tensor([3]) }));
    expect(numbers((read['constructor'] as { readonly [key: string]: TensorTree })['weight'])).toEqual([1]);
    expect(numbers(((read['a'] as { readonly [key: string]: TensorTree })['valueOf'] as { b: Tensor }).b)).toEqual([3]);
    expect(Object.keys(read).sort()).toEqual(['a', 'constructor', 'toString']);
  });

  it('keeps a name of any number of parts where it divides none', () => {
    const name = new Array(1000).fill('a').join('.');
    expect(Object.keys(fromSafetensors(file({ [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 4), { separator: '' }))).toEqual([name]);
  });

  it('says what is wrong in a message of bounded length, however long a name is', () => {
    const wrong = file({ [`${'a'.repeat(1e6)}.__proto__`]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 4);
    const message = (): string => {
      try {
        fromSafetensors(wrong);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    expect(message().length).toBeGreaterThan(500);
    expect(message().length).toBeLessThan(1200);
  });
});

describe('hostile files', () => {
  const entry = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };
  it.each([
    ['an empty one', new Uint8Array(0)],
    ['a header of which there is a part', file({ a: entry }, 4).subarray(0, 20)],
    ['a header longer than the file', new Uint8Array(8).fill(255)],
    ['a header that is no JSON', file(0, 0, '{"a":')],
    ['a header that is no object', file([], 0)],
    ['an entry without a shape', file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4)],
    ['a type that is not known', file({ a: { ...entry, dtype: 'F8_E4M3' } }, 4)],
    ['a negative size', file({ a: { ...entry, shape: [-1] } }, 4)],
    ['sizes that the bytes do not fill', file({ a: { ...entry, shape: [2 ** 40, 2 ** 40] } }, 4)],
    ['tensors that overlap', file({ a: entry, b: entry }, 4)],
    ['a gap between tensors', file({ a: entry, b: { ...entry, data_offsets: [8, 12] } }, 12)],
    ['bytes of no tensor at the end', file({ a: entry }, 8)],
    ['a tensor beyond the end', file({ a: entry }, 0)],
    ['a name twice', file(0, 4, '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}')],
    ['the key __proto__', file(0, 4, '{"x.__proto__.y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}')],
    ['a name that is the beginning of another', file({ a: entry, 'a.b': { ...entry, data_offsets: [4, 8] } }, 8)],
    ['a name of more parts than objects may nest', file({ [new Array(1000).fill('a').join('.')]: entry }, 4)],
    ['metadata that is no text', file({ __metadata__: { a: 1 }, a: entry }, 4)],
  ])('refuses %s', (_, bytes) => {
    expect(() => fromSafetensors(bytes)).toThrow(CheckpointFormatError);
  });
});
