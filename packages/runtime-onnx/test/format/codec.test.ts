import fc from 'fast-check';
import * as oracle from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../src/errors/model-format-error.js';
import { decode, decodeModel } from '../../src/format/reader.js';
import { type AnyMessageSchema, modelSchema, tensorSchema } from '../../src/format/schema.js';
import type { OnnxModelData, OnnxNode, OnnxTensor } from '../../src/format/types.js';
import { encodeChunks, encodeModel } from '../../src/format/writer.js';
import { create, fromBinary, toBinary } from './oracle.js';

const int64 = fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value)));
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const bytes = fc.uint8Array({ maxLength: 40 });
const float = fc.float({ noNaN: true });

/** A record each of whose fields may be absent. */
const optional = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> => fc.record(fields, { requiredKeys: [] as never[] }) as fc.Arbitrary<Partial<T>>;
const some = <T>(element: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(element, { minLength: 1, maxLength: 3 });

const entry = optional({ key: text, value: text });
const dimension = fc.oneof(fc.record({ dimValue: int64 }), fc.record({ dimParam: text }), fc.record({ denotation: text }));
const shape = optional({ dim: some(dimension) });
const type = fc.oneof(
  fc.record({ tensorType: optional({ elemType: fc.nat(26), shape }) }),
  fc.record({ sequenceType: optional({ elemType: fc.record({ tensorType: optional({ elemType: fc.nat(16) }) }) }) }),
  fc.record({ denotation: text }),
);
const valueInfo = optional({ name: text, type, docString: text, metadataProps: some(entry) });
const tensor: fc.Arbitrary<OnnxTensor> = optional({
  dims: some(int64),
  dataType: fc.nat(26),
  floatData: some(float),
  int32Data: some(fc.integer()),
  stringData: some(bytes),
  int64Data: some(int64),
  name: text,
  docString: text,
  rawData: bytes,
  externalData: some(entry),
  dataLocation: fc.constantFrom(0, 1),
  doubleData: some(fc.double({ noNaN: true })),
  uint64Data: some(fc.nat()),
});
const { node } = fc.letrec<{ node: OnnxNode }>((tie) => ({
  node: optional({
    input: some(text),
    output: some(text),
    name: text,
    opType: text,
    domain: text,
    attribute: some(
      optional({ name: text, type: fc.nat(14), f: float, i: int64, s: bytes, t: tensor, floats: some(float), ints: some(int64), strings: some(bytes), g: optional({ node: fc.array(tie('node'), { minLength: 1, maxLength: 1, depthIdentifier: 'graph' }), name: text }) }),
    ),
    metadataProps: some(entry),
  }),
}));
const model: fc.Arbitrary<OnnxModelData> = fc.record(
  {
    irVersion: int64,
    producerName: text,
    opsetImport: some(optional({ domain: text, version: int64 })),
    metadataProps: some(entry),
    graph: optional({ node: some(node), name: text, initializer: some(tensor), input: some(valueInfo), output: some(valueInfo), valueInfo: some(valueInfo) }),
    functions: some(optional({ name: text, domain: text, input: some(text), output: some(text), node: some(node), opsetImport: some(optional({ version: int64 })) })),
  },
  { requiredKeys: ['graph'] },
);

/** What the other implementation says of a message. */
interface Descriptor {
  readonly typeName: string;
  readonly fields: readonly { readonly number: number; readonly localName: string; readonly scalar?: number | undefined; readonly message?: Descriptor | undefined }[];
}

describe('the protobuf codec', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(model, (written) => {
        expect(decodeModel(encodeModel(written))).toEqual(written);
      }),
      { numRuns: 200 },
    );
  });

  it('writes what an independent codec reads and writes back to the same messages', () => {
    fc.assert(
      fc.property(model, (written) => {
        const theirs = fromBinary(oracle.ModelProtoSchema, encodeModel(written));
        expect(theirs.$unknown ?? []).toEqual([]);
        expect(decodeModel(toBinary(oracle.ModelProtoSchema, theirs))).toEqual(written);
      }),
      { numRuns: 200 },
    );
  });

  it('agrees with the independent codec on the fields of a model', () => {
    const bytesOfModel = encodeModel({ irVersion: 10, producerName: 'flaxon', graph: { name: 'g', node: [{ opType: 'Gemm', input: ['a', ''], attribute: [{ name: 'alpha', type: 1, f: 0.5 }] }] } });
    const theirs = fromBinary(oracle.ModelProtoSchema, bytesOfModel);
    expect([theirs.irVersion, theirs.producerName, theirs.graph?.name]).toEqual([10n, 'flaxon', 'g']);
    expect(theirs.graph?.node[0]?.input).toEqual(['a', '']);
    expect(theirs.graph?.node[0]?.attribute[0]?.f).toBe(0.5);
  });

  it('reads what the independent codec writes', () => {
    const theirs = create(oracle.TensorProtoSchema, { name: 'w', dims: [2n, -1n], dataType: 7, int64Data: [1n, -(2n ** 63n)], rawData: new Uint8Array([1, 2]) });
    expect(decode(tensorSchema, toBinary(oracle.TensorProtoSchema, theirs))).toMatchObject({ name: 'w', dims: [2, -1], dataType: 7, int64Data: [1, -(2n ** 63n)], rawData: new Uint8Array([1, 2]) });
  });

  it('has the numbers and kinds of fields that the specification has', () => {
    const scalarNumbers = { double: 1, float: 2, int64: 3, uint64: 4, int32: 5, string: 9, bytes: 12 } as const;
    const seen = new Set<string>();
    const compare = (schema: AnyMessageSchema, theirs: Descriptor): void => {
      if (seen.has(theirs.typeName)) return;
      seen.add(theirs.typeName);
      for (const [name, field] of Object.entries(schema.fields)) {
        const match = theirs.fields.find((candidate) => candidate.localName === name);
        expect(match?.number, `${theirs.typeName}.${name}`).toBe(field.number);
        if (typeof field.kind === 'function') compare(field.kind(), match!.message!);
        else if (match!.scalar !== undefined) expect(scalarNumbers[field.kind], `${theirs.typeName}.${name}`).toBe(match!.scalar);
      }
    };
    compare(modelSchema, oracle.ModelProtoSchema);
    expect(seen.size).toBeGreaterThan(15);
  });

  it('keeps large byte fields by reference', () => {
    const rawData = new Uint8Array(100_000);
    expect(encodeChunks(tensorSchema, { name: 'w', rawData })).toContain(rawData);
  });

  it('gives byte fields as views of the file', () => {
    const file = encodeModel({ graph: { initializer: [{ rawData: new Uint8Array(50) }] } });
    expect(decodeModel(file).graph?.initializer?.[0]?.rawData?.buffer).toBe(file.buffer);
  });
});

describe('the reader on hostile input', () => {
  it('gives a model or a ModelFormatError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        try {
          decodeModel(input);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFormatError);
        }
      }),
      { numRuns: 2000 },
    );
  }, 120_000);

  it('gives a model or a ModelFormatError for a damaged file', () => {
    fc.assert(
      fc.property(model, fc.nat(), fc.nat(255), (written, place, value) => {
        const file = encodeModel(written);
        if (file.length === 0) return;
        file[place % file.length] = value;
        try {
          decodeModel(file.subarray(0, file.length - (place % 3)));
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFormatError);
        }
      }),
      { numRuns: 500 },
    );
  }, 120_000);

  it.each([
    ['a field longer than the file', [0x3a, 0x7f, 0x00]],
    ['a length beyond 32 bits', [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a varint longer than ten bytes', [0x08, ...Array<number>(11).fill(0xff)]],
    ['a file that ends in a varint', [0x08, 0x80]],
    ['a wrong wire type', [0x3d, 0, 0, 0, 0]],
    ['field number 0', [0x02, 0x00]],
    ['a group', [0x0b]],
    ['a string that is not UTF-8', [0x12, 0x01, 0xff]],
    ['no graph', []],
  ])('refuses %s', (_, input) => {
    expect(() => decodeModel(Uint8Array.from(input))).toThrow(ModelFormatError);
  });

  it('refuses messages nested without end, without running out of stack', () => {
    // Attribute, graph, node, attribute, ...: each level wraps the one inside.
    let inner = new Uint8Array(0);
    const wrap = (field: number, content: Uint8Array): Uint8Array<ArrayBuffer> => {
      const length: number[] = [];
      for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
        length.push(rest >= 128 ? (rest % 128) | 128 : rest);
        if (rest < 128) break;
      }
      return Uint8Array.from([field * 8 + 2, ...length, ...content]);
    };
    for (let i = 0; i < 200; i++) inner = wrap(1, wrap(5, wrap(6, inner)));
    expect(() => decodeModel(wrap(7, inner))).toThrow(/nested deeper than 100/);
  });

  it('names the message and the byte', () => {
    try {
      decodeModel(Uint8Array.from([0x3a, 0x7f, 0x00]));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ messageName: 'ModelProto', offset: 1 });
    }
  });
});
