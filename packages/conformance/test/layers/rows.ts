/** One row for each layer and function: how it is made and called, and the operators of its graph. */
import type { Module } from '@flaxon/core';
import * as layers from '@flaxon/layers';
import { concatenate, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';

/** A size of an axis, or the name of one that is open. */
export type Size = number | string;

/** What a layer is called with: each tensor of `inputs` stands somewhere in the tree. */
type Arguments = (...inputs: readonly unknown[]) => readonly unknown[];

/** A shape, with a dtype where it is not that of the parameters. */
export type Input = readonly Size[] | { readonly shape: readonly Size[]; readonly dtype: Dtype };

export interface LayerRow {
  /** The layer as it is used after training, with parameters of `dtype`; or a function. */
  readonly make: (dtype: Dtype) => Module | ((...args: never[]) => Tree<Tensor>);
  readonly inputs: (batch: Size) => readonly Input[];
  /** In the order of the inputs, unless it says otherwise. */
  readonly call?: Arguments;
  /** The operators of the graph in float32, in order. */
  readonly operators: string;
}

const { blocks } = layers.netket;

/** The shape of a batch of `rest`. */
const batchOf = (...rest: readonly Size[]) => (batch: Size): readonly Input[] => [[batch, ...rest]];

const cycle = [[0, 1, 2, 3], [1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]];

const cell = { inputs: (batch: Size) => [[batch, 4], [batch, 3]] as const };
const lstm = {
  inputs: (batch: Size) => [[batch, 4], [batch, 4], [batch, 3]] as const,
  call: (c: unknown, h: unknown, x: unknown) => [[c, h], x],
};

export const layerRows: Readonly<Record<string, LayerRow>> = {
  Dense: { make: (paramDtype) => new layers.Dense({ features: 4, paramDtype }), inputs: batchOf(3), operators: 'Gemm' },
  DenseGeneral: { make: (paramDtype) => new layers.DenseGeneral({ features: [2, 3], axis: [-2, -1], paramDtype }), inputs: batchOf(3, 4), operators: 'Reshape Gemm Reshape' },
  Einsum: { make: (paramDtype) => new layers.Einsum({ shape: [3, 4, 5], einsumStr: 'abc,bcd->ad', paramDtype }), inputs: batchOf(3, 4), operators: 'Reshape Gemm' },
  Embed: { make: (paramDtype) => new layers.Embed({ numEmbeddings: 5, features: 3, paramDtype }), inputs: (batch) => [{ shape: [batch, 4], dtype: 'int32' }], operators: 'Less Add Where GreaterOrEqual Less And Clip Gather Reshape Where' },
  Conv: { make: (paramDtype) => new layers.Conv({ features: 4, kernelSize: [3, 3], paramDtype }), inputs: batchOf(6, 5, 3), operators: 'Transpose Conv Transpose' },
  ConvLocal: { make: (paramDtype) => new layers.ConvLocal({ features: 4, kernelSize: [3], paramDtype }), inputs: batchOf(6, 3), operators: 'Transpose Conv Transpose MatMul Add Transpose' },
  ConvTranspose: { make: (paramDtype) => new layers.ConvTranspose({ features: 4, kernelSize: [3], strides: [2], paramDtype }), inputs: batchOf(6, 3), operators: 'Transpose ConvTranspose Transpose' },
  BatchNorm: { make: (paramDtype) => new layers.BatchNorm({ useRunningAverage: true, paramDtype }), inputs: batchOf(5, 3), operators: 'Sub Mul Add' },
  LayerNorm: { make: (paramDtype) => new layers.LayerNorm({ paramDtype }), inputs: batchOf(5, 3), operators: 'LayerNormalization' },
  RMSNorm: { make: (paramDtype) => new layers.RMSNorm({ paramDtype }), inputs: batchOf(5, 3), operators: 'RMSNormalization' },
  GroupNorm: { make: (paramDtype) => new layers.GroupNorm({ numGroups: 2, paramDtype }), inputs: batchOf(5, 4), operators: 'Reshape ReduceMean Mul ReduceMean Mul Sub Max Add Sqrt Div Reshape Reshape Sub Mul Mul Add Reshape' },
  InstanceNorm: { make: (paramDtype) => new layers.InstanceNorm({ paramDtype }), inputs: batchOf(5, 3), operators: 'ReduceMean Mul ReduceMean Mul Sub Max Add Sqrt Div Reshape Sub Mul Reshape Mul Add' },
  SpectralNorm: {
    make: (paramDtype) => new layers.SpectralNorm({ layerInstance: new layers.Dense({ features: 4, paramDtype }), paramDtype }),
    inputs: batchOf(3),
    call: (x) => [x, { updateStats: false }],
    operators: 'Gemm',
  },
  WeightNorm: { make: (paramDtype) => new layers.WeightNorm({ layerInstance: new layers.Dense({ features: 4, paramDtype }), paramDtype }), inputs: batchOf(3), operators: 'Gemm' },
  Dropout: { make: () => new layers.Dropout({ rate: 0.5, deterministic: true }), inputs: batchOf(3), operators: 'Identity' },
  PReLU: { make: (paramDtype) => new layers.PReLU({ paramDtype }), inputs: batchOf(3), operators: 'GreaterOrEqual Mul Where' },
  Sequential: {
    make: (paramDtype) => new layers.Sequential({ layers: [new layers.Dense({ features: 4, paramDtype }), layers.relu, new layers.Dense({ features: 2, paramDtype })] }),
    inputs: batchOf(3),
    operators: 'Gemm Relu Gemm',
  },
  MultiHeadDotProductAttention: { make: (paramDtype) => new layers.MultiHeadDotProductAttention({ numHeads: 2, paramDtype }), inputs: batchOf(5, 4), operators: 'Reshape Gemm Reshape Gemm Reshape Gemm Reshape Attention Reshape Gemm Reshape' },
  MultiHeadAttention: { make: (paramDtype) => new layers.MultiHeadAttention({ numHeads: 2, paramDtype }), inputs: (batch) => [[batch, 5, 4], [batch, 3, 6]], operators: 'Reshape Gemm Reshape Reshape Gemm Reshape Gemm Reshape Attention Reshape Gemm Reshape' },
  SelfAttention: { make: (paramDtype) => new layers.SelfAttention({ numHeads: 2, normalizeQk: true, paramDtype }), inputs: batchOf(5, 4), operators: 'Reshape Gemm Reshape Gemm Reshape Gemm Reshape LayerNormalization LayerNormalization Reshape Reshape Attention Reshape Gemm Reshape' },
  SimpleCell: { make: (paramDtype) => new layers.SimpleCell({ features: 4, paramDtype }), ...cell, operators: 'Gemm Gemm Tanh Identity' },
  GRUCell: { make: (paramDtype) => new layers.GRUCell({ features: 4, paramDtype }), ...cell, operators: 'Gemm Gemm Sigmoid Gemm Gemm Sigmoid Gemm Gemm Mul Add Tanh Sub Mul Mul Add Identity' },
  MGUCell: { make: (paramDtype) => new layers.MGUCell({ features: 4, paramDtype }), ...cell, operators: 'Gemm Gemm Sigmoid Gemm Gemm Mul Add Tanh Sub Mul Mul Add Identity' },
  LSTMCell: { make: (paramDtype) => new layers.LSTMCell({ features: 4, paramDtype }), ...lstm, operators: 'Gemm Gemm Gemm Gemm Gemm Gemm Gemm Gemm Sigmoid Mul Sigmoid Tanh Mul Add Sigmoid Tanh Mul Identity' },
  OptimizedLSTMCell: { make: (paramDtype) => new layers.OptimizedLSTMCell({ features: 4, paramDtype }), ...lstm, operators: 'Gemm Gemm Split Sigmoid Mul Sigmoid Tanh Mul Add Sigmoid Tanh Mul Identity' },
  ConvLSTMCell: {
    make: (paramDtype) => new layers.ConvLSTMCell({ features: 4, kernelSize: [3], paramDtype }),
    inputs: (batch) => [[batch, 6, 4], [batch, 6, 4], [batch, 6, 3]],
    call: (c, h, x) => [[c, h], x],
    operators: 'Transpose Conv Transpose Conv Add Transpose Split Add Sigmoid Mul Sigmoid Tanh Mul Add Sigmoid Tanh Mul Identity',
  },
  RNN: { make: (paramDtype) => new layers.RNN({ cell: new layers.MGUCell({ features: 4, paramDtype }) }), inputs: batchOf(5, 3), operators: 'Transpose GRU Reshape Transpose' },
  Bidirectional: {
    make: (paramDtype) =>
      new layers.Bidirectional({
        forwardRnn: new layers.RNN({ cell: new layers.MGUCell({ features: 4, paramDtype }) }),
        backwardRnn: new layers.RNN({ cell: new layers.MGUCell({ features: 4, paramDtype }) }),
      }),
    inputs: batchOf(5, 3),
    operators: 'Transpose GRU Transpose Reshape',
  },
  MaskedDense1D: { make: (paramDtype) => new layers.MaskedDense1D({ features: 4, exclusive: true, paramDtype }), inputs: batchOf(5, 2), operators: 'Reshape Gemm Reshape' },
  MaskedConv1D: { make: (paramDtype) => new layers.MaskedConv1D({ features: 4, kernelSize: 3, kernelDilation: 1, exclusive: true, paramDtype }), inputs: batchOf(5, 2), operators: 'Transpose Slice Conv Transpose' },
  MaskedConv2D: { make: (paramDtype) => new layers.MaskedConv2D({ features: 4, kernelSize: [2, 3], kernelDilation: [1, 1], exclusive: false, paramDtype }), inputs: batchOf(4, 4, 2), operators: 'Transpose Conv Transpose' },
  FastMaskedDense1D: { make: (paramDtype) => new layers.FastMaskedDense1D({ size: 5, features: 4, exclusive: false, paramDtype }), inputs: batchOf(5, 2), operators: 'Reshape Gemm Reshape' },
  FastMaskedConv1D: { make: (paramDtype) => new layers.FastMaskedConv1D({ features: 4, kernelSize: 3, kernelDilation: 1, exclusive: false, paramDtype }), inputs: batchOf(5, 2), operators: 'Transpose Conv Transpose' },
  FastMaskedConv2D: { make: (paramDtype) => new layers.FastMaskedConv2D({ L: 4, features: 4, kernelSize: [2, 3], kernelDilation: [1, 1], exclusive: true, paramDtype }), inputs: batchOf(4, 4, 2), operators: 'Transpose Conv Transpose' },
  DenseSymm: { make: (paramDtype) => new layers.DenseSymm({ symmetries: cycle, features: 3, paramDtype }), inputs: batchOf(2, 4), operators: 'Reshape Gemm Reshape' },
  DenseEquivariant: { make: (paramDtype) => new layers.DenseEquivariant({ symmetries: layers.productTable(cycle), features: 3, paramDtype }), inputs: batchOf(2, 4), operators: 'Reshape Gemm Reshape' },
  'netket.Dense': { make: (dtype) => new layers.netket.Dense({ features: 4, dtype }), inputs: batchOf(3), operators: 'Gemm' },
  'netket.DenseGeneral': { make: (dtype) => new layers.netket.DenseGeneral({ features: 4, dtype }), inputs: batchOf(3), operators: 'Gemm' },
  'netket.Conv': { make: (dtype) => new layers.netket.Conv({ features: 4, kernelSize: [3], dtype }), inputs: batchOf(6, 3), operators: 'Transpose Conv Transpose' },
  'netket.ConvTranspose': { make: (dtype) => new layers.netket.ConvTranspose({ features: 4, kernelSize: [3], dtype }), inputs: batchOf(6, 3), operators: 'Transpose Conv Transpose' },
  'netket.blocks.MLP': { make: (paramDtype) => new blocks.MLP({ hiddenDims: [4], paramDtype }), inputs: batchOf(3), operators: 'Gemm Gelu Gemm' },
  'netket.blocks.DeepSetMLP': { make: (paramDtype) => new blocks.DeepSetMLP({ featuresPhi: [4], featuresRho: [2], paramDtype }), inputs: batchOf(5, 3), operators: 'Reshape Gemm Gelu Reshape ReduceSum Gemm' },
  PotentialMLP: { make: (paramDtype) => new layers.PotentialMLP({ dimHidden: [4], paramDtype }), inputs: batchOf(2), operators: 'Gemm LeakyRelu Gemm Reshape Mul ReduceSum Mul Add' },
  PositiveDense: { make: (paramDtype) => new layers.PositiveDense({ dimHidden: 4, paramDtype }), inputs: batchOf(3), operators: 'Gemm' },
  PosDefPotentials: { make: (paramDtype) => new layers.PosDefPotentials({ numPotentials: 3, rank: 2, paramDtype }), inputs: batchOf(2), operators: 'Mul ReduceSum Mul Gemm Mul Reshape ReduceSum Mul Add Gemm Add' },
  ICNN: { make: (paramDtype) => new layers.ICNN({ dimData: 2, dimHidden: [4], paramDtype }), inputs: batchOf(2), operators: 'Mul ReduceSum Mul Gemm Mul Mul Add Gemm Add Relu Gemm Mul Mul Add Gemm Add Gemm Relu Mul ReduceSum Mul Mul Mul Add Gemm Add Add Reshape' },
  'ott.MLP': { make: (paramDtype) => new layers.ott.MLP({ dimHidden: [4, 2], paramDtype }), inputs: batchOf(3), operators: 'Gemm Elu Gemm' },
  VelocityField: {
    make: (paramDtype) => new layers.VelocityField({ hiddenDims: [4], outputDims: [2], timeEncoder: (t: Tensor) => concatenate([t, t], -1), paramDtype }),
    inputs: (batch) => [[batch, 1], [batch, 2]],
    call: (t, x) => [t, x, null, { deterministic: true }],
    operators: 'Concat Gemm Sigmoid Mul Gemm Sigmoid Mul Concat Gemm',
  },
};

const sequences = (batch: Size): readonly Input[] => [[batch, 5, 2, 3], [batch, 4, 2, 3], [batch, 4, 2, 3]];

/** The functions of the package, but for activations, each of which is an operation of its own. */
export const functionRows: Readonly<Record<string, LayerRow>> = {
  avgPool: { make: () => (x: Tensor) => layers.avgPool(x, { windowShape: [2, 2], strides: [2, 2] }), inputs: batchOf(6, 4, 3), operators: 'Transpose AveragePool Transpose' },
  maxPool: { make: () => (x: Tensor) => layers.maxPool(x, { windowShape: [2, 2], strides: [2, 2] }), inputs: batchOf(6, 4, 3), operators: 'Reshape ReduceMax IsNaN ReduceMax Where' },
  minPool: { make: () => (x: Tensor) => layers.minPool(x, { windowShape: [2, 2], strides: [2, 2] }), inputs: batchOf(6, 4, 3), operators: 'Reshape ReduceMin IsNaN ReduceMax Where' },
  pool: { make: () => (x: Tensor) => layers.pool(x, 0, 'sum', { windowShape: [3], padding: 'SAME' }), inputs: batchOf(6, 3), operators: 'Transpose AveragePool Mul Transpose' },
  dotProductAttention: { make: () => (q: Tensor, k: Tensor, v: Tensor) => layers.dotProductAttention(q, k, v), inputs: sequences, operators: 'Reshape Reshape Reshape Attention Reshape' },
  dotProductAttentionWeights: { make: () => (q: Tensor, k: Tensor) => layers.dotProductAttentionWeights(q, k), inputs: (batch) => sequences(batch).slice(0, 2), operators: 'Div Transpose Transpose MatMul Softmax' },
  makeAttentionMask: { make: () => (q: Tensor, k: Tensor) => layers.makeAttentionMask(q, k), inputs: (batch) => [[batch, 5], [batch, 4]], operators: 'Reshape Reshape Mul Reshape' },
  makeCausalMask: { make: (dtype) => (x: Tensor) => layers.makeCausalMask(x, { dtype }), inputs: batchOf(5), operators: 'Identity' },
  combineMasks: { make: (dtype) => (a: Tensor, b: Tensor) => layers.combineMasks([a, b], { dtype })!, inputs: (batch) => [[batch, 1, 5, 4], [batch, 1, 5, 4]], operators: 'Cast Cast And Cast' },
  encodeTime: { make: () => (t: Tensor) => layers.encodeTime(t, { numFreqs: 3 }), inputs: batchOf(), operators: 'Reshape Mul Cos Sin Concat' },
  cyclicalTimeEncoder: { make: () => (t: Tensor) => layers.cyclicalTimeEncoder(t, { numFreqs: 3 }), inputs: batchOf(1), operators: 'Mul Cos Sin Concat' },
  BatchApply: { make: () => (x: Tensor) => new layers.BatchApply((rows: Tensor) => layers.softmax(rows)).call(x), inputs: batchOf(2, 3), operators: 'Reshape Softmax Reshape' },
};
