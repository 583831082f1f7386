import { cond, foriLoop, greater, matmul, mul, random, spec, sum, tanh, type Tensor } from '@flaxon/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../src/errors/model-format-error.js';
import { exportOnnx } from '../../src/export/export.js';
import { decodeTensor } from '../../src/format/tensors.js';
import type { OnnxGraph, OnnxModelData, OnnxNode, OnnxTensor } from '../../src/format/types.js';
import { encodeModel } from '../../src/format/writer.js';
import { loadOnnx } from '../../src/read/load.js';
import { formatModel } from '../../src/read/print.js';
import { packedCases } from '../evaluate/node-cases.js';

// FLAXON_LONG=1 is what `npm run test:long` sets.
const isLong = process.env.FLAXON_LONG === '1';
const seed = Number(process.env.FLAXON_SEED ?? 20261122);

const weights = random.normal(random.key(0), [3, 3]);
const step = (x: Tensor): Tensor => foriLoop(0, 3, (_: Tensor, c: Tensor) => cond(greater(sum(c), 0), (v: Tensor) => tanh(matmul(v, weights)), (v: Tensor) => mul(v, 2), c), x);
/** Loops, branches, functions, constants, symbolic dimensions. */
const ours = exportOnnx((x: Tensor, key: Tensor) => ({ y: step(x), draw: random.normal(key, [2]) }), [spec('float32', ['batch', 3]), spec('uint32', [2])]).toBytes();
/** A product with a loop in it, in a few hundred bytes. */
const small = exportOnnx((x: Tensor) => foriLoop(0, 3, (_: Tensor, c: Tensor) => tanh(matmul(c, weights)), x), [spec('float32', ['batch', 3])]).toBytes();
const cases = packedCases(new URL('../evaluate/node-cases.json', import.meta.url));
const files: readonly Uint8Array[] = [ours, small, ...cases.filter((_, i) => i % 9 === 0).map(({ model }) => model)];

/** Reads a file and everything in it. @throws whatever is no ModelFormatError */
function readAll(bytes: Uint8Array): 'read' | 'refused' {
  try {
    const model = loadOnnx(bytes);
    formatModel(model);
    for (const tensor of model.graph.initializers) if (tensor.dtype !== undefined && tensor.external === undefined) tensor.read();
    return 'read';
  } catch (error) {
    if (error instanceof ModelFormatError) return 'refused';
    throw error;
  }
}

const wrap = (field: number, content: Uint8Array): Uint8Array => Uint8Array.from([...varint(field * 8 + 2), ...varint(content.length), ...content]);

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

describe('damaged files', () => {
  it('are refused or read, cut off at any byte', () => {
    const refused = Array.from({ length: small.length }, (_, length) => readAll(small.subarray(0, length))).filter((outcome) => outcome === 'refused').length;
    expect(refused).toBeGreaterThan(0.95 * small.length);
    for (const file of files) for (let length = 0; length < file.length; length += isLong ? 1 : Math.ceil(file.length / 20)) readAll(file.subarray(0, length));
  }, 3_600_000);

  it('are refused or read with any bits turned over', () => {
    const flip = fc.record({ place: fc.nat(), bit: fc.nat(7) });
    fc.assert(
      fc.property(fc.nat(files.length - 1), fc.array(flip, { minLength: 1, maxLength: 4 }), (which, flips) => {
        const file = files[which]!.slice();
        for (const { place, bit } of flips) file[place % file.length]! ^= 1 << bit;
        readAll(file);
      }),
      { numRuns: isLong ? 100_000 : 600, seed },
    );
  }, 3_600_000);

  it('are refused or read with parts that were put in, taken out, doubled or moved', () => {
    const splice = fc.record({ from: fc.nat(), length: fc.nat(40), to: fc.nat(), bytes: fc.uint8Array({ maxLength: 12 }) });
    fc.assert(
      fc.property(fc.nat(files.length - 1), splice, (which, { from, length, to, bytes }) => {
        const file = files[which]!;
        const [start, place] = [from % file.length, to % file.length];
        const part = file.subarray(start, start + length);
        readAll(Uint8Array.from([...file.subarray(0, place), ...part, ...bytes, ...file.subarray(place)]));
        readAll(Uint8Array.from([...file.subarray(0, start), ...file.subarray(start + length)]));
      }),
      { numRuns: isLong ? 50_000 : 250, seed },
    );
  }, 3_600_000);

  it('are refused or read with any number in the place of a length', () => {
    const lengths = fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n));
    fc.assert(
      fc.property(fc.nat(), lengths, (at, length) => {
        const place = at % ours.length;
        readAll(Uint8Array.from([...ours.subarray(0, place), ...varint(length), ...ours.subarray(place + 1)]));
      }),
      { numRuns: isLong ? 20_000 : 250, seed },
    );
  }, 3_600_000);
});

describe('files made to do harm', () => {
  it('are refused where a length is larger than the file, without room being made for it', () => {
    for (const length of [2 ** 20, 2 ** 31 - 1, 2 ** 32, 2 ** 53]) {
      // A graph; a tensor's raw data; packed floats.
      for (const path of [[7], [7, 5, 9], [7, 5, 4]] as readonly (readonly number[])[]) {
        const inner = Uint8Array.from([...varint(path.at(-1)! * 8 + 2), ...varint(length), 1, 2, 3]);
        const file = path.slice(0, -1).toReversed().reduce<Uint8Array>((content, field) => wrap(field, content), inner);
        expect(() => loadOnnx(file)).toThrow(ModelFormatError);
      }
    }
  });

  it('are refused with varints over 64 bits, as tags, as lengths and as numbers', () => {
    const long = [...Array<number>(10).fill(0xff), 1];
    for (const bytes of [long, [0x3a, ...long], [0x08, ...long]]) expect(() => loadOnnx(Uint8Array.from(bytes))).toThrow(/varint/);
  });

  it.each([
    ['graphs in attributes of nodes', [1, 5, 6]],
    ['sequences of sequences', [4, 1]],
  ])('are refused with %s nested a thousand times', (_, path) => {
    let inner: Uint8Array = new Uint8Array(0);
    for (let i = 0; i < 1000; i++) inner = path.reduceRight((content, field) => wrap(field, content), inner);
    const isType = path.length === 2;
    expect(() => loadOnnx(isType ? wrap(7, wrap(11, wrap(2, inner))) : wrap(7, inner))).toThrow(/nested deeper than 100/);
  });

  it('are refused with millions of empty messages, of which each would be an object', () => {
    const nodes = new Uint8Array(2 * 4_000_001);
    for (let at = 0; at < nodes.length; at += 2) nodes[at] = 0x0a;
    const file = new Uint8Array(nodes.length + 5);
    file.set([0x3a, ...varint(nodes.length)]);
    file.set(nodes, 5);
    expect(() => loadOnnx(file, { check: false })).toThrow(/at most 4000000 messages/);
  });

  it.each([
    ['a packed run that ends inside a float', [0x22, 0x03, 1, 2, 3]],
    ['a packed run that ends inside a varint', [0x3a, 0x02, 0x81, 0x81]],
    ['a run of floats as a varint', [0x20, 0x01]],
    ['bytes as a fixed number', [0x4d, 1, 2, 3, 4]],
  ])('are refused with %s', (_, tensor) => {
    expect(() => loadOnnx(wrap(7, wrap(5, Uint8Array.from(tensor))))).toThrow(ModelFormatError);
  });

  it('are read with packed and single elements mixed, as protobuf allows', () => {
    const tensor = Uint8Array.from([0x08, 2, 0x0a, 1, 1, 0x10, 1, 0x22, 4, 0, 0, 128, 63, 0x25, 0, 0, 0, 64]);
    expect(loadOnnx(wrap(7, wrap(5, tensor))).graph.initializers[0]!.read().toArray()).toEqual([[1], [2]]);
  });
});

const withTensor = (tensor: OnnxTensor): Uint8Array => encodeModel({ graph: { initializer: [{ name: 'w', dataType: 1, ...tensor }] } });

describe('tensors made to do harm', () => {
  it.each([
    ['a product of dimensions beyond 2^53', { dims: [2 ** 40, 2 ** 40] }],
    ['a product that wraps to a small number in 64 bits', { dims: [2 ** 32, 2 ** 32], rawData: new Uint8Array(0) }],
    ['dimensions beyond 2^53 next to an empty one', { dims: [2n ** 62n, 0] }],
    ['a negative dimension', { dims: [-4], rawData: new Uint8Array(16) }],
    ['two negative dimensions', { dims: [-2, -2], rawData: new Uint8Array(16) }],
    ['a claim of terabytes with a few bytes', { dims: [2 ** 40], rawData: new Uint8Array(16) }],
    ['too few bytes', { dims: [5], rawData: new Uint8Array(16) }],
    ['too many bytes', { dims: [3], rawData: new Uint8Array(16) }],
    ['bytes that are no whole element', { dims: [4], rawData: new Uint8Array(15) }],
    ['too few elements', { dims: [3], floatData: [1, 2] }],
    ['elements in the fields of two types', { dims: [2], floatData: [1, 2], doubleData: [1, 2] }],
    ['no elements', { dims: [3] }],
    ['packed four-bit numbers that are too few', { dims: [5], dataType: 22, rawData: new Uint8Array(2) }],
    ['too few strings', { dims: [3], dataType: 8, stringData: [new Uint8Array(1)] }],
  ] satisfies [string, OnnxTensor][])('are refused: %s', (_, tensor) => {
    expect(() => loadOnnx(withTensor(tensor))).toThrow(ModelFormatError);
  });

  it('are refused inside attributes and bodies too', () => {
    const bad: OnnxTensor = { dims: [3], dataType: 1, rawData: new Uint8Array(16) };
    const constant: OnnxNode = { opType: 'Constant', output: ['c'], attribute: [{ name: 'value', type: 4, t: bad }] };
    const body: OnnxNode = { opType: 'If', input: ['p'], output: ['q'], attribute: [{ name: 'then_branch', type: 5, g: { node: [constant], output: [{ name: 'c' }] } }] };
    for (const node of [[constant], [body]]) expect(() => loadOnnx(encodeModel({ graph: { input: [{ name: 'p' }], node } }))).toThrow(/needs 12 bytes, found 16/);
  });

  it('are decoded without room for what they claim', () => {
    expect(() => decodeTensor({ name: 'w', dataType: 1, dims: [2 ** 50], rawData: new Uint8Array(4) })).toThrow(ModelFormatError);
    expect(() => decodeTensor({ name: 'w', dataType: 1, dims: [2 ** 50], dataLocation: 1, externalData: [{ key: 'location', value: 'f' }] }, () => new Uint8Array(4))).toThrow(ModelFormatError);
  });
});

describe('external data made to do harm', () => {
  const external = (entries: Readonly<Record<string, string>>): OnnxTensor => ({ name: 'w', dims: [4], dataType: 1, dataLocation: 1, externalData: Object.entries(entries).map(([key, value]) => ({ key, value })) });

  it.each(['/etc/passwd', '../weights.bin', 'a/../../weights.bin', 'a/..', '..', '', 'C:/weights.bin', 'c:weights.bin', '..\\weights.bin', '\\\\server\\share', 'weights.bin\0.txt', 'a/b\\..\\..\\c'])('is refused at %j', (location) => {
    expect(() => loadOnnx(encodeModel({ graph: { initializer: [external({ location })] } }))).toThrow(ModelFormatError);
    let asked = 0;
    expect(() => decodeTensor(external({ location }), () => (asked++, new Uint8Array(16)))).toThrow(ModelFormatError);
    expect(asked).toBe(0);
  });

  it.each([
    ['an offset beyond the end', { offset: '8' }],
    ['an offset that is negative', { offset: '-4' }],
    ['an offset that is no number', { offset: '0x10' }],
    ['an offset beyond 2^53', { offset: '99999999999999999999' }],
    ['an offset that is empty', { offset: '' }],
    ['a length of another size', { length: '12' }],
    ['a length beyond the end', { length: '17' }],
    ['a length that is no number', { length: 'all' }],
    ['a length that is infinite', { length: 'Infinity' }],
  ])('is refused with %s', (_, entries) => {
    expect(() => decodeTensor(external({ location: 'w.bin', ...entries }), () => new Uint8Array(16))).toThrow(ModelFormatError);
  });

  it('is read where it is as it should be', () => {
    expect(decodeTensor(external({ location: './sub/w.bin', offset: '4', length: '16' }), () => new Uint8Array(20)).shape).toEqual([4]);
  });
});

describe('graphs that are none', () => {
  const graph = (content: OnnxGraph, rest: Partial<OnnxModelData> = {}): Uint8Array => encodeModel({ graph: { input: [{ name: 'x' }], ...content }, ...rest });
  const node = (input: readonly string[], output: readonly string[], attribute: OnnxNode['attribute'] = []): OnnxNode => ({ opType: 'Max', input, output, attribute });

  it.each([
    ['a node that reads what it gives', graph({ node: [node(['a'], ['a'])] })],
    ['two nodes that read each other', graph({ node: [node(['x', 'b'], ['a']), node(['a'], ['b'])] })],
    ['a name that is read before it is given', graph({ node: [node(['b'], ['a']), node(['x'], ['b'])] })],
    ['a name that nothing gives', graph({ node: [node(['missing'], ['a'])] })],
    ['an output that nothing gives', graph({ output: [{ name: 'y' }] })],
    ['two nodes that give one name', graph({ node: [node(['x'], ['a']), node(['x'], ['a'])] })],
    ['a node that gives the name of an input', graph({ node: [node(['x'], ['x'])] })],
    ['two inputs of one name', graph({ input: [{ name: 'x' }, { name: 'x' }] })],
    ['two initialisers of one name', graph({ initializer: [{ name: 'w', dims: [0], dataType: 1 }, { name: 'w', dims: [0], dataType: 1 }] })],
    ['a node that gives the name of an initialiser', graph({ initializer: [{ name: 'w', dims: [0], dataType: 1 }], node: [node(['x'], ['w'])] })],
    ['an attribute twice', graph({ node: [node(['x'], ['a'], [{ name: 'axis', type: 2, i: 0 }, { name: 'axis', type: 2, i: 1 }])] })],
    ['a body that reads what nothing gives', graph({ node: [node(['x'], ['a'], [{ name: 'body', type: 5, g: { node: [node(['elsewhere'], ['b'])] } }])] })],
    ['a value of a body that is read outside', graph({ node: [node(['x'], ['a'], [{ name: 'body', type: 5, g: { node: [node(['x'], ['inner'])] } }]), node(['inner'], ['b'])] })],
    ['a function that calls itself', graph({}, { functions: [{ name: 'F', domain: 'd', input: ['p'], output: ['q'], node: [{ opType: 'F', domain: 'd', input: ['p'], output: ['q'] }] }] })],
    ['two functions that call each other, one from a body', graph({}, {
      functions: [
        { name: 'F', domain: 'd', input: ['p'], output: ['q'], node: [{ opType: 'If', input: ['p'], output: ['q'], attribute: [{ name: 'then_branch', type: 5, g: { node: [{ opType: 'G', domain: 'd', input: ['p'], output: ['r'] }], output: [{ name: 'r' }] } }] }] },
        { name: 'G', domain: 'd', input: ['p'], output: ['q'], node: [{ opType: 'F', domain: 'd', input: ['p'], output: ['q'] }] },
      ],
    })],
    ['two functions of one name', graph({}, { functions: [{ name: 'F', domain: 'd' }, { name: 'F', domain: 'd' }] })],
    ['a function that reads the graph around it', graph({}, { functions: [{ name: 'F', domain: 'd', output: ['q'], node: [{ opType: 'Neg', input: ['x'], output: ['q'] }] }] })],
  ])('are refused: %s', (_, file) => {
    expect(() => loadOnnx(file)).toThrow(ModelFormatError);
  });

  it('are read and printed for inspection where they are not to be checked', () => {
    const file = graph({ node: [node(['a'], ['a'])], initializer: [{ name: 'w', dims: [-1], dataType: 1 }, { name: 'v', dims: [2], dataType: 1, rawData: new Uint8Array(1) }] });
    expect(formatModel(loadOnnx(file, { check: false }))).toMatch(/a = Max\(a\)/);
  });

  it('of twenty thousand functions that call one another in a row are checked in one walk', () => {
    const functions = Array.from({ length: 20_000 }, (_, i) => ({ name: `F${i}`, domain: 'd', node: [{ opType: `F${i + 1}`, domain: 'd' }] }));
    expect(loadOnnx(graph({}, { functions })).functions).toHaveLength(20_000);
  });
});
