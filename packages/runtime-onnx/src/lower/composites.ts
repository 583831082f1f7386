/**
 * Composites that have an operator of their own. A rule gives undefined where the operator cannot be used (no kernel for the
 * dtype, opset too old, several axes); the composite's decomposition is lowered then.
 */
import type { CallAttribute, EquationOf } from '@flaxon/tensor';
import { abs, add, div, elementwise, exp, log, neg, scalar, sub, unary, withNumber } from '../emit/arithmetic.js';
import { assumedElements, cheaper } from '../cost/cost-table.js';
import { reduce, reshape } from '../emit/layout.js';
import type { GraphBuilder } from '../graph/builder.js';
import { type Attributes, float, int, text, type Value } from '../graph/graph.js';
import type { LoweringContext } from './context.js';
import { attentionOperator } from './fused-attention.js';
import { normalizationOperator } from './fused-normalization.js';
import { averagePoolOperator } from './fused-pooling.js';
import { hasKernel, type KernelName } from './kernel-support.js';
import { aligned, lazyAxes, type Lowered, materializeAxes } from './lowered.js';
import { topK } from './top-k.js';
import { log1pOfFraction } from './transcendental/exponential.js';

export type CompositeLowering = (context: LoweringContext, equation: EquationOf<'call'>, inputs: readonly Lowered[]) => readonly Lowered[] | undefined;

type CallAttributes = Readonly<Record<string, CallAttribute>>;

/** An elementwise operator, where there is a kernel. */
function operator(kernel: KernelName, op: string, attributes: (given: CallAttributes) => Attributes = () => ({})): CompositeLowering {
  return ({ builder }, { params, outputs }, [x]) => {
    if (!hasKernel(kernel, x!.value.dtype, builder.opset)) return undefined;
    return [{ value: unary(builder, op, x!.value, attributes(params.attributes)), shape: outputs[0]!.shape }];
  };
}

/** `Gelu` came with opset 20. Its tanh form is exact to 5e-9 only in float64 (measured), so that dtype is decomposed. */
const gelu: CompositeLowering = (context, equation, inputs) => {
  if (context.options.opset < 20 || inputs[0]!.value.dtype !== 'float32') return undefined;
  const isTanh = equation.params.attributes.approximate === true;
  return operator('GeluTanh', 'Gelu', () => (isTanh ? { approximate: text('tanh') } : {}))(context, equation, inputs);
};

/**
 * max(x, 0) + alpha expm1(min(x, 0)) where there is no operator. exp(y) - 1 = 2 t / (1 - t) with t = tanh(y / 2), which cancels
 * nothing for y <= 0.
 */
const elu: CompositeLowering = (context, equation, inputs) => {
  const alpha = Number(equation.params.attributes.alpha);
  const native = operator('Elu', 'Elu', () => ({ alpha: float(alpha) }))(context, equation, inputs);
  if (native) return native;
  const b = context.builder;
  const { value } = inputs[0]!;
  const t = unary(b, 'Tanh', withNumber(b, 'Mul', withNumber(b, 'Min', value, 0), 0.5));
  const falling = div(b, withNumber(b, 'Mul', t, 2 * alpha), sub(b, scalar(b, value.dtype, 1), t));
  return [{ value: add(b, unary(b, 'Relu', value), falling), shape: equation.outputs[0]!.shape }];
};

/** max(x, slope x) where the slope is from 0 to 1 and there is no operator. */
const leakyRelu: CompositeLowering = (context, equation, inputs) => {
  const slope = Number(equation.params.attributes.negativeSlope);
  const native = operator('LeakyRelu', 'LeakyRelu', () => ({ alpha: float(slope) }))(context, equation, inputs);
  if (native || !(slope > 0 && slope <= 1)) return native;
  const b = context.builder;
  const { value } = inputs[0]!;
  return [{ value: elementwise(b, 'Max', [value, withNumber(b, 'Mul', value, slope)]), shape: equation.outputs[0]!.shape }];
};

/**
 * Where every reader adds softplus up with other numbers, absolute accuracy is enough: 5.9e-7 by max(x, 0) - log(sigmoid(|x|))
 * in float32 against 4.8e-7 of the operator, at a fifth of its time (100 against 459 us for 512 x 64).
 */
const additive: ReadonlySet<string> = new Set(['dot', 'conv', 'add', 'sub', 'reduceSum']);

function isOnlyAdded(context: LoweringContext, equation: EquationOf<'call'>): boolean {
  const uses = context.usesOf(equation.outputs[0]!);
  return uses.length > 0 && uses.every((use) => use !== 'output' && additive.has(use.primitive));
}

/**
 * sigmoid(|x|) is the larger of sigmoid(x) and 1 - sigmoid(x): where the derivative needs sigmoid(x) anyway, one operator is
 * cheaper.
 */
function absoluteSoftplus(b: GraphBuilder, x: Value, sharesSigmoid: boolean): Value {
  const rising = sharesSigmoid ? unary(b, 'Sigmoid', x) : unary(b, 'Sigmoid', abs(b, x));
  const larger = sharesSigmoid ? elementwise(b, 'Max', [rising, sub(b, scalar(b, x.dtype, 1), rising)]) : rising;
  return sub(b, unary(b, 'Relu', x), log(b, larger));
}

const relativeSoftplus = (b: GraphBuilder, x: Value): Value => add(b, unary(b, 'Relu', x), log1pOfFraction(b, exp(b, neg(b, abs(b, x)))));

/** The operator, which is as accurate in absolute terms, is the cheaper one for small arrays: a node is a node. */
function cheapSoftplus(b: GraphBuilder, x: Value, sharesSigmoid: boolean): Value {
  const work = { dtype: x.dtype, elements: assumedElements(x.shape) };
  const decomposition = sharesSigmoid ? ['Sub', 'Max', 'Relu', 'Log', 'Sub'] : ['Abs', 'Sigmoid', 'Relu', 'Log', 'Sub'];
  const choice = cheaper(b.device, work, [{ name: 'decomposition', operators: decomposition }, { name: 'operator', operators: ['Softplus'] }]);
  return choice.name === 'operator' ? unary(b, 'Softplus', x) : absoluteSoftplus(b, x, sharesSigmoid);
}

const softplus: CompositeLowering = (context, equation, [x]) => {
  const { builder: b } = context;
  const [operand] = equation.inputs;
  const isCheap = x!.value.dtype === 'float32' && isOnlyAdded(context, equation);
  const sharesSigmoid = operand?.kind === 'variable' && context.usesOf(operand).some((use) => use !== 'output' && use.primitive === 'sigmoid');
  const value = isCheap ? cheapSoftplus(b, x!.value, sharesSigmoid) : relativeSoftplus(b, x!.value);
  return [{ value, shape: equation.outputs[0]!.shape }];
};

const axesOf = (equation: EquationOf<'call'>, rank: number): number[] => (equation.params.attributes.axes as readonly number[]).map((axis) => axis + rank);

/** Along one axis. */
const normalizer = (op: 'Softmax' | 'LogSoftmax'): CompositeLowering => ({ builder: b }, equation, [x]) => {
  const [axis, ...others] = axesOf(equation, x!.shape.length);
  if (axis === undefined || others.length > 0 || !hasKernel(op, x!.value.dtype)) return undefined;
  const value = materializeAxes(b, x!, [axis]);
  return [{ value: unary(b, op, value, axis === value.shape.length - 1 ? {} : { axis: int(axis) }), shape: x!.shape }];
};

const logSumExp: CompositeLowering = ({ builder: b }, equation, [x]) => {
  const axes = axesOf(equation, x!.shape.length);
  if (!hasKernel('ReduceLogSumExp', x!.value.dtype) || axes.some((axis) => x!.shape[axis] === 0)) return undefined;
  const value = reduce(b, 'ReduceLogSumExp', materializeAxes(b, x!, axes), axes, equation.params.attributes.keepDims === true);
  return [{ value, shape: equation.outputs[0]!.shape }];
};

/** Along axes on which the operand is only broadcast, the mean is the operand. */
const mean: CompositeLowering = ({ builder: b }, equation, [x]) => {
  const axes = axesOf(equation, x!.shape.length);
  if (!hasKernel('ReduceMean', x!.value.dtype) || axes.some((axis) => x!.shape[axis] === 0)) return undefined;
  const lazy = lazyAxes(x!);
  const real = axes.filter((axis) => !lazy[axis]);
  const keepDims = equation.params.attributes.keepDims === true;
  const reduced = reduce(b, 'ReduceMean', aligned(b, x!), real, keepDims || real.length < axes.length);
  const isDone = keepDims || real.length === axes.length;
  const value = isDone ? reduced : reshape(b, reduced, reduced.shape.filter((_, axis) => !axes.includes(axis)));
  return [{ value, shape: equation.outputs[0]!.shape }];
};

const composites: Readonly<Record<string, CompositeLowering>> = {
  relu: operator('Relu', 'Relu'),
  softplus,
  gelu,
  elu,
  leakyRelu,
  softmax: normalizer('Softmax'),
  logSoftmax: normalizer('LogSoftmax'),
  logsumexp: logSumExp,
  avgPool: averagePoolOperator,
  mean,
  topK,
  attention: attentionOperator,
  layerNorm: normalizationOperator('LayerNormalization'),
  rmsNorm: normalizationOperator('RMSNormalization'),
};

/** Whether the library made the composite: a name that an author gave to a derivative of his own means nothing here. */
export function fusedComposite(context: LoweringContext, equation: EquationOf<'call'>, inputs: readonly Lowered[]): readonly Lowered[] | undefined {
  const rule = Object.hasOwn(composites, equation.params.name) ? composites[equation.params.name] : undefined;
  return rule?.(context, equation, inputs);
}

export const hasFusedComposite = (name: string): boolean => Object.hasOwn(composites, name);
