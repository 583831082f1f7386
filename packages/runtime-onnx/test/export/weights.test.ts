import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeModel, encodeModel, ModelFormatError, onnxWeights, readOnnxWeights, type OnnxModelData, type OnnxTensor } from '../../src/index.js';

/** Made by onnx 1.23.2: for each type three numbers, once in the typed field and once as raw data; besides `f8`, `scalar` and `empty`. */
const everyType = Buffer.from(
  'CA46nwcKEAoBeBIBeSIISWRlbnRpdHkSAWcqHQgDEAEiDAAAwD8AAADAAABAQEIJZjMyL3R5cGVkKhsIAxABQgdmMzIvcmF3SgwAAMA/AAAAwAAAQEAqKQgDEAtCCWY2NC90eXBlZFIYAAAAAAAA+D8AAAAAAAAAwAAAAAAAAAhAKicIAxALQgdmNjQvcmF3ShgAAAAAAAD4PwAAAAAAAADAAAAAAAAACEAqGQgDEAoqCIB8gIADgIQBQglmMTYvdHlwZWQqFQgDEApCB2YxNi9yYXdKBgA+AMAAQioaCAMQECoIwH+AgAPAgAFCCmJmMTYvdHlwZWQqFggDEBBCCGJmMTYvcmF3SgbAPwDAQEAqHAgDEAMqDP///////////wECf0IIaTgvdHlwZWQqEQgDEANCBmk4L3Jhd0oD/wJ/Kh4IAxAFKg3///////////8BAqwCQglpMTYvdHlwZWQqFQgDEAVCB2kxNi9yYXdKBv//AgAsASofCAMQBioO////////////AQLwogRCCWkzMi90eXBlZCobCAMQBkIHaTMyL3Jhd0oM/////wIAAABwEQEAKiIIAxAHOhH///////////8BAoCAgICAIEIJaTY0L3R5cGVkKicIAxAHQgdpNjQvcmF3Shj//////////wIAAAAAAAAAAAAAAAABAAAqFAgDEAIqBAEC/wFCCHU4L3R5cGVkKhEIAxACQgZ1OC9yYXdKAwEC/yoWCAMQBCoFAQL//wNCCXUxNi90eXBlZCoVCAMQBEIHdTE2L3Jhd0oGAQACAP//KhgIAxAMQgl1MzIvdHlwZWRaBwEC/////w8qGwgDEAxCB3UzMi9yYXdKDAEAAAACAAAA/////yodCAMQDUIJdTY0L3R5cGVkWgwBAoCAgICAgICAgAEqJwgDEA1CB3U2NC9yYXdKGAEAAAAAAAAAAgAAAAAAAAAAAAAAAAAAgCoVCAMQCSoDAQABQgpib29sL3R5cGVkKhMIAxAJQghib29sL3Jhd0oDAQABKhIIAxAWKgJ4D0IIaTQvdHlwZWQqEAgDEBZCBmk0L3Jhd0oCeA8qEwgDEBUqA/ABCUIIdTQvdHlwZWQqEAgDEBVCBnU0L3Jhd0oC8AkqDAgCEBEqAjhAQgJmOCoQEAEiBAAAIEBCBnNjYWxhcioNCAAIAhABQgVlbXB0eVoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBU=',
  'base64',
);

/** A model of PyTorch 2.13 whose weights onnx 1.23.2 saved in a file beside it. */
const external = Buffer.from(
  'CAoSB3B5dG9yY2gaCjIuMTMuMCtjcHU6kg4KRgoNdG9rZW5zLndlaWdodAoDaWRzEgllbWJlZGRpbmcaDm5vZGVfZW1iZWRkaW5nIgZHYXRoZXIqCwoEYXhpcxgAoAECMgAKRAoJZW1iZWRkaW5nEgl0cmFuc3Bvc2UaDm5vZGVfdHJhbnNwb3NlIglUcmFuc3Bvc2UqDwoEcGVybUAAQAJAAaABBzIACqsBCgl0cmFuc3Bvc2UKC2NvbnYud2VpZ2h0Cgljb252LmJpYXMSBmNvbnYxZBoLbm9kZV9jb252MWQiBENvbnYqDAoFZ3JvdXAYAaABAioNCgRwYWRzQABAAKABByoVCghhdXRvX3BhZCIGTk9UU0VUoAEDKg4KB3N0cmlkZXNAAaABByoQCglkaWxhdGlvbnNAAaABByoTCgxrZXJuZWxfc2hhcGVAAqABBzIAClwKBmNvbnYxZAoFdmFsXzISBG1lYW4aCW5vZGVfbWVhbiIKUmVkdWNlTWVhbiobChRub29wX3dpdGhfZW1wdHlfYXhlcxgAoAECKg8KCGtlZXBkaW1zGACgAQIyAAp2CgRtZWFuCgl1cC53ZWlnaHQKB3VwLmJpYXMSBmxpbmVhchoLbm9kZV9saW5lYXIiBEdlbW0qDgoEYmV0YRUAAIA/oAEBKg0KBnRyYW5zQhgBoAECKg8KBWFscGhhFQAAgD+gAQEqDQoGdHJhbnNBGACgAQIyAAohCgZsaW5lYXISBHRhbmgaCW5vZGVfdGFuaCIEVGFuaDIACo0BCgR0YW5oCgtub3JtLndlaWdodAoJbm9ybS5iaWFzEgpsYXllcl9ub3JtGg9ub2RlX2xheWVyX25vcm0iEkxheWVyTm9ybWFsaXphdGlvbioRCgpzdGFzaF90eXBlGAGgAQIqEQoHZXBzaWxvbhWsxSc3oAEBKhQKBGF4aXMY////////////AaABAjIACoQBCgpsYXllcl9ub3JtCgtkb3duLndlaWdodAoJZG93bi5iaWFzEghsaW5lYXJfMRoNbm9kZV9saW5lYXJfMSIER2VtbSoOCgRiZXRhFQAAgD+gAQEqDQoGdHJhbnNCGAGgAQIqDwoFYWxwaGEVAACAP6ABASoNCgZ0cmFuc0EYAKABAjIAEgptYWluX2dyYXBoKlsIBQgEEAFCDXRva2Vucy53ZWlnaHRiAGolCghsb2NhdGlvbhIZdG9yY2gtbW9kZWwtZXh0ZXJuYWwuZGF0YWoLCgZvZmZzZXQSATBqDAoGbGVuZ3RoEgI4MHABKlwIAwgECAIQAUILY29udi53ZWlnaHRiAGolCghsb2NhdGlvbhIZdG9yY2gtbW9kZWwtZXh0ZXJuYWwuZGF0YWoMCgZvZmZzZXQSAjgwagwKBmxlbmd0aBICOTZwASpXCAMQAUIJY29udi5iaWFzYgBqJQoIbG9jYXRpb24SGXRvcmNoLW1vZGVsLWV4dGVybmFsLmRhdGFqDQoGb2Zmc2V0EgMxNzZqDAoGbGVuZ3RoEgIxMnABKlkIBggDEAFCCXVwLndlaWdodGIAaiUKCGxvY2F0aW9uEhl0b3JjaC1tb2RlbC1leHRlcm5hbC5kYXRhag0KBm9mZnNldBIDMTg4agwKBmxlbmd0aBICNzJwASpVCAYQAUIHdXAuYmlhc2IAaiUKCGxvY2F0aW9uEhl0b3JjaC1tb2RlbC1leHRlcm5hbC5kYXRhag0KBm9mZnNldBIDMjYwagwKBmxlbmd0aBICMjRwASpZCAYQAUILbm9ybS53ZWlnaHRiAGolCghsb2NhdGlvbhIZdG9yY2gtbW9kZWwtZXh0ZXJuYWwuZGF0YWoNCgZvZmZzZXQSAzI4NGoMCgZsZW5ndGgSAjI0cAEqVwgGEAFCCW5vcm0uYmlhc2IAaiUKCGxvY2F0aW9uEhl0b3JjaC1tb2RlbC1leHRlcm5hbC5kYXRhag0KBm9mZnNldBIDMzA4agwKBmxlbmd0aBICMjRwASpbCAIIBhABQgtkb3duLndlaWdodGIAaiUKCGxvY2F0aW9uEhl0b3JjaC1tb2RlbC1leHRlcm5hbC5kYXRhag0KBm9mZnNldBIDMzMyagwKBmxlbmd0aBICNDhwASpWCAIQAUIJZG93bi5iaWFzYgBqJQoIbG9jYXRpb24SGXRvcmNoLW1vZGVsLWV4dGVybmFsLmRhdGFqDQoGb2Zmc2V0EgMzODBqCwoGbGVuZ3RoEgE4cAEqUggBEAdCBXZhbF8yYgBqJQoIbG9jYXRpb24SGXRvcmNoLW1vZGVsLWV4dGVybmFsLmRhdGFqDQoGb2Zmc2V0EgMzODhqCwoGbGVuZ3RoEgE4cAFaFwoDaWRzEg4KDAgHEggKAggCCgIIBBoAYhwKCGxpbmVhcl8xEg4KDAgBEggKAggCCgIIAhoAQgQKABAU',
  'base64',
);
const externalData = Buffer.from(
  'AACAPwAAYL8AAMC+AACAPwAA8L8AAKA/AADAvgAAgD8AAIA+AACAvgAAAD8AAAA+AABAPwAAQL8AAAC+AAAAvgAAgD4AAACAAADgPwAAID8AAEC/AACgvwAAwL4AAGC/AAAgvwAAAD4AAKA/AACQPwAAAMAAAKA/AAAAPwAA8D8AALA/AADwvwAA8L8AAIC/AADgPwAAwL4AAGA/AABgvwAAAEAAAGC/AADAPwAAAAAAAIC/AACAPwAAgL8AACA/AAAgvwAAgL4AAPC/AACAvwAAkD8AAAC/AAAAQAAA0D8AAAC+AACwvwAAoD8AACA/AACgvwAAoD8AAKA/AADgPwAAkL8AAMC+AAAAgAAAgD4AAMC/AACwvwAAkD8AAAC/AACAPwAAAD4AACA/AAAAPwAAQD8AAIA/AADwvwAAgD8AALC/AADAvwAAAD4AAMC+AACQPwAAkL8AAOC/AADAPwAAgL4AAJA/AAAgPwAAwL8AAMA+AAAAPwAAsL8AAIC/AAAgPwIAAAAAAAAA',
  'base64',
);

const expected: readonly (readonly [name: string, dtype: string, values: readonly (number | bigint | boolean)[]])[] = [
  ['f32', 'float32', [1.5, -2, 3]],
  ['f64', 'float64', [1.5, -2, 3]],
  ['f16', 'float16', [1.5, -2, 3]],
  ['bf16', 'bfloat16', [1.5, -2, 3]],
  ['i8', 'int8', [-1, 2, 127]],
  ['i16', 'int16', [-1, 2, 300]],
  ['i32', 'int32', [-1, 2, 70_000]],
  ['i64', 'int64', [-1n, 2n, 2n ** 40n]],
  ['u8', 'uint8', [1, 2, 255]],
  ['u16', 'uint16', [1, 2, 65_535]],
  ['u32', 'uint32', [1, 2, 2 ** 32 - 1]],
  ['u64', 'uint64', [1n, 2n, 2n ** 63n]],
  ['bool', 'bool', [true, false, true]],
  ['i4', 'int8', [-8, 7, -1]],
  ['u4', 'uint8', [0, 15, 9]],
];

const modelOf = (...initializer: readonly OnnxTensor[]): OnnxModelData => ({ graph: { initializer } });

describe('onnxWeights', () => {
  const weights = onnxWeights(everyType, { filter: (name) => name !== 'f8' });

  it.each(expected)('reads %s as %s, of typed fields and of raw data', (name, dtype, values) => {
    for (const form of ['typed', 'raw']) {
      const weight = weights[`${name}/${form}`]!;
      expect([weight.dtype, weight.toArray()]).toEqual([dtype, values]);
    }
  });

  it('reads a scalar and a tensor without elements', () => {
    expect([weights['scalar']!.toArray(), weights['empty']!.shape]).toEqual([2.5, [0, 2]]);
  });

  it('refuses a type that tensors do not have, unless it is left out', () => {
    expect(() => onnxWeights(everyType)).toThrow(/`f8` has data type 17/);
    expect(Object.keys(weights)).toHaveLength(2 * expected.length + 2);
  });

  it.each([
    ['two of one name', modelOf({ name: 'a', dims: [0], dataType: 1 }, { name: 'a', dims: [0], dataType: 1 })],
    ['a sparse one', { graph: { sparseInitializer: [{ values: { name: 'a' } }] } }],
    ['four bits of negative sizes', modelOf({ name: 'a', dims: [-1, -3], dataType: 22, rawData: new Uint8Array(2) })],
    ['too few bytes of four bits', modelOf({ name: 'a', dims: [2 ** 40], dataType: 22, rawData: new Uint8Array(2) })],
    ['one in a file that nothing reads', modelOf({ name: 'a', dims: [1], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: 'x' }] })],
  ] as const)('refuses %s', (_, model) => {
    expect(() => onnxWeights(model)).toThrow(ModelFormatError);
  });

  it('takes external data from a function', () => {
    expect(onnxWeights(external, { readExternal: () => externalData })['down.bias']!.toArray()).toEqual([-1, 0.625]);
  });
});

describe('readOnnxWeights', () => {
  let folder = '';
  let path = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flaxon-weights-'));
    path = join(folder, 'models', 'model.onnx');
    await mkdir(join(folder, 'models'));
    await writeFile(join(folder, 'secret'), new Uint8Array(4));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('reads weights in a file beside the model', async () => {
    await writeFile(path, external);
    await writeFile(join(folder, 'models/torch-model-external.data'), externalData);
    const weights = await readOnnxWeights(path);
    expect(weights['conv.weight']!.shape).toEqual([3, 4, 2]);
    expect(weights['conv.weight']!.toArray()).toEqual(onnxWeights(external, { readExternal: () => externalData })['conv.weight']!.toArray());
    expect(weights['down.weight']!.toArray()).toEqual([[-0.375, 1.125, -1.125, -1.75, 1.5, -0.25], [1.125, 0.625, -1.5, 0.375, 0.5, -1.375]]);
  });

  it('does not open the files of weights that are left out', async () => {
    await writeFile(path, external);
    expect(await readOnnxWeights(path, { filter: () => false })).toEqual({});
    await expect(readOnnxWeights(path)).rejects.toThrow(/ENOENT/);
  });

  const one = (location: string, place: Readonly<Record<string, string>> = {}): Uint8Array =>
    encodeModel(modelOf({ name: 'a', dims: [1], dataType: 1, dataLocation: 1, externalData: Object.entries({ location, ...place }).map(([key, value]) => ({ key, value })) }));

  it('reads past 4 GiB', async () => {
    const offset = 5 * 2 ** 30;
    await writeFile(path, one('data', { offset: String(offset), length: '4' }));
    await writeFile(join(folder, 'models/data'), '');
    await truncate(join(folder, 'models/data'), offset + 4);
    expect((await readOnnxWeights(path))['a']!.toArray()).toEqual([0]);
  });

  it('reads files in folders below that of the model', async () => {
    await mkdir(join(folder, 'models/weights'));
    await writeFile(join(folder, 'models/weights/a'), new Uint8Array(Float32Array.of(1.5).buffer));
    await writeFile(path, one('weights/a'));
    expect((await readOnnxWeights(path))['a']!.toArray()).toEqual([1.5]);
  });

  it.each(['../secret', 'weights/../../secret', '', '.', '..', 'C:secret', String.raw`\\server\secret`])('refuses the file "%s" outside the folder of the model', async (location) => {
    await mkdir(join(folder, 'models/weights'));
    await writeFile(path, one(location));
    await expect(readOnnxWeights(path)).rejects.toThrow(/is not in the folder of the model/);
  });

  it('refuses the whole path of a file', async () => {
    await writeFile(path, one(join(folder, 'secret')));
    await expect(readOnnxWeights(path)).rejects.toThrow(/is not in the folder of the model/);
  });

  it('refuses a link that leaves the folder, but for one to where the model itself is', async () => {
    await symlink(join(folder, 'secret'), join(folder, 'models/link'));
    await writeFile(path, one('link'));
    await expect(readOnnxWeights(path)).rejects.toThrow(/is not in the folder of the model/);
    await writeFile(join(folder, 'blob'), one('link'));
    await symlink(join(folder, 'blob'), join(folder, 'models/linked.onnx'));
    expect((await readOnnxWeights(join(folder, 'models/linked.onnx')))['a']!.toArray()).toEqual([0]);
  });

  it.each([[{ offset: '2' }], [{ offset: '-4' }], [{ offset: 'x' }], [{ length: '8' }], [{ length: '1e99' }], [{ offset: '9007199254740993' }]])('refuses the place %j in a file of four bytes', async (place) => {
    await writeFile(join(folder, 'models/data'), new Uint8Array(4));
    await writeFile(path, one('data', place));
    await expect(readOnnxWeights(path)).rejects.toThrow(ModelFormatError);
  });

  it('refuses what is no model', async () => {
    await writeFile(path, 'no model');
    await expect(readOnnxWeights(path)).rejects.toThrow(ModelFormatError);
    expect(() => decodeModel(new TextEncoder().encode('no model'))).toThrow(ModelFormatError);
  });
});
