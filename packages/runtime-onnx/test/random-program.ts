/** Functions of tensors made of random steps, each on values that it can take. */
import {
  abs, add, argmax, astype, bind, broadcastShapes, broadcastTo, concatenate, cos, cumsum, type Dtype, div, elu, equal, exp, expandDims, expm1, flip, floor, gelu, greater, integerPow,
  isFloating, leakyRelu, less, log1p, logicalNot, logicalXor, logsumexp, matmul, max, maximum, mean, min, minimum, mul, neg, pad, prod, relu, rem, reshape, round, scalar, scan, sigmoid, sign, silu, sin,
  softmax, softplus, sort, sqrt, squeeze, sub, sum, take, tanh, type Tensor, transpose, where, bitwiseAnd, bitwiseXor, leftShift, rightShift, sliceAxis, dynamicSlice, tensor, variance,
} from '@flaxon/tensor';

/** One step: which operation, and numbers from which it draws its operands and parameters. */
export interface Step {
  readonly operation: number;
  readonly first: number;
  readonly second: number;
  readonly third: number;
}

/** A value so far. */
export interface Known {
  readonly value: Tensor;
  /** How far the executors may be apart. Where it is 0 they have the value bit for bit, so that it may decide something. */
  readonly slack: number;
}

/** What thirty steps may make of the rounding of one, where no value exceeds 4. */
const slackOf = ({ dtype }: Tensor): number => (dtype === 'float32' ? 1e-3 : dtype === 'float64' ? 1e-10 : 0);
const isExact = ({ slack }: Known): boolean => slack === 0;

type Shape = readonly number[];
const shapeOf = (x: Tensor): Shape => x.staticShape();
const pick = <T>(list: readonly T[], number: number): T => list[number % list.length]!;

interface Choice {
  readonly known: readonly Known[];
  readonly step: Step;
}

/** What an operation makes of the values so far; undefined where none fits. */
type Operation = (choice: Choice) => Known | undefined;

const isReal = ({ value }: Known): boolean => value.dtype !== 'bool';
const isFloat = ({ value }: Known): boolean => isFloating(value.dtype);
const isWhole = ({ value }: Known): boolean => value.dtype === 'int32';
const isBool = ({ value }: Known): boolean => value.dtype === 'bool';
const hasElements = ({ value }: Known): boolean => !shapeOf(value).includes(0);
const hasAxis = ({ value }: Known): boolean => value.rank > 0;

function one(choice: Choice, fits: (known: Known) => boolean, apply: (x: Tensor, step: Step) => Tensor, keepsExact: boolean): Known | undefined {
  const candidates = choice.known.filter(fits);
  if (candidates.length === 0) return undefined;
  const { value, slack } = pick(candidates, choice.step.first);
  return { value: apply(value, choice.step), slack: keepsExact ? slack : Math.max(slack, slackOf(value)) };
}

/** On one float; the result is rounded differently on both sides. */
const smooth = (f: (x: Tensor) => Tensor): Operation => (choice) => one(choice, isFloat, f, false);
/** On one value that fits; the result is the same on both sides where the operand is. */
const exactly = (fits: (known: Known) => boolean, f: (x: Tensor, step: Step) => Tensor): Operation => (choice) => one(choice, fits, f, true);
/** On a value that is the same on both sides. */
const deciding = (fits: (known: Known) => boolean, f: (x: Tensor, step: Step) => Tensor): Operation => (choice) => one(choice, (known) => isExact(known) && fits(known), f, true);

/** Two values of one dtype that broadcast. */
const two = (fits: (known: Known) => boolean, f: (x: Tensor, y: Tensor) => Tensor, needsExact = false): Operation => ({ known, step }) => {
  const candidates = known.filter((candidate) => fits(candidate) && (isExact(candidate) || !needsExact));
  if (candidates.length === 0) return undefined;
  const x = pick(candidates, step.first);
  const partners = candidates.filter(({ value }) => value.dtype === x.value.dtype && broadcastShapes([value.shape, x.value.shape]) !== undefined);
  const y = pick(partners, step.second);
  return { value: f(x.value, y.value), slack: Math.max(x.slack, y.slack) };
};

const axisOf = (x: Tensor, step: Step): number => step.second % x.rank;
const withAxis = (fits: (known: Known) => boolean) => (known: Known): boolean => fits(known) && hasAxis(known) && hasElements(known);

function rotateAxes(x: Tensor, { second }: Step): Tensor {
  const axes = [...shapeOf(x).keys()];
  const shift = axes.length === 0 ? 0 : second % axes.length;
  return transpose(x, [...axes.slice(shift), ...axes.slice(0, shift)]);
}

const product: Operation = ({ known, step }) => {
  const candidates = known.filter((candidate) => isReal(candidate) && hasAxis(candidate));
  if (candidates.length === 0) return undefined;
  const { value: x, slack } = pick(candidates, step.first);
  const inner = shapeOf(x)[x.rank - 1]!;
  const partners = candidates.filter(({ value }) => value.dtype === x.dtype && value.rank <= 2 && shapeOf(value)[0] === inner);
  if (partners.length === 0) return undefined;
  const y = pick(partners, step.second);
  return { value: matmul(x, y.value), slack: Math.max(slack, y.slack, slackOf(x)) };
};

const contraction: Operation = ({ known, step }) => {
  const matrices = known.filter((candidate) => isReal(candidate) && candidate.value.rank === 2);
  if (matrices.length === 0) return undefined;
  const { value: x, slack } = pick(matrices, step.first);
  const partners = matrices.filter(({ value }) => value.dtype === x.dtype && value.shape[step.third % 2] === x.shape[0]);
  if (partners.length === 0) return undefined;
  const params = { lhsContract: [0], rhsContract: [step.third % 2], lhsBatch: [], rhsBatch: [] };
  const y = pick(partners, step.second);
  return { value: bind('dot', [x, y.value], params)[0]!, slack: Math.max(slack, y.slack, slackOf(x)) };
};

const choice: Operation = ({ known, step }) => {
  const conditions = known.filter((candidate) => isBool(candidate) && isExact(candidate));
  const candidates = known.filter(isReal);
  if (conditions.length === 0 || candidates.length === 0) return undefined;
  const condition = pick(conditions, step.third).value;
  const x = pick(candidates, step.first);
  const partners = candidates.filter(({ value }) => value.dtype === x.value.dtype && broadcastShapes([value.shape, x.value.shape, condition.shape]) !== undefined);
  if (partners.length === 0) return undefined;
  const y = pick(partners, step.second);
  return { value: where(condition, x.value, y.value), slack: Math.max(x.slack, y.slack) };
};

const conversion: Operation = ({ known, step }) => {
  const target: Dtype = pick(['float32', 'float64', 'int32', 'bool'] as const, step.second);
  const candidates = known.filter((candidate) => isExact(candidate) || isFloating(target));
  if (candidates.length === 0) return undefined;
  const { value, slack } = pick(candidates, step.first);
  const made = astype(value, target);
  return { value: made, slack: slack === 0 ? 0 : Math.max(slack, slackOf(made)) };
};

const flatten = (x: Tensor): Tensor => reshape(x, [x.size]);
const places = tensor([0, 1, 0], { dtype: 'int32' });

export const operations: readonly Operation[] = [
  smooth(sin), smooth(cos), smooth(tanh), smooth(sigmoid), smooth(softplus), smooth(silu), smooth((x) => gelu(x)), smooth((x) => elu(x)),
  smooth((x) => exp(minimum(x, 2))), smooth((x) => expm1(minimum(x, 2))), smooth((x) => log1p(mul(x, x))), smooth((x) => sqrt(add(mul(x, x), 1))),
  exactly(isReal, relu), exactly(isFloat, (x) => leakyRelu(x)), exactly(isReal, neg), exactly(isReal, abs), exactly(isReal, (x) => integerPow(x, 2)), exactly(isFloat, (x) => mul(x, 0.5)), exactly(isReal, (x) => sub(1, x)),
  deciding(isFloat, floor), deciding(isFloat, (x) => round(x)), deciding(isReal, sign), deciding(isBool, logicalNot),
  two(isReal, add), two(isReal, sub), two(isReal, mul), two(isReal, maximum), two(isReal, minimum), two(isReal, add), two(isReal, mul),
  two(isFloat, (x, y) => div(x, add(mul(y, y), 1))),
  two(isWhole, rem), two(isWhole, (x, y) => bind('div', [x, y], {})[0]!), two(isWhole, bitwiseAnd), two(isWhole, bitwiseXor),
  two(isWhole, (x, y) => leftShift(x, bitwiseAnd(y, 7))), two(isWhole, (x, y) => rightShift(x, bitwiseAnd(y, 7))),
  two(isReal, less, true), two(isReal, equal, true), two(isReal, greater, true), two(isBool, logicalXor),
  choice, conversion, conversion, product, product, contraction,
  (c) => one(c, (k) => isReal(k) && hasAxis(k), (x, step) => sum(x, { axis: axisOf(x, step), keepdims: step.third % 2 === 0 }), false) ?? undefined,
  exactly(withAxis(isReal), (x, step) => max(x, { axis: axisOf(x, step), keepdims: step.third % 2 === 0 })),
  exactly(withAxis(() => true), (x, step) => min(x, { axis: axisOf(x, step) })),
  (c) => one(c, withAxis(isFloat), (x, step) => mean(x, { axis: axisOf(x, step), keepdims: step.third % 2 === 0 }), false),
  (c) => one(c, withAxis(isFloat), (x) => variance(x), false),
  (c) => one(c, withAxis(isFloat), (x, step) => softmax(x, { axis: axisOf(x, step) }), false),
  (c) => one(c, withAxis(isFloat), (x, step) => logsumexp(x, { axis: axisOf(x, step), keepdims: true }), false),
  (c) => one(c, withAxis(isReal), (x, step) => cumsum(x, { axis: axisOf(x, step), reverse: step.third % 2 === 0 }), false),
  (c) => one(c, withAxis(isFloat), (x, step) => prod(x, { axis: axisOf(x, step) }), false),
  deciding(withAxis(isReal), (x, step) => argmax(x, { axis: axisOf(x, step) })),
  deciding(withAxis(isReal), (x, step) => sort(x, { axis: axisOf(x, step) })),
  exactly(() => true, rotateAxes), exactly(() => true, rotateAxes), exactly(() => true, flatten),
  exactly(({ value }) => value.rank < 3, (x, step) => expandDims(x, step.second % (x.rank + 1))),
  exactly(() => true, (x) => squeeze(x)),
  exactly(({ value }) => value.rank < 3, (x, step) => broadcastTo(x, [1 + (step.second % 3), ...shapeOf(x)])),
  exactly(withAxis(() => true), (x, step) => concatenate([x, x], axisOf(x, step))),
  exactly(withAxis(() => true), (x, step) => sliceAxis(x, axisOf(x, step), step.third % shapeOf(x)[axisOf(x, step)]!, shapeOf(x)[axisOf(x, step)]!)),
  exactly((k) => isReal(k) && hasAxis(k), (x, step) => pad(x, shapeOf(x).map((_, axis) => (axis === axisOf(x, step) ? [1, step.third % 2] as const : [0, 0] as const)))),
  exactly(hasAxis, (x, step) => flip(x, axisOf(x, step))),
  exactly((k) => withAxis(() => true)(k) && shapeOf(k.value)[0]! >= 2, (x) => take(x, places, { axis: 0 })),
  exactly(withAxis(() => true), (x, step) => dynamicSlice(x, shapeOf(x).map((_, axis) => scalar((step.third >> axis) % 4, 'int32')), shapeOf(x).map((size) => Math.max(1, size - 1)))),
  (c) => one(c, withAxis(isFloat), (x) => scan((carry: Tensor, row: Tensor) => [tanh(add(carry, sum(row))), mul(row, carry)] as const, scalar(0.5, x.dtype), x)[1], false),
];

/** Elements grow no larger than this, so that rounding errors do not either. */
const bound = 4;
/** Values of more elements are cut down. */
const mostElements = 96;

/**
 * Runs the steps, beginning with `inputs`. Large floats are divided by a number that the first run (on concrete tensors) notes and that
 * the others take over. The last values are the results.
 */
export function runSteps(steps: readonly Step[], inputs: readonly Tensor[], scales: (number | undefined)[]): Known[] {
  const known: Known[] = inputs.map((value) => ({ value, slack: 0 }));
  steps.forEach((step, i) => {
    const made = pick(operations, step.operation)({ known, step });
    if (!made || made.value.size > mostElements) return;
    known.push(bounded(made, i, scales));
  });
  return known.slice(-3);
}

function bounded(made: Known, index: number, scales: (number | undefined)[]): Known {
  if (!isFloating(made.value.dtype)) return made.value.dtype === 'int32' ? { ...made, value: sub(bitwiseAnd(made.value, 15), 7) } : made;
  if (!made.value.isTraced && !(index in scales)) {
    const largest = (made.value.data() as Float64Array).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    // A power of two divides exactly.
    scales[index] = largest > bound ? 2 ** -Math.ceil(Math.log2(largest / bound)) : undefined;
  }
  const scale = scales[index];
  return scale === undefined ? made : { ...made, value: mul(made.value, scale) };
}
