/**
 * The versions of ONNX's operators that models of opset 18 to 26 can have (onnx 1.23, `onnx.defs`): a kernel is registered for a version of the
 * operator, so that one that nobody renewed is not found from the opset on that changed the operator, if only by a dtype.
 */
const changed: Readonly<Record<string, readonly number[]>> = {
  Round: [11, 22], Sin: [7, 22], Cos: [7, 22], Tan: [7, 22], Asin: [7, 22], Acos: [7, 22], Atan: [7, 22],
  Sinh: [9, 22], Cosh: [9, 22], Asinh: [9, 22], Acosh: [9, 22], Atanh: [9, 22],
  Softplus: [1, 22], Elu: [6, 22], Selu: [6, 22], Softsign: [1, 22], HardSigmoid: [6, 22], HardSwish: [14, 22], Mish: [18, 22],
  IsNaN: [13, 20], IsInf: [10, 20], Equal: [13, 19], ReduceMax: [18, 20], ReduceMin: [18, 20], TopK: [11, 24],
  Conv: [11, 22], ConvTranspose: [11, 22], MaxPool: [12, 22], AveragePool: [11, 19, 22], GlobalAveragePool: [1, 22], GlobalMaxPool: [1, 22],
  DFT: [17, 20], GroupNormalization: [18, 21], InstanceNormalization: [6, 22], Attention: [23, 24, 25], LSTM: [14, 22], GRU: [14, 22], RNN: [14, 22],
  Identity: [16, 19, 21, 23, 24, 25], Reshape: [14, 19, 21, 23, 24, 25], Transpose: [13, 21, 23, 24, 25], Pad: [18, 19, 21, 23, 24, 25],
  Squeeze: [13, 21, 23, 24, 25], Unsqueeze: [13, 21, 23, 24, 25], Cast: [13, 19, 21, 23, 24, 25], Shape: [15, 19, 21, 23, 24, 25],
  Size: [13, 19, 21, 23, 24, 25], If: [16, 19, 21, 23, 24, 25], Loop: [16, 19, 21, 23, 24, 25], Scan: [16, 19, 21, 23, 24, 25],
  Constant: [13, 19, 21, 23, 24, 25], ConstantOfShape: [9, 20, 21, 23, 24, 25], Flatten: [13, 21, 23, 24, 25], Dropout: [13, 22], EyeLike: [9, 22],
};

/** Operators that have not changed since before opset 18, or came later and have not changed since. */
const unchanged: Readonly<Record<string, number>> = {
  Abs: 13, Neg: 13, Exp: 13, Log: 13, Sqrt: 13, Reciprocal: 13, Floor: 13, Ceil: 13, Sign: 13, Relu: 14, Sigmoid: 13, Tanh: 13, Erf: 13, LeakyRelu: 16, Not: 1,
  BitwiseNot: 18, Swish: 24, Softmax: 13, LogSoftmax: 13, Gelu: 20, Add: 14, Sub: 14, Mul: 14, Div: 14, Pow: 15, Max: 13, Min: 13, BitwiseAnd: 18, BitwiseOr: 18,
  BitwiseXor: 18, And: 7, Or: 7, Xor: 7, Less: 13, LessOrEqual: 16, Greater: 13, GreaterOrEqual: 16, MatMul: 13, Gemm: 13, Mod: 13, BitShift: 11, Where: 16, Clip: 13,
  ReduceSum: 13, ReduceProd: 18, ReduceMean: 18, ReduceLogSumExp: 18, ReduceSumSquare: 18, ReduceL1: 18, ReduceL2: 18, ReduceLogSum: 18, ArgMax: 13, ArgMin: 13,
  CumSum: 14, CumProd: 26, Expand: 13, Concat: 13, Slice: 13, Gather: 13, GatherElements: 13, GatherND: 13, ScatterElements: 18, ScatterND: 18, Range: 11, Split: 18,
  Tile: 13, Trilu: 14, Einsum: 12, LayerNormalization: 17, RMSNormalization: 23, BatchNormalization: 15, RotaryEmbedding: 23, Sum: 13, Mean: 13, OneHot: 11,
  NonZero: 13, BitCast: 26, PRelu: 16, Celu: 12, CastLike: 15,
};

/** The version of `op` that models of `opset` (18 to 26) have; undefined for an operator that is not in the tables. */
export function sinceVersion(op: string, opset: number): number | undefined {
  const versions = Object.hasOwn(changed, op) ? changed[op]! : Object.hasOwn(unchanged, op) ? [unchanged[op]!] : [];
  return versions.findLast((version) => version <= opset);
}
