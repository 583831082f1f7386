/**
 * One-operator models of every operator that the lowerings use: whether ONNX Runtime has a kernel of it for a dtype at an opset, and how fast that is.
 */

/** `TensorProto.DataType`. */
export const dataTypes = { float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11, uint32: 12, uint64: 13, bfloat16: 16 };

export const dtypes = Object.keys(dataTypes);
const floats = ['float16', 'bfloat16', 'float32', 'float64'];

/** The version of the file format that belongs to an opset. */
const irVersionOf = (opset) => (opset >= 21 ? 10 : opset >= 19 ? 9 : 8);

const int64 = (name, values) => ({
  name,
  dims: [values.length],
  dataType: dataTypes.int64,
  rawData: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
});
export const attribute = (name, value) => {
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if (Array.isArray(value)) return { name, type: 7, ints: value };
  return Number.isInteger(value) ? { name, type: 2, i: value } : { name, type: 1, f: value };
};

/** A probe: operands of the type under test by shape, other operands, attributes. */
const same = (count, attributes = {}, among = dtypes) => ({ operands: Array.from({ length: count }, () => [2, 2]), attributes, among });
const reduction = { operands: [[2, 2]], constants: [int64('axes', [1])], attributes: {}, among: dtypes };
const index = (name, constants, operands = [[2, 2]], attributes = {}) => ({ operands, constants, attributes, among: dtypes, name });

const scatter = (mode) => ({ op: 'ScatterElements', operands: [[2, 2]], constants: [int64x2('indices')], trailing: [[2, 2]], attributes: { axis: 0, reduction: mode }, among: dtypes });
const scatterNd = (mode) => ({ op: 'ScatterND', operands: [[2, 2]], constants: [{ ...int64('indices', [0, 1]), dims: [2, 1] }], trailing: [[2, 2]], attributes: { reduction: mode }, among: dtypes });
const int64x2 = (name) => ({ ...int64(name, [0, 1, 1, 0]), dims: [2, 2] });

/** By the name of the kernel: that of the operator, with the variant where it matters. */
export const probes = {
  ...Object.fromEntries(
    ['Abs', 'Neg', 'Exp', 'Log', 'Sqrt', 'Reciprocal', 'Floor', 'Ceil', 'Round', 'Sign', 'Relu', 'Sigmoid', 'Tanh', 'Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh', 'Atanh', 'Erf', 'Softplus', 'Elu', 'LeakyRelu', 'Selu', 'IsNaN', 'IsInf', 'Not', 'BitwiseNot', 'Swish', 'Softsign', 'HardSigmoid', 'HardSwish', 'Mish', 'Identity', 'Softmax', 'LogSoftmax'].map((op) => [op, same(1)]),
  ),
  GeluExact: { op: 'Gelu', ...same(1, {}, floats) },
  GeluTanh: { op: 'Gelu', ...same(1, { approximate: 'tanh' }, floats) },
  ...Object.fromEntries(
    ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'And', 'Or', 'Xor', 'Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'MatMul', 'Gemm'].map((op) => [op, same(2)]),
  ),
  Mod: same(2, { fmod: 0 }),
  Fmod: { op: 'Mod', ...same(2, { fmod: 1 }) },
  BitShift: same(2, { direction: 'LEFT' }),
  Where: { operands: [[2, 2], [2, 2]], leading: true, attributes: {}, among: dtypes },
  Clip: { operands: [[2, 2], [], []], attributes: {}, among: dtypes },
  ...Object.fromEntries(['ReduceSum', 'ReduceProd', 'ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceLogSumExp', 'ReduceSumSquare', 'ReduceL2'].map((op) => [op, reduction])),
  ArgMax: same(1, { axis: 1 }),
  ArgMin: same(1, { axis: 1 }),
  CumSum: index('CumSum', [{ ...int64('axis', [1]), dims: [] }]),
  CumProd: index('CumProd', [{ ...int64('axis', [1]), dims: [] }]),
  Reshape: index('Reshape', [int64('shape', [4])]),
  Transpose: same(1, { perm: [1, 0] }),
  Expand: index('Expand', [int64('shape', [3, 2, 2])]),
  Concat: same(2, { axis: 0 }),
  Slice: index('Slice', [int64('starts', [-1]), int64('ends', ['-9223372036854775808']), int64('axes', [0]), int64('steps', [-1])]),
  Pad: { operands: [[2, 2]], constants: [int64('pads', [1, 0, 0, 1])], trailing: [[]], attributes: {}, among: dtypes },
  Gather: index('Gather', [int64('indices', [1, 0])]),
  GatherElements: index('GatherElements', [int64x2('indices')]),
  GatherND: index('GatherND', [{ ...int64('indices', [0, 1]), dims: [2, 1] }]),
  ScatterElements: scatter('none'),
  ScatterElementsAdd: scatter('add'),
  ScatterElementsMul: scatter('mul'),
  ScatterElementsMin: scatter('min'),
  ScatterElementsMax: scatter('max'),
  ScatterND: scatterNd('none'),
  ScatterNDAdd: scatterNd('add'),
  ScatterNDMul: scatterNd('mul'),
  ScatterNDMin: scatterNd('min'),
  ScatterNDMax: scatterNd('max'),
  TopK: { ...index('TopK', [int64('k', [2])], [[2, 2]], { largest: 0 }), outputs: 2 },
  Squeeze: index('Squeeze', [int64('axes', [0])], [[1, 2]]),
  Unsqueeze: index('Unsqueeze', [int64('axes', [0])]),
  Range: { operands: [[], [], []], attributes: {}, among: dtypes },
  Split: { ...index('Split', [int64('split', [1, 1])]), outputs: 2 },
  Tile: index('Tile', [int64('repeats', [1, 2])]),
  Trilu: same(1),
  Einsum: same(2, { equation: 'ij,jk->ik' }),
  Conv: { operands: [[1, 2, 2], [2, 2, 1]], attributes: {}, among: dtypes },
  ConvTranspose: { operands: [[1, 2, 2], [2, 2, 1]], attributes: {}, among: dtypes },
  MaxPool: { operands: [[1, 2, 2]], attributes: { kernel_shape: [2] }, among: dtypes },
  AveragePool: { operands: [[1, 2, 2]], attributes: { kernel_shape: [2] }, among: dtypes },
  DFT: { operands: [[1, 2, 2]], attributes: {}, among: floats },
  LayerNormalization: { operands: [[2, 2], [2], [2]], attributes: {}, among: floats },
  RMSNormalization: { operands: [[2, 2], [2]], attributes: {}, among: floats },
  Attention: { operands: [[1, 2, 2], [1, 2, 2], [1, 2, 2]], attributes: { q_num_heads: 1, kv_num_heads: 1 }, among: floats },
  LSTM: { operands: [[2, 1, 2], [1, 8, 2], [1, 8, 2]], attributes: { hidden_size: 2 }, among: floats },
  GRU: { operands: [[2, 1, 2], [1, 6, 2], [1, 6, 2]], attributes: { hidden_size: 2, linear_before_reset: 1 }, among: floats },
};

/** Ones of each dtype; bfloat16 crosses no border of a session. */
export const elements = {
  float16: (n) => new Uint16Array(n).fill(0x3c00),
  float32: (n) => new Float32Array(n).fill(1),
  float64: (n) => new Float64Array(n).fill(1),
  int8: (n) => new Int8Array(n).fill(1),
  int16: (n) => new Int16Array(n).fill(1),
  int32: (n) => new Int32Array(n).fill(1),
  int64: (n) => new BigInt64Array(n).fill(1n),
  uint8: (n) => new Uint8Array(n).fill(1),
  uint16: (n) => new Uint16Array(n).fill(1),
  uint32: (n) => new Uint32Array(n).fill(1),
  uint64: (n) => new BigUint64Array(n).fill(1n),
  bool: (n) => new Uint8Array(n).fill(1),
};

function valueInfo(name, dtype, shape) {
  const tensorType = { elemType: dataTypes[dtype], ...(shape && { shape: { dim: shape.map((dimValue) => ({ dimValue })) } }) };
  return { name, type: { tensorType } };
}

/** The model of one operator on operands of `dtype`, and its inputs. bfloat16 comes as float32 and is cast inside. */
export function probeModel(op, probe, dtype, opset) {
  const border = dtype === 'bfloat16' ? 'float32' : dtype;
  const nodes = [];
  const inputs = [];
  const names = [];
  const operand = (shape, of = border) => {
    const name = `x${inputs.length}`;
    inputs.push({ name, shape, dtype: of });
    if (dtype !== 'bfloat16' || of === 'bool') return name;
    nodes.push({ opType: 'Cast', input: [name], output: [`${name}_cast`], attribute: [attribute('to', dataTypes.bfloat16)] });
    return `${name}_cast`;
  };
  if (probe.leading) names.push(operand([2, 2], 'bool'));
  for (const shape of probe.operands) names.push(operand(shape));
  for (const constant of probe.constants ?? []) names.push(constant.name);
  for (const shape of probe.trailing ?? []) names.push(operand(shape));
  const outputs = Array.from({ length: probe.outputs ?? 1 }, (_, i) => `y${i}`);
  nodes.push({ opType: op, input: names, output: outputs, attribute: Object.entries(probe.attributes).map(([name, value]) => attribute(name, value)) });
  // A cast takes every type, so that of the result need not be known.
  nodes.push({ opType: 'Cast', input: ['y0'], output: ['z'], attribute: [attribute('to', dataTypes.float32)] });
  const model = {
    irVersion: irVersionOf(opset),
    opsetImport: [{ domain: '', version: opset }],
    graph: { name: op, node: nodes, initializer: probe.constants ?? [], input: inputs.map((input) => valueInfo(input.name, input.dtype, input.shape)), output: [valueInfo('z', 'float32')] },
  };
  return { inputs, model };
}

/**
 * Kernels whose results are wrong, so that they are as good as not there: with vectors these compare int64 by less than all its bits. The largest of 0, 1, 2, 3, 5, 7,
 * 4294967295, 4294967294, 0, 1, 100 is 100 to `ReduceMax` (1.30 and 1.31 on x86-64); `ArgMax`, `Less`, `Greater` and `Abs` are right.
 */
const wrong = { Max: ['int64'], Min: ['int64'], ReduceMax: ['int64'], ReduceMin: ['int64'], Clip: ['int64'], Sign: ['int64'] };

/** Whether the runtime loads and runs the operator, and rightly; anything else, whatever it says, is a kernel that is not there. */
export async function runs(ort, encodeModel, key, dtype, opset) {
  if (wrong[key]?.includes(dtype)) return false;
  const probe = probes[key];
  const { inputs, model } = probeModel(probe.op ?? key, probe, dtype, opset);
  let session;
  try {
    session = await ort.InferenceSession.create(encodeModel(model), { logSeverityLevel: 4, graphOptimizationLevel: 'disabled', intraOpNumThreads: 1 });
    const feeds = inputs.map(({ name, shape, dtype: of }) => [name, new ort.Tensor(of, elements[of](shape.reduce((a, b) => a * b, 1)), shape)]);
    await session.run(Object.fromEntries(feeds));
    return true;
  } catch {
    return false;
  } finally {
    await session?.release();
  }
}
