/** What every layer refuses, by which error, which says what is wrong. */
import { InvalidAttributeError, InvalidRngError, MergeParamError, ModifyScopeVariableError, ScopeParamShapeError, type Module } from '@flaxon/core';
import * as layers from '@flaxon/layers';
import { ArgumentError, DtypeError, ones, random, ShapeError, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { layerNames } from './classes.js';

/** A class of errors, whose constructor may be private. */
interface ErrorClass {
  readonly prototype: Error;
}

/** What is refused, how it is tried, the error and what its message says. */
type Refusal = readonly [what: string, attempt: () => unknown, error: ErrorClass, message: RegExp];

type Callable = Module & { call(...args: never[]): unknown };

const key = random.key(0);
const x = (...shape: number[]): Tensor => ones(shape);

const init = (layer: Module, ...args: unknown[]) => (): unknown => (layer as Callable).init({ params: key, dropout: key }, args as never[]);

/** Parameters that are made for one input, with another one. */
const applyOther = (layer: Module, seen: readonly unknown[], other: readonly unknown[]) => (): unknown => {
  const variables = (layer as Callable).init({ params: key, dropout: key }, seen as never[]);
  return (layer as Callable).apply(variables, other as never[]);
};

const updateSite = (layer: Module, ...args: unknown[]) => (): unknown => (layer as Callable).init(key, args as never, { method: 'updateSite' as never });

const otherKernel = (layer: Module, seen: Tensor, other: Tensor): Refusal => ['an input of another width than its kernel', applyOther(layer, [seen], [other]), ScopeParamShapeError, /"kernel".*should have shape .* but the one that was passed has shape/];
const noAxis = (layer: Module): Refusal => ['an input without axes', init(layer, x()), ShapeError, /the input needs/];
const attribute = (what: string, make: () => unknown, message: RegExp): Refusal => [what, make, InvalidAttributeError, message];

const convolution = (Layer: typeof layers.Conv | typeof layers.ConvLocal | typeof layers.ConvTranspose): readonly Refusal[] => [
  ['an input with too few axes', init(new Layer({ features: 2, kernelSize: [3, 3] }), x(3, 2)), ShapeError, /needs 2 spatial axes/],
  otherKernel(new Layer({ features: 2, kernelSize: [3] }), x(1, 5, 3), x(1, 5, 4)),
  ['a mask of another shape than the kernel', init(new Layer({ features: 2, kernelSize: [3], mask: x(2, 2) }), x(1, 5, 4)), ShapeError, /`mask` must have the shape of the kernel/],
  ['strides for more axes than it has', init(new Layer({ features: 2, kernelSize: [3], strides: [1, 1] }), x(1, 5, 4)), ArgumentError, /`strides` must be one number, or one for each of the 1 axes/],
  ['padding for more axes than it has', init(new Layer({ features: 2, kernelSize: [3], padding: [[1, 1], [0, 0]] }), x(1, 5, 4)), ArgumentError, /`padding` must have one entry for each of the 1 axes/],
  attribute('strides of 0', () => new Layer({ features: 2, kernelSize: [3], strides: 0 }), /`strides`/),
  attribute('an empty kernel', () => new Layer({ features: 2, kernelSize: [0] }), /`kernelSize.0`/),
];

const normalization = (Layer: typeof layers.LayerNorm | typeof layers.RMSNorm): readonly Refusal[] => [
  noAxis(new Layer()),
  ['an input of another width than its scale', applyOther(new Layer(), [x(3, 2)], [x(3, 5)]), ScopeParamShapeError, /"scale".*should have shape \(5,\)/],
  ['an axis that is not there', init(new Layer({ reductionAxes: 4 }), x(3, 2)), ArgumentError, /`reductionAxes` must be from -2 to 1/],
  attribute('a negative epsilon', () => new Layer({ epsilon: -1 }), /`epsilon`/),
];

const attention = (Layer: typeof layers.MultiHeadDotProductAttention): readonly Refusal[] => [
  ['heads that do not divide the features', init(new Layer({ numHeads: 3 }), x(1, 2, 4)), ArgumentError, /4 is no multiple of 3/],
  ['an input without a length', init(new Layer({ numHeads: 2 }), x(4)), ShapeError, /must be \(batch\.\.\., length, features\)/],
  ['an input of another width than its kernels', applyOther(new Layer({ numHeads: 2 }), [x(1, 2, 4)], [x(1, 2, 6)]), ScopeParamShapeError, /"kernel" in "\/query"/],
  ['a mask that does not fit', init(new Layer({ numHeads: 2 }), x(1, 2, 4), { mask: x(7, 7) }), ShapeError, /`mask` must broadcast to \(batch\.\.\., heads, queries, keys\)/],
  ['dropout without a word about it', init(new Layer({ numHeads: 2, dropoutRate: 0.5 }), x(1, 2, 4)), MergeParamError, /`deterministic` must be given/],
  attribute('a negative rate', () => new Layer({ numHeads: 2, dropoutRate: -1 }), /`dropoutRate`/),
  attribute('no heads', () => new Layer({ numHeads: 0 }), /`numHeads`/),
];

const crossAttention = (Layer: typeof layers.MultiHeadDotProductAttention): readonly Refusal[] => [
  ...attention(Layer),
  ['values without keys', init(new Layer({ numHeads: 2 }), x(1, 2, 4), null, x(1, 2, 4)), ArgumentError, /`inputsK` must be given where `inputsV` is/],
  ['keys of another batch', init(new Layer({ numHeads: 2 }), x(1, 2, 4), x(3, 2, 4)), ShapeError, /the same batch axes/],
  ['more keys than values', init(new Layer({ numHeads: 2 }), x(1, 2, 4), x(1, 3, 4), x(1, 2, 4)), ShapeError, /as many values as keys/],
];

const denseCell = (cell: layers.RNNCellBase, carry: unknown, wrong: unknown): readonly Refusal[] => [
  ['a carry of another kind', init(cell, wrong, x(2, 3)), ArgumentError, /`carry` must be/],
  ['an input of another width than its kernels', applyOther(cell, [carry, x(2, 3)], [carry, x(2, 5)]), ScopeParamShapeError, /"kernel".*should have shape \(5, 4\)/],
  ['an input without features for the first carry', () => cell.initializeCarry(key, []), ShapeError, /needs an axis of features/],
];
const single = (cell: layers.RNNCellBase): readonly Refusal[] => denseCell(cell, x(2, 4), [x(2, 4), x(2, 4)]);
const pair = (cell: layers.RNNCellBase): readonly Refusal[] => denseCell(cell, [x(2, 4), x(2, 4)], x(2, 4));

const network = (layer: Module, seen: Tensor, other: Tensor): Refusal => ['an input of another width than its kernels', applyOther(layer, [seen], [other]), ScopeParamShapeError, /should have shape/];

const exchange = [[0, 1], [1, 0]];
const rnn = (): layers.RNN => new layers.RNN({ cell: new layers.SimpleCell({ features: 4 }) });
const dense = (): layers.Dense => new layers.Dense({ features: 2 });
const masked = { features: 2, exclusive: true } as const;
const masked1d = { ...masked, kernelSize: 2, kernelDilation: 1 } as const;
const masked2d = { ...masked, kernelSize: [2, 2] as [number, number], kernelDilation: [1, 1] as [number, number] };
const { blocks } = layers.netket;

const refusals: Readonly<Record<string, readonly Refusal[]>> = {
  Dense: [
    noAxis(dense()),
    otherKernel(dense(), x(1, 3), x(1, 4)),
    attribute('a negative width', () => new layers.Dense({ features: -2 }), /`features`/),
    ['to compute in integers', init(new layers.Dense({ features: 2, dtype: 'int32' }), x(1, 3)), DtypeError, /`dtype` must be floating/],
    ['parameters that are integers', init(new layers.Dense({ features: 2, paramDtype: 'int32' }), x(1, 3)), DtypeError, /found int32/],
  ],
  DenseGeneral: [
    ['an axis that is not there', init(new layers.DenseGeneral({ features: 2, axis: 3 }), x(1, 3)), ArgumentError, /`axis` must be from -2 to 1/],
    otherKernel(new layers.DenseGeneral({ features: 2 }), x(1, 3), x(1, 4)),
    ['batch axes that are not the first', init(new layers.DenseGeneral({ features: 2, batchDims: [1] }), x(1, 3, 2)), ArgumentError, /`batchDims` must be consecutive/],
  ],
  Einsum: [
    ['a description without a result', init(new layers.Einsum({ shape: [3, 2], einsumStr: 'ab,bc' }), x(1, 3)), ArgumentError, /`einsumStr` must name an input, a kernel and a result/],
    ['an input of another width than its kernel', init(new layers.Einsum({ shape: [3, 2], einsumStr: 'ab,bc->ac' }), x(1, 4)), ArgumentError, /axis b the sizes 4 and 3/],
    ['an input of another rank', init(new layers.Einsum({ shape: [3, 2], einsumStr: 'ab,bc->ac' }), x(3)), ArgumentError, /which has rank 1/],
  ],
  Embed: [
    ['indices that are no integers', init(new layers.Embed({ numEmbeddings: 3, features: 2 }), x(3)), DtypeError, /must be indices of an integer dtype/],
    ['a query of another width', () => new layers.Embed({ numEmbeddings: 3, features: 2 }).init(key, [x(1, 5)], { method: 'attend' }), ShapeError, /the 2 features of the table/],
  ],
  Conv: [
    ...convolution(layers.Conv),
    ['features that the groups do not divide', init(new layers.Conv({ features: 2, kernelSize: [3], featureGroupCount: 2 }), x(1, 5, 3)), ShapeError, /`featureGroupCount` 2 must divide/],
  ],
  ConvLocal: [
    ...convolution(layers.ConvLocal),
    ['groups', init(new layers.ConvLocal({ features: 2, kernelSize: [3], featureGroupCount: 2 }), x(1, 5, 4)), ArgumentError, /`featureGroupCount` must be 1/],
  ],
  ConvTranspose: convolution(layers.ConvTranspose),
  BatchNorm: [
    ['not to be told which statistics', init(new layers.BatchNorm(), x(3, 2)), MergeParamError, /`useRunningAverage` must be given/],
    ['an input of another width than its scale', applyOther(new layers.BatchNorm({ useRunningAverage: true }), [x(3, 2)], [x(3, 5)]), ScopeParamShapeError, /"scale".*should have shape \(5,\)/],
    ['to keep statistics where it may not', applyOther(new layers.BatchNorm({ useRunningAverage: false }), [x(3, 2)], [x(3, 2)]), ModifyScopeVariableError, /"batch_stats" is immutable/],
    ['an axis that is not there', init(new layers.BatchNorm({ useRunningAverage: true, axis: 3 }), x(3, 2)), ArgumentError, /`axis` must be from -2 to 1/],
    ['a mask that does not fit', init(new layers.BatchNorm({ useRunningAverage: false }), x(3, 2), { mask: ones([4, 4], 'bool') }), ShapeError, /does not broadcast to \(3, 2\)/],
    attribute('a momentum above 1', () => new layers.BatchNorm({ momentum: 2 }), /`momentum`/),
    attribute('a negative epsilon', () => new layers.BatchNorm({ epsilon: -1 }), /`epsilon`/),
  ],
  LayerNorm: normalization(layers.LayerNorm),
  RMSNorm: normalization(layers.RMSNorm),
  GroupNorm: [
    noAxis(new layers.GroupNorm()),
    ['groups that do not divide the channels', init(new layers.GroupNorm({ numGroups: 3 }), x(3, 4)), ArgumentError, /`numGroups` must divide the 4 channels/],
    ['groups by number and by size', init(new layers.GroupNorm({ numGroups: 2, groupSize: 2 }), x(3, 4)), ArgumentError, /precisely one must be a number/],
    ['to leave out the channels', init(new layers.GroupNorm({ numGroups: 2, reductionAxes: [1] }), x(3, 4, 2)), ArgumentError, /must have the last axis/],
  ],
  InstanceNorm: [
    noAxis(new layers.InstanceNorm()),
    ['the first axis as that of features', init(new layers.InstanceNorm({ featureAxes: 0 }), x(3, 4)), ArgumentError, /must not have the first axis/],
  ],
  SpectralNorm: [
    ['not to be told whether to keep statistics', init(new layers.SpectralNorm({ layerInstance: dense() }), x(3, 4)), ArgumentError, /`updateStats` must be given/],
    ['to keep statistics where it may not', applyOther(new layers.SpectralNorm({ layerInstance: dense() }), [x(3, 4), { updateStats: false }], [x(3, 4), { updateStats: true }]), ModifyScopeVariableError, /"batch_stats" is immutable/],
    ['kernels that are no matrices, where it is told so', init(new layers.SpectralNorm({ layerInstance: new layers.Conv({ features: 2, kernelSize: [3] }), errorOnNonMatrix: true }), x(3, 5, 4), { updateStats: false }), ShapeError, /must be a matrix with `errorOnNonMatrix`/],
    attribute('what is no layer', () => new layers.SpectralNorm({ layerInstance: 3 as never }), /expected a module with `call`/),
  ],
  WeightNorm: [
    ['an axis that is not there', init(new layers.WeightNorm({ layerInstance: dense(), featureAxes: 4 }), x(3, 4)), ArgumentError, /`featureAxes` must be from -2 to 1/],
    otherKernel(new layers.WeightNorm({ layerInstance: dense() }), x(3, 4), x(3, 5)),
    attribute('what is no layer', () => new layers.WeightNorm({ layerInstance: 3 as never }), /expected a module with `call`/),
  ],
  Dropout: [
    attribute('a negative rate', () => new layers.Dropout({ rate: -0.1 }), /`rate`/),
    attribute('a rate above 1', () => new layers.Dropout({ rate: 1.1 }), /`rate`/),
    ['not to be told whether to drop', () => new layers.Dropout({ rate: 0.5 }).apply({}, [x(3)]), MergeParamError, /`deterministic` must be given/],
    ['to draw without a key', () => new layers.Dropout({ rate: 0.5, deterministic: false }).apply({}, [x(3)]), InvalidRngError, /needs a random key of the stream "dropout"/],
    ['to share draws along an axis that is not there', init(new layers.Dropout({ rate: 0.5, deterministic: false, broadcastDims: [4] }), x(3)), ArgumentError, /`broadcastDims` must be from -1 to 0/],
  ],
  PReLU: [attribute('a slope that is no number', () => new layers.PReLU({ negativeSlopeInit: 'steep' as never }), /`negativeSlopeInit`/)],
  Sequential: [
    attribute('no layers', () => new layers.Sequential({ layers: [] }), /at least one layer/),
    attribute('a class in place of a layer', () => new layers.Sequential({ layers: [layers.Dense as never] }), /such as `new Dense\(\{ features: 8 \}\)`/),
    network(new layers.Sequential({ layers: [dense()] }), x(1, 3), x(1, 4)),
  ],
  MultiHeadDotProductAttention: [
    ...crossAttention(layers.MultiHeadDotProductAttention),
    ['two queries at a step through its cache', applyOther(new layers.MultiHeadDotProductAttention({ numHeads: 2, decode: true }), [x(1, 5, 4)], [x(1, 2, 4)]), ShapeError, /each call has one query/],
  ],
  MultiHeadAttention: crossAttention(layers.MultiHeadAttention),
  SelfAttention: attention(layers.SelfAttention),
  SimpleCell: single(new layers.SimpleCell({ features: 4 })),
  GRUCell: single(new layers.GRUCell({ features: 4 })),
  MGUCell: single(new layers.MGUCell({ features: 4 })),
  LSTMCell: pair(new layers.LSTMCell({ features: 4 })),
  OptimizedLSTMCell: pair(new layers.OptimizedLSTMCell({ features: 4 })),
  ConvLSTMCell: [
    ['a carry of another kind', init(new layers.ConvLSTMCell({ features: 4, kernelSize: [3] }), x(2, 5, 4), x(2, 5, 3)), ArgumentError, /`carry` must be two tensors/],
    ['a carry of another width', init(new layers.ConvLSTMCell({ features: 4, kernelSize: [3] }), [x(2, 5, 6), x(2, 5, 6)], x(2, 5, 3)), ShapeError, /do not broadcast/],
  ],
  RNN: [
    ['an input without time', init(rnn(), x(3)), ShapeError, /needs an axis of time and 1 of features/],
    network(rnn(), x(2, 3, 4), x(2, 3, 5)),
    ['lengths that are no integers', init(rnn(), x(2, 3, 4), { seqLengths: x(2) }), DtypeError, /`seqLengths` must be of an integer dtype/],
    ['more lengths than sequences', init(rnn(), x(2, 3, 4), { seqLengths: ones([3], 'int32') }), ShapeError, /`seqLengths` must have the batch axes/],
    ['a carry of another batch', init(rnn(), x(2, 3, 4), { initialCarry: x(5, 4) }), ShapeError, /do not broadcast/],
    attribute('what is no cell', () => new layers.RNN({ cell: dense() as never }), /expected a module of class RNNCellBase/),
  ],
  Bidirectional: [
    ['an input without time', init(new layers.Bidirectional({ forwardRnn: rnn(), backwardRnn: rnn() }), x(3)), ShapeError, /needs an axis of time/],
    attribute('what is no network', () => new layers.Bidirectional({ forwardRnn: rnn(), backwardRnn: dense() as never }), /expected a module of class RNN/),
  ],
  MaskedDense1D: [
    ['an input without sites', init(new layers.MaskedDense1D(masked), x(3)), ShapeError, /must be \(batch, sites, in\) or \(sites, in\)/],
    ['more sites than its parameters have', applyOther(new layers.MaskedDense1D(masked), [x(1, 3, 2)], [x(1, 4, 2)]), ScopeParamShapeError, /should have shape \(4, 2\)/],
  ],
  MaskedConv1D: [
    ['an input without sites', init(new layers.MaskedConv1D(masked1d), x(3)), ShapeError, /must be \(batch, sites, in\) or \(sites, in\)/],
    otherKernel(new layers.MaskedConv1D(masked1d), x(1, 3, 2), x(1, 3, 4)),
    ['features that the groups do not divide', init(new layers.MaskedConv1D({ ...masked1d, featureGroupCount: 2 }), x(1, 3, 3)), ShapeError, /must divide/],
    ['a kernel that sees nothing', init(new layers.MaskedConv1D({ ...masked1d, kernelSize: 1 }), x(1, 3, 2)), ArgumentError, /must be at least 2/],
  ],
  MaskedConv2D: [
    ['an input without sites', init(new layers.MaskedConv2D(masked2d), x(3)), ShapeError, /must be \(batch, height, width, in\)/],
    otherKernel(new layers.MaskedConv2D(masked2d), x(1, 3, 3, 2), x(1, 3, 3, 4)),
  ],
  FastMaskedDense1D: [['a site that is not there', updateSite(new layers.FastMaskedDense1D({ ...masked, size: 3 }), x(1, 2), 5), ArgumentError, /`index` must be a site, from 0 to 2/]],
  FastMaskedConv1D: [['a site that is not there', updateSite(new layers.FastMaskedConv1D(masked1d), x(1, 2), -1), ArgumentError, /`index` must be a site/]],
  FastMaskedConv2D: [['a site that is not there', updateSite(new layers.FastMaskedConv2D({ ...masked2d, L: 2 }), x(1, 2), 9), ArgumentError, /`index` must be a site, from 0 to 3/]],
  DenseSymm: [
    ['an input without features', init(new layers.DenseSymm({ symmetries: exchange, features: 2 }), x(1, 2)), layers.SymmModuleInvalidInputShape, /of rank 3 or more/],
    ['sites that the symmetries do not have', init(new layers.DenseSymm({ symmetries: exchange, features: 2 }), x(1, 1, 3)), ShapeError, /the 2 places of the symmetries/],
    ['what is no permutation', init(new layers.DenseSymm({ symmetries: [[0, 5]], features: 2 }), x(1, 1, 2)), ArgumentError, /indices from 0 to 1/],
  ],
  DenseEquivariant: [
    ['an input without features', init(new layers.DenseEquivariant({ symmetries: exchange, features: 2 }), x(2)), ShapeError, /must be \(batch\.\.\., features, symmetries\)/],
    ['symmetries that the group does not have', init(new layers.DenseEquivariant({ symmetries: exchange, features: 2 }), x(1, 1, 3)), ShapeError, /the 2 places of the symmetries/],
  ],
  'netket.Dense': [noAxis(new layers.netket.Dense({ features: 2 })), otherKernel(new layers.netket.Dense({ features: 2 }), x(1, 3), x(1, 4))],
  'netket.DenseGeneral': [['batch axes that are not the first', init(new layers.netket.DenseGeneral({ features: 2, batchDims: [1] }), x(1, 3)), ArgumentError, /`batchDims` must be consecutive/]],
  'netket.Conv': [['an input with too few axes', init(new layers.netket.Conv({ features: 2, kernelSize: [3, 3] }), x(1, 3)), ShapeError, /needs 2 spatial axes/]],
  'netket.ConvTranspose': [['an input with too few axes', init(new layers.netket.ConvTranspose({ features: 2, kernelSize: [3, 3] }), x(1, 3)), ShapeError, /needs 2 spatial axes/]],
  'netket.blocks.MLP': [
    ['widths twice', init(new blocks.MLP({ hiddenDims: [2], hiddenDimsAlpha: [1] }), x(1, 3)), ArgumentError, /must not be given together/],
    ['more activations than layers', init(new blocks.MLP({ hiddenDims: [2], hiddenActivations: [null, null] }), x(1, 3)), ArgumentError, /must be as many as hidden layers/],
    network(new blocks.MLP({ hiddenDims: [2] }), x(1, 3), x(1, 4)),
  ],
  'netket.blocks.DeepSetMLP': [['an input without elements', init(new blocks.DeepSetMLP({ featuresPhi: [2], featuresRho: [2] }), x(3)), ShapeError, /must be \(\.\.\., N, features\)/]],
  PotentialMLP: [
    ['points of rank 3', init(new layers.PotentialMLP({ dimHidden: [2] }), x(1, 2, 3)), ShapeError, /must be \(n, d\) or \(d\)/],
    network(new layers.PotentialMLP({ dimHidden: [2] }), x(1, 3), x(1, 4)),
  ],
  PositiveDense: [
    noAxis(new layers.PositiveDense({ dimHidden: 2 })),
    otherKernel(new layers.PositiveDense({ dimHidden: 2 }), x(1, 3), x(1, 4)),
    attribute('a negative width', () => new layers.PositiveDense({ dimHidden: -2 }), /`dimHidden`/),
  ],
  PosDefPotentials: [
    noAxis(new layers.PosDefPotentials({ numPotentials: 2 })),
    ['an input of another width than its kernels', applyOther(new layers.PosDefPotentials({ numPotentials: 2 }), [x(1, 3)], [x(1, 4)]), ScopeParamShapeError, /"diag_kernel".*should have shape \(4, 2\)/],
    attribute('a negative rank', () => new layers.PosDefPotentials({ numPotentials: 2, rank: -1 }), /`rank`/),
  ],
  ICNN: [
    ['points of another dimension', init(new layers.ICNN({ dimData: 2, dimHidden: [3] }), x(1, 4)), ShapeError, /the dimension `dimData`, 2/],
    ['points of rank 3', init(new layers.ICNN({ dimData: 2, dimHidden: [3] }), x(1, 3, 2)), ShapeError, /must be \(n, d\) or \(d\)/],
    attribute('no widths', () => new layers.ICNN({ dimData: 2, dimHidden: [] }), /at least one width/),
  ],
  'ott.MLP': [network(new layers.ott.MLP({ dimHidden: [2] }), x(1, 3), x(1, 4)), attribute('no widths', () => new layers.ott.MLP({ dimHidden: [] }), /at least one width/)],
  VelocityField: [
    ['times that are no column', init(new layers.VelocityField({ hiddenDims: [2], outputDims: [2] }), x(3), x(3, 2)), ShapeError, /the times must be \(\.\.\., 1\)/],
    ['as many times as points that are not as many', init(new layers.VelocityField({ hiddenDims: [2], outputDims: [2] }), x(3, 1), x(2, 2)), ShapeError, /shapes must be equal but for axis 1/],
  ],
};

it('every layer that the package exports refuses something', () => {
  expect(Object.keys(refusals).sort()).toEqual(layerNames);
});

describe.each(Object.entries(refusals))('%s refuses', (_, rows) => {
  it.each(rows)('%s', (_what, attempt, error, message) => {
    expect(attempt).toThrow(error);
    expect(attempt).toThrow(message);
  });
});
