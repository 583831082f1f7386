/**
 * Kernels of ONNX Runtime's CUDA provider for ONNX's operators, as far as graphs of opset 18 to 26 may hold them. Source: docs/OperatorKernels.md of
 * microsoft/onnxruntime at commit 001d12d2 (with `Attention` 24 and `TensorScatter`); the dtypes are those of the constraint `T` of each row.
 */
import type { Dtype } from '@flaxon/tensor';
import type { KernelRow, KernelTable } from './table.js';

const floats = ['float16', 'float32', 'float64'] as const;
const bfloats = ['bfloat16', ...floats] as const;
const comparable = [...floats, 'int32', 'int64', 'uint32', 'uint64'] as const;
const whole = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const;
const numbers = [...bfloats, ...whole] as const;
const everything = [...numbers, 'bool'] as const;

/** For the version `from` alone: the table shows no end. */
const at = (from: number, dtypes: readonly Dtype[]): KernelRow => ({ versions: [from], dtypes });
const between = (from: number, to: number, dtypes: readonly Dtype[]): KernelRow => ({ versions: [from, to], dtypes });

const each = (ops: readonly string[], ...rows: readonly KernelRow[]): KernelTable => Object.fromEntries(ops.map((op) => [op, rows]));

export const cudaKernels: KernelTable = {
  ...each(['Abs', 'Sign'], at(13, numbers)),
  ...each(['Add', 'Sub', 'Mul', 'Div'], at(14, numbers)),
  ...each(['Neg'], at(13, [...bfloats, 'int8', 'int16', 'int32', 'int64'])),
  ...each(['Exp', 'Erf', 'Sqrt', 'Sigmoid', 'Tanh', 'Softmax', 'MatMul', 'Gemm', 'Sum'], at(13, bfloats)),
  ...each(['Log', 'LogSoftmax', 'Floor', 'Ceil', 'Reciprocal', 'ArgMax', 'ArgMin'], at(13, floats)),
  ...each(['Relu'], at(14, bfloats)),
  ...each(['Round'], at(11, floats)),
  ...each(['Sin', 'Cos'], at(7, floats)),
  ...each(['Softplus', 'Softsign'], at(1, floats)),
  ...each(['Elu', 'Selu'], at(6, floats)),
  ...each(['LeakyRelu', 'PRelu'], at(16, floats)),
  ...each(['HardSigmoid'], at(22, bfloats), between(6, 21, floats)),
  ...each(['HardSwish'], at(22, bfloats), between(14, 21, floats)),
  ...each(['Gelu'], at(20, bfloats)),
  ...each(['IsNaN'], at(20, bfloats), between(13, 19, bfloats)),
  ...each(['IsInf'], at(20, bfloats), between(10, 19, ['float32', 'float64'])),
  ...each(['Not'], at(1, ['bool'])),
  ...each(['And', 'Or', 'Xor'], at(7, ['bool'])),
  ...each(['Equal'], at(13, [...comparable, 'bool'])),
  ...each(['Less', 'Greater'], at(13, comparable)),
  ...each(['LessOrEqual', 'GreaterOrEqual'], at(16, comparable)),
  ...each(['Max', 'Min', 'Mod'], at(13, [...comparable, 'bfloat16'])),
  ...each(['Pow'], at(15, [...bfloats, 'int32', 'int64'])),
  ...each(['Where'], at(16, [...bfloats, 'int32', 'int64', 'uint8'])),
  ...each(['Clip'], at(13, [...floats, 'int8', 'int64', 'uint8', 'uint64'])),
  ...each(['CumSum'], at(14, comparable)),
  ...each(['Einsum'], at(12, floats)),
  ...each(['ReduceSum'], at(13, [...bfloats, 'int32', 'int64'])),
  ...each(['ReduceMean', 'ReduceProd', 'ReduceL1', 'ReduceL2'], at(18, [...floats, 'int32'])),
  ...each(['ReduceLogSum', 'ReduceLogSumExp', 'ReduceSumSquare'], at(18, floats)),
  ...each(['ReduceMax'], at(18, [...floats, 'int32', 'int64'])),
  ...each(['ReduceMin'], at(18, [...floats, 'int8', 'int32', 'int64', 'uint8'])),
  ...each(['Concat', 'Expand', 'Gather', 'GatherElements', 'Slice'], at(13, everything)),
  ...each(['ScatterElements', 'ScatterND', 'Split'], at(18, everything)),
  ...each(['Trilu'], at(14, everything)),
  ...each(['GatherND'], at(13, [...bfloats, 'bool', 'int64'])),
  ...each(['Tile'], at(13, [...bfloats, 'int32', 'int64'])),
  ...each(['TopK'], at(11, [...floats, 'int32', 'int64'])),
  ...each(['Pad'], at(18, [...floats, 'bool'])),
  ...each(['Range'], at(11, ['float32', 'float64', 'int16', 'int32', 'int64'])),
  ...each(['NonZero'], at(13, ['bool', 'float16', 'float32', 'int32', 'int64', 'uint8'])),
  ...each(['ConstantOfShape'], at(9, ['int64'])),
  ...each(['Transpose', 'Squeeze', 'Unsqueeze'], at(23, everything), between(21, 22, everything), between(13, 20, everything)),
  ...each(['Reshape'], at(23, everything), between(21, 22, everything), between(19, 20, everything), between(14, 18, everything)),
  ...each(['Cast'], at(23, everything), between(21, 22, everything), between(19, 20, everything), between(13, 18, everything)),
  ...each(['Shape'], at(23, everything), between(21, 22, everything), between(19, 20, everything), between(15, 18, everything)),
  ...each(['Size', 'Flatten'], at(13, everything)),
  ...each(['Identity'], at(19, everything), between(14, 18, everything)),
  ...each(['If'], at(19, everything), between(13, 18, everything)),
  ...each(['Loop'], at(19, everything), between(13, 18, everything)),
  ...each(['Scan'], at(19, everything), between(16, 18, everything)),
  ...each(['Conv'], at(22, bfloats), between(11, 21, floats)),
  ...each(['ConvTranspose'], at(11, floats)),
  ...each(['AveragePool'], at(22, bfloats), between(19, 21, floats), between(11, 18, floats)),
  ...each(['GlobalAveragePool', 'GlobalMaxPool'], at(1, floats)),
  ...each(['MaxPool'], at(12, [...floats, 'int8', 'uint8'])),
  ...each(['LayerNormalization'], at(17, bfloats)),
  ...each(['RMSNormalization'], at(23, bfloats)),
  ...each(['BatchNormalization'], at(15, floats)),
  ...each(['InstanceNormalization'], at(6, floats)),
  ...each(['Attention'], at(24, ['bfloat16', 'float16', 'float32']), between(23, 23, ['bfloat16', 'float16', 'float32'])),
  ...each(['RotaryEmbedding'], at(23, ['bfloat16', 'float16', 'float32'])),
  ...each(['LSTM', 'GRU', 'RNN'], between(7, 13, floats), at(14, floats)),
  ...each(['Dropout'], at(13, bfloats)),
};
