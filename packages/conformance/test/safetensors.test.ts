import { describe, expect, it } from 'vitest';
import { CaseFormatError } from '../src/errors.js';
import { Safetensors } from '../src/safetensors.js';

/** A safetensors file put together by hand: length, header, data. */
function file(header: unknown, data: Uint8Array = new Uint8Array(), text = JSON.stringify(header)): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + encoded.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  bytes.set(data, 8 + encoded.length);
  return bytes;
}

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('Safetensors', () => {
  it('reads arrays by name with their dtype and shape, wherever they lie', () => {
    const data = new Uint8Array(8 + 3);
    data.set([1, 0, 1]);
    new DataView(data.buffer).setFloat32(3, 1.5, true);
    new DataView(data.buffer).setFloat32(7, -2, true);
    const arrays = Safetensors.parse(
      file({ __metadata__: { made: 'by hand' }, mask: { dtype: 'BOOL', shape: [3], data_offsets: [0, 3] }, w: { dtype: 'F32', shape: [2, 1], data_offsets: [3, 11] } }, data),
    );
    expect(arrays.names).toEqual(['mask', 'w']);
    expect(arrays.tensor('w')).toMatchObject({ dtype: 'float32', shape: [2, 1] });
    expect(arrays.tensor('w').toArray()).toEqual([[1.5], [-2]]);
    expect(arrays.tensor('mask').toArray()).toEqual([true, false, true]);
  });

  it.each([
    ['F16', 'float16', Uint16Array.of(0x3c00), 1],
    ['BF16', 'bfloat16', Uint16Array.of(0xbf80), -1],
    ['F64', 'float64', Float64Array.of(Math.PI), Math.PI],
    ['I8', 'int8', Int8Array.of(-7), -7],
    ['I16', 'int16', Int16Array.of(-700), -700],
    ['I32', 'int32', Int32Array.of(-70000), -70000],
    ['I64', 'int64', BigInt64Array.of(-(2n ** 60n)), -(2n ** 60n)],
    ['U8', 'uint8', Uint8Array.of(200), 200],
    ['U16', 'uint16', Uint16Array.of(60000), 60000],
    ['U32', 'uint32', Uint32Array.of(4000000000), 4000000000],
    ['U64', 'uint64', BigUint64Array.of(2n ** 63n), 2n ** 63n],
  ] as const)('reads %s as %s', (name, dtype, array, value) => {
    const arrays = Safetensors.parse(file({ x: { dtype: name, shape: [], data_offsets: [0, array.byteLength] } }, bytesOf(array)));
    expect(arrays.tensor('x').dtype).toBe(dtype);
    expect(arrays.tensor('x').item()).toBe(value);
  });

  it('gives every tensor memory of its own', () => {
    const bytes = file({ x: { dtype: 'U8', shape: [2], data_offsets: [0, 2] } }, Uint8Array.of(1, 2));
    const arrays = Safetensors.parse(bytes);
    const first = arrays.tensor('x');
    bytes.fill(9, bytes.length - 2);
    expect(first.toArray()).toEqual([1, 2]);
  });

  it('reads an array without elements', () => {
    const arrays = Safetensors.parse(file({ x: { dtype: 'F32', shape: [0, 3], data_offsets: [0, 0] } }));
    expect(arrays.tensor('x')).toMatchObject({ shape: [0, 3] });
  });

  it.each([
    ['too short for a length', Uint8Array.of(1, 2), /too few/],
    ['a header beyond the end', file({}, undefined, '{}').fill(0xff, 0, 2), /beyond the end/],
    ['no JSON', file(undefined, undefined, '{"x":'), /no JSON/],
    ['an unknown dtype', file({ x: { dtype: 'F4', shape: [], data_offsets: [0, 4] } }, new Uint8Array(4)), /unknown dtype F4/],
    ['a wrong length', file({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, new Uint8Array(4)), /needs 8 bytes, found 4/],
    ['data beyond the end', file({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, new Uint8Array(4)), /beyond the end/],
    ['an entry without a shape', file({ x: { dtype: 'F32', data_offsets: [0, 4] } }, new Uint8Array(4)), /shape/],
  ])('refuses a file with %s', (_, bytes, message) => {
    expect(() => Safetensors.parse(bytes, 'cases/x.safetensors')).toThrow(message);
    expect(() => Safetensors.parse(bytes, 'cases/x.safetensors')).toThrow(CaseFormatError);
    expect(() => Safetensors.parse(bytes, 'cases/x.safetensors')).toThrow(/cases\/x\.safetensors/);
  });

  it('names the file and the array that is not there', () => {
    expect(() => Safetensors.empty('cases/x.safetensors').tensor('a0')).toThrow('cases/x.safetensors: no array `a0`');
  });
});
