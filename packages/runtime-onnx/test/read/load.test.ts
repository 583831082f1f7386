import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foriLoop, matmul, mul, random, spec, sum, tanh, type Tensor } from '@flaxon/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../src/errors/model-format-error.js';
import { exportOnnx } from '../../src/export/export.js';
import type { OnnxModelData } from '../../src/format/types.js';
import { encodeModel } from '../../src/format/writer.js';
import { loadOnnx, loadOnnxFile } from '../../src/read/load.js';
import { formatModel } from '../../src/read/print.js';
import { packedCases } from '../evaluate/node-cases.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const float32 = (...dims: number[]) => ({ tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } });

/** One of everything. */
const everything: OnnxModelData = {
  irVersion: 10,
  producerName: 'someone',
  producerVersion: '1.2',
  opsetImport: [{ domain: '', version: 21 }, { domain: 'custom', version: 1 }],
  metadataProps: [{ key: 'note', value: 'two\nlines' }],
  graph: {
    name: 'main',
    input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'batch' }, { dimValue: 2 }, {}] } } } }, { name: 'words', type: { sequenceType: { elemType: { tensorType: { elemType: 8 } } } } }, { name: 'go', type: { optionalType: { elemType: float32(1) } } }],
    initializer: [
      { name: 'w', dims: [2], dataType: 1, floatData: [0.5, -1] },
      { name: 'names', dims: [2], dataType: 8, stringData: [bytesOf('one'), bytesOf('two')] },
      { name: 'far', dims: [4, 4], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: 'sub/weights.bin' }, { key: 'offset', value: '64' }, { key: 'length', value: '64' }] },
      { name: 'tiny', dims: [4], dataType: 17, rawData: Uint8Array.of(1, 2, 3, 4) },
    ],
    node: [
      { name: 'n0', opType: 'Pick', domain: 'custom', input: ['x', '', 'w'], output: ['a', ''], attribute: [{ name: 'alpha', type: 1, f: 0.5 }, { name: 'axes', type: 7, ints: [1, 2] }, { name: 'mode', type: 3, s: bytesOf('up') }, { name: 'kinds', type: 8, strings: [bytesOf('p'), bytesOf('q')] }, { name: 'zero', type: 2 }] },
      {
        name: 'n1', opType: 'If', input: ['a'], output: ['b'],
        attribute: [
          { name: 'then_branch', type: 5, g: { name: 'yes', node: [{ opType: 'Neg', input: ['a'], output: ['t'] }], output: [{ name: 't' }] } },
          { name: 'else_branch', type: 5, g: { name: 'no', node: [{ opType: 'Constant', output: ['e'], attribute: [{ name: 'value', type: 4, t: { dims: [], dataType: 7, int64Data: [7] } }] }], output: [{ name: 'e' }] } },
        ],
      },
    ],
    output: [{ name: 'b', type: float32(3) }],
  },
  functions: [{ name: 'Pick', domain: 'custom', input: ['p', 'q', 'r'], output: ['s', 'u'], attribute: ['alpha'], node: [{ opType: 'LeakyRelu', input: ['p'], output: ['s'], attribute: [{ name: 'alpha', refAttrName: 'alpha', type: 1 }] }, { opType: 'Identity', input: ['p'], output: ['u'] }] }],
};

const loaded = loadOnnx(encodeModel(everything));

describe('a loaded model', () => {
  it('says who made it, for which operators, with what notes', () => {
    expect([loaded.producer, loaded.irVersion, loaded.opsets, loaded.metadata]).toEqual(['someone 1.2', 10, { '': 21, custom: 1 }, { note: 'two\nlines' }]);
  });

  it('has the inputs and outputs with their types', () => {
    expect(loaded.graph.inputs.map(({ name, typeText }) => `${name}: ${typeText}`)).toEqual(['x: float32[batch,2,?]', 'words: sequence(string[...])', 'go: optional(float32[1])']);
    expect(loaded.graph.outputs.map(({ typeText }) => typeText)).toEqual(['float32[3]']);
  });

  it('has the nodes with attributes of every kind', () => {
    const [first, second] = loaded.graph.nodes;
    expect([first!.operator, first!.inputs, first!.outputs]).toEqual(['custom.Pick', ['x', '', 'w'], ['a', '']]);
    expect(Object.fromEntries(first!.attributes)).toEqual({ alpha: { kind: 'float', value: 0.5 }, axes: { kind: 'ints', value: [1, 2] }, mode: { kind: 'string', value: 'up' }, kinds: { kind: 'strings', value: ['p', 'q'] }, zero: { kind: 'int', value: 0 } });
    const branch = second!.attributes.get('then_branch')!;
    expect(branch.kind === 'graph' && branch.value.nodes.map(({ operator }) => operator)).toEqual(['Neg']);
  });

  it('has functions, whose attributes are referred to', () => {
    const [only] = loaded.functions;
    expect([only!.operator, only!.attributes, only!.body.inputs.map(({ name }) => name)]).toEqual(['custom.Pick', ['alpha'], ['p', 'q', 'r']]);
    expect(only!.body.nodes[0]!.attributes.get('alpha')).toEqual({ kind: 'reference', value: 'alpha' });
  });

  it('reads elements when they are asked for, and knows types without a dtype', () => {
    expect(loaded.graph.initializer('w')!.read().toArray()).toEqual([0.5, -1]);
    expect(loaded.graph.initializer('names')!.strings()).toEqual(['one', 'two']);
    const tiny = loaded.graph.initializer('tiny')!;
    expect([tiny.type, tiny.dtype, tiny.byteLength]).toEqual(['float8e4m3fn', undefined, 4]);
    expect(() => tiny.read()).toThrow(ModelFormatError);
  });

  it('asks for external data only when its elements are read', () => {
    const asked: string[] = [];
    const file = new Uint8Array(new Float32Array(40).map((_, i) => i).buffer);
    const model = loadOnnx(encodeModel(everything), { readExternal: (location) => (asked.push(location), file) });
    expect([model.graph.initializer('far')!.byteLength, asked]).toEqual([64, []]);
    expect(model.graph.initializer('far')!.read().data()).toEqual(Float32Array.from({ length: 16 }, (_, i) => i + 16));
    expect(asked).toEqual(['sub/weights.bin']);
  });

  it('prints as text, a line a node, bodies below', () => {
    expect(formatModel(loaded)).toBe(
      `model someone 1.2, IR version 10, opset 21, custom 1
metadata
  note: two\\nlines
graph main
  input x: float32[batch,2,?]
  input words: sequence(string[...])
  input go: optional(float32[1])
  constant w: float32[2] [0.5, -1]
  constant names: string[2]
  constant far: float32[4,4] in sub/weights.bin at 64
  constant tiny: float8e4m3fn[4]
  a, _ = custom.Pick(x, _, w) {alpha: 0.5, axes: [1, 2], mode: "up", kinds: ["p", "q"], zero: 0}
  b = If(a) {then_branch: graph yes, else_branch: graph no}
    then_branch:
      t = Neg(a)
      output t: ?
    else_branch:
      e = Constant() {value: int64[] [7]}
      output e: ?
  output b: float32[3]
function custom.Pick {alpha}
  input p: ?
  input q: ?
  input r: ?
  s = LeakyRelu(p) {alpha: @alpha}
  u = Identity(p)
  output s: ?
  output u: ?`,
    );
  });

  it('can be any case of the standard', () => {
    for (const { model } of packedCases(new URL('../evaluate/node-cases.json', import.meta.url))) {
      const one = loadOnnx(model);
      expect(formatModel(one).split('\n').length).toBeGreaterThan(one.graph.nodes.length);
    }
  });

  it('can be one of ours, with loops and functions', () => {
    const model = exportOnnx((x: Tensor, key: Tensor) => foriLoop(0, 3, (_: Tensor, c: Tensor) => tanh(mul(c, sum(random.uniform(key, [2])))), x), [spec('float32', ['n', 2]), spec('uint32', [2])]);
    const one = loadOnnx(model.toBytes());
    expect(one.functions.map(({ operator }) => operator)).toContain('flaxon.Threefry2x32');
    expect(formatModel(one)).toMatch(/body:\n/);
  });
});

describe('a model on disk', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'flaxon-read-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));
  const weights = random.normal(random.key(0), [40, 40]);

  it('is read with its external data', async () => {
    await exportOnnx((x: Tensor) => [matmul(x, weights)], [spec('float32', [1, 40])]).save(join(root, 'model.onnx'), { externalData: true });
    const model = await loadOnnxFile(join(root, 'model.onnx'));
    const found = model.graph.initializers.find(({ external }) => external !== undefined);
    expect(found!.external!.location).toBe('model.onnx.data');
    expect(found!.read().data()).toEqual(weights.data());
  });

  it('cannot read what is outside its folder, by a link either', async () => {
    await writeFile(join(root, 'secret.bin'), new Uint8Array(64));
    await rm(join(root, 'inner'), { recursive: true, force: true });
    const { mkdir } = await import('node:fs/promises');
    await mkdir(join(root, 'inner'));
    await symlink(join(root, 'secret.bin'), join(root, 'inner/weights.bin'));
    const external = (location: string): OnnxModelData => ({ graph: { initializer: [{ name: 'w', dims: [16], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: location }] }] } });
    for (const location of ['weights.bin', 'missing.bin', '.']) {
      await writeFile(join(root, 'inner/model.onnx'), encodeModel(external(location)));
      const model = await loadOnnxFile(join(root, 'inner/model.onnx'));
      expect(() => model.graph.initializers[0]!.read()).toThrow(ModelFormatError);
    }
    for (const location of ['../secret.bin', '/etc/hostname']) {
      await writeFile(join(root, 'inner/model.onnx'), encodeModel(external(location)));
      await expect(loadOnnxFile(join(root, 'inner/model.onnx'))).rejects.toThrow(ModelFormatError);
    }
  });

  it('may have its data in a folder below, and in a link that stays inside', async () => {
    const { mkdir } = await import('node:fs/promises');
    await mkdir(join(root, 'deep/data'), { recursive: true });
    await writeFile(join(root, 'deep/data/w.bin'), new Uint8Array(Float32Array.of(1, 2).buffer));
    await symlink(join(root, 'deep/data/w.bin'), join(root, 'deep/link.bin'));
    for (const location of ['data/w.bin', 'link.bin']) {
      await writeFile(join(root, 'deep/model.onnx'), encodeModel({ graph: { initializer: [{ name: 'w', dims: [2], dataType: 1, dataLocation: 1, externalData: [{ key: 'location', value: location }] }] } }));
      expect((await loadOnnxFile(join(root, 'deep/model.onnx'))).graph.initializers[0]!.read().toArray()).toEqual([1, 2]);
    }
  });
});
