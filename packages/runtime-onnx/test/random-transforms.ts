/** Smooth functions made of random steps, and random stacks of transformations of them. */
import {
  add, broadcastTo, checkpoint, checkpointPolicies, concatenate, cond, cos, cumsum, customJvp, div, exp, flip, grad, greater, jacfwd, jacrev, jvp, logsumexp, matmul, mean, mul, neg, pad, pmean, prod, reshape, scan,
  sigmoid, sin, sliceAxis, softmax, softplus, sqrt, square, stack, sub, sum, take, tanh, tensor, transpose, variance, vmap, where, type Tensor,
} from '@flaxon/tensor';

/** One step, or one transformation: which, and numbers from which it draws its operands and parameters. */
export interface Choice {
  readonly kind: number;
  readonly first: number;
  readonly second: number;
}

export type Arguments = readonly Tensor[];
export type Smooth = (...args: Tensor[]) => Tensor;

const pick = <T>(list: readonly T[], number: number): T => list[number % list.length]!;
const axisOf = (x: Tensor, number: number): number => number % x.rank;
const sizeAt = (x: Tensor, axis: number): number => x.staticShape()[axis]!;

/** Twice the value in forward mode, so that a rule which is not used shows. */
const marked = customJvp((x: Tensor) => sin(x), ([x], [t]) => [sin(x), mul(mul(t, cos(x)), 1.25)] as const);

type Step = (x: Tensor, y: Tensor, number: number) => Tensor;

/** Operations on any float; those that need an axis leave a scalar as it is. */
const along = (f: (x: Tensor, axis: number) => Tensor): Step => (x, _, number) => (x.rank === 0 ? sin(x) : f(x, axisOf(x, number)));
/** On two values: the second one becomes a number where their shapes do not go together. */
const both = (f: (x: Tensor, y: Tensor) => Tensor): Step => (x, y) => f(x, y.rank <= 1 && y.shape.every((size) => size === x.shape.at(-1)) ? y : mean(y));

const steps: readonly Step[] = [
  sin, cos, tanh, sigmoid, softplus, (x) => exp(neg(square(x))), (x) => sqrt(add(square(x), 1)), (x) => mul(x, 0.5), (x) => marked(x),
  both(add), both(sub), both(mul), both(mul), both((x, y) => div(x, add(square(y), 1))),
  along((x, axis) => sum(x, { axis, keepdims: true })), along((x, axis) => mean(x, { axis })), along((x, axis) => softmax(x, { axis })), along((x, axis) => logsumexp(x, { axis, keepdims: true })),
  along((x, axis) => cumsum(x, { axis, reverse: axis > 0 })), along((x, axis) => prod(tanh(x), { axis })), along((x, axis) => variance(x, { axis })), along((x, axis) => flip(x, axis)),
  along((x, axis) => concatenate([x, sin(x)], axis)), along((x, axis) => sliceAxis(x, axis, 0, Math.max(1, sizeAt(x, axis) - 1))),
  along((x, axis) => take(x, tensor([0, sizeAt(x, axis) - 1, 0]), { axis })), along((x, axis) => pad(x, x.shape.map((_, i) => (i === axis ? ([1, 0] as const) : ([0, 0] as const))))),
  (x) => transpose(x), (x) => reshape(x, [-1]), (x) => (x.rank < 2 ? broadcastTo(x, [2, ...x.shape]) : x),
  (x) => (x.rank === 2 ? matmul(x, transpose(x)) : matmul(reshape(x, [-1]), reshape(x, [-1]))),
  (x) => where(greater(tensor(x.rank === 0 ? 1 : 0), 0), x, sin(x)),
  (x) => (x.rank === 0 ? x : scan((c: Tensor, row: Tensor) => [tanh(add(c, mean(row))), mul(row, c)] as const, mean(x), x)[1]),
];

/** Values of more elements are cut down, so that stacks of transformations stay small. */
const mostElements = 24;
const shrunk = (x: Tensor): Tensor => (x.rank > 0 && x.size > mostElements ? shrunk(mean(x, { axis: 0 })) : x);

/** The last of the values that the steps compute from the arguments, each from two of those before. */
export const smoothFunction =
  (choices: readonly Choice[]): Smooth =>
  (...args) => {
    const values: Tensor[] = [...args];
    for (const { kind, first, second } of choices) values.push(shrunk(pick(steps, kind)(pick(values, first), pick(values, second), first + second)));
    // What was made is not lost: all of it goes into the result, and so do all arguments.
    return values.reduce<Tensor>((result, value) => mul(result, add(1, mul(0.1, mean(value)))), values.at(-1)!);
  };

type Transformation = (f: Smooth, choice: Choice) => Smooth;

const replaced = (args: Arguments, index: number, value: Tensor): Tensor[] => args.map((arg, i) => (i === index ? value : arg));
const examples = (x: Tensor): Tensor => stack([x, mul(x, 0.5), neg(x)], x.rank);

export const transformations: { readonly [name: string]: Transformation } = {
  grad: (f, { first }) => (...args) => grad((x: Tensor) => sum(sin(f(...replaced(args, first % args.length, x)))))(args[first % args.length]!),
  jvp: (f) => (...args) => jvp(f, args, args.map((x) => mul(cos(x), 0.5)))[1],
  vmap: (f, { first }) => (...args) => shrunk(vmap((x: Tensor) => f(...replaced(args, first % args.length, x)), { inAxes: -1 })(examples(args[first % args.length]!))),
  'vmap across a named axis': (f, { first }) => (...args) =>
    shrunk(vmap((x: Tensor) => {
      const y = f(...replaced(args, first % args.length, x));
      return mul(sub(y, pmean(y, 'i')), pmean(sin(x), 'i').rank === 0 ? pmean(sin(x), 'i') : mean(pmean(sin(x), 'i')));
    }, { inAxes: -1, axisName: 'i' })(examples(args[first % args.length]!))),
  checkpoint: (f, { second }) => checkpoint(f, { policy: pick([checkpointPolicies.nothingSaveable, checkpointPolicies.dotsSaveable, checkpointPolicies.everythingSaveable], second), preventCse: second % 2 === 0 }),
  jacfwd: (f, { first }) => (...args) => shrunk(jacfwd((x: Tensor) => mean(f(...replaced(args, first % args.length, x))))(args[first % args.length]!)),
  jacrev: (f, { first }) => (...args) => shrunk(mean(jacrev((x: Tensor) => reshape(shrunk(f(...replaced(args, first % args.length, x))), [-1]))(args[first % args.length]!), { axis: 0 })),
  scan: (f, { first, second }) => (...args) => {
    const at = first % args.length;
    const [last, rows] = scan((c: Tensor, s: Tensor) => {
      const y = f(...replaced(args, at, mul(args[at]!, add(c, s))));
      return [tanh(add(c, mean(y))), y] as const;
    }, mean(args[at]!), tensor([0.5, -0.25, 1], { dtype: 'float64' }), { reverse: second % 2 === 0, unroll: 1 + (second % 3) });
    return mul(mean(rows, { axis: 0 }), last);
  },
  cond: (f, { first }) => (...args) => cond(greater(sum(args[first % args.length]!), 0), (...given: Tensor[]) => f(...given), (...given: Tensor[]) => mul(sin(f(...given)), 0.5), ...args),
};

const names = Object.keys(transformations);

export const nameOf = ({ kind }: Choice): string => pick(names, kind);

/** The function under the transformations, the first one innermost. */
export const transformed = (f: Smooth, stackOf: readonly Choice[]): Smooth => stackOf.reduce((inner, choice) => transformations[nameOf(choice)]!(inner, choice), f);
