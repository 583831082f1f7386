import { allocate, bytesPerElement, dtypes } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../src/errors/model-format-error.js';
import { dataTypes } from '../../src/format/data-type.js';
import { externaliseTensors } from '../../src/format/external-data.js';
import { decodeTensor, encodeTensor } from '../../src/format/tensors.js';

describe('tensors of the file format', () => {
  it.each(dtypes)('keep the bits of %s', (dtype) => {
    const data = allocate(dtype, 6);
    new Uint8Array(data.buffer).forEach((_, i, bytes) => (bytes[i] = (37 * i + 11) % 256));
    const decoded = decodeTensor(encodeTensor('x', { dtype, shape: [2, 3], data }));
    expect(decoded).toEqual({ dtype, shape: [2, 3], data });
  });

  it.each([
    ['float32', { floatData: [1.5, -2] }, [1.5, -2]],
    ['float64', { doubleData: [0.1, 2] }, [0.1, 2]],
    ['int64', { int64Data: [1, -(2n ** 62n)] }, [1n, -(2n ** 62n)]],
    ['uint64', { uint64Data: [2n ** 63n, 1] }, [2n ** 63n, 1n]],
    ['uint32', { uint64Data: [4294967295, 1] }, [4294967295, 1]],
    ['int8', { int32Data: [-128, 1] }, [-128, 1]],
    ['bool', { int32Data: [1, 0] }, [1, 0]],
    ['float16', { int32Data: [0x3c00, 0xc000] }, [0x3c00, 0xc000]],
  ] as const)('of %s are read from the typed field too', (dtype, field, expected) => {
    expect(Array.from<number | bigint>(decodeTensor({ dims: [2], dataType: dataTypes[dtype], ...field }).data)).toEqual(expected);
  });

  it('refuse elements that do not fill the shape', () => {
    expect(() => decodeTensor({ name: 'w', dims: [3], dataType: 1, rawData: new Uint8Array(8) })).toThrow(/`w` needs 12 bytes, found 8/);
    expect(() => decodeTensor({ name: 'w', dims: [2 ** 40, 2 ** 40], dataType: 1 })).toThrow(ModelFormatError);
    expect(() => decodeTensor({ name: 'w', dims: [-1], dataType: 1 })).toThrow(ModelFormatError);
  });

  it('refuse a data type without a dtype', () => {
    expect(() => decodeTensor({ name: 'w', dataType: 14 })).toThrow(/data type 14/);
  });
});

describe('external data', () => {
  const large = encodeTensor('large', { dtype: 'float32', shape: [1000], data: Float32Array.from({ length: 1000 }, (_, i) => i) });
  const other = encodeTensor('other', { dtype: 'int64', shape: [500], data: BigInt64Array.from({ length: 500 }, (_, i) => BigInt(i)) });
  const small = encodeTensor('small', { dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, 4n) });

  it('takes the elements of large initialisers and leaves small ones', () => {
    const { model, chunks } = externaliseTensors({ graph: { initializer: [large, small, other] } }, 'm.data');
    const [first, second, third] = model.graph!.initializer!;
    expect([first?.rawData, second?.rawData?.length, third?.dataLocation]).toEqual([undefined, 16, 1]);
    expect(chunks.map(({ offset }) => offset % 4096)).toEqual([0, 0]);
  });

  it('is read back by a reader of the second file', () => {
    const { model, chunks } = externaliseTensors({ graph: { initializer: [large, other] } }, 'm.data');
    const file = new Uint8Array(chunks[1]!.offset + chunks[1]!.bytes.length);
    for (const { offset, bytes } of chunks) file.set(bytes, offset);
    const read = (location: string): Uint8Array => (expect(location).toBe('m.data'), file);
    expect(model.graph!.initializer!.map((tensor) => decodeTensor(tensor, read).data)).toEqual([decodeTensor(large).data, decodeTensor(other).data]);
  });

  it('beyond the end of its file is refused', () => {
    const tensor = { name: 'w', dims: [4], dataType: dataTypes.float32, dataLocation: 1, externalData: [{ key: 'location', value: 'f' }, { key: 'offset', value: '8' }] };
    expect(() => decodeTensor(tensor, () => new Uint8Array(16))).toThrow(/lies at 8, 16 bytes/);
    expect(() => decodeTensor(tensor)).toThrow(/pass a reader of external data/);
    expect(bytesPerElement('float32')).toBe(4);
  });
});
