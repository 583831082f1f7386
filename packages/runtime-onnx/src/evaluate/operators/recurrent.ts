/** `LSTM`, `GRU` and `RNN`: cells over a sequence. */
import { add, bind, concatenate, expandDims, flip, matmul, mul, relu, scalar, sigmoid, sliceAxis, split, squeeze, stack, sub, swapaxes, tanh, type Tensor, transpose, where, zeros } from '@flaxon/tensor';
import type { NodeCall, OperatorRule } from '../node-call.js';
import { reverseSequences } from './indexing.js';

type Activation = (x: Tensor) => Tensor;
const activations: Readonly<Record<string, Activation>> = { Sigmoid: sigmoid, Tanh: tanh, Relu: relu };

/** What one direction has. */
interface Parameters {
  readonly kernels: readonly Tensor[];
  readonly stateKernels: readonly Tensor[];
  readonly biases: readonly (Tensor | undefined)[];
  readonly stateBiases: readonly (Tensor | undefined)[];
  readonly peepholes: readonly Tensor[];
  readonly activations: readonly Activation[];
  readonly resetsProduct: boolean;
}

/** x: (batch, in), carried: each (batch, features). */
type Cell = (parameters: Parameters, x: Tensor, carried: readonly Tensor[]) => Tensor[];

const plus = (x: Tensor, y: Tensor | undefined): Tensor => (y ? add(x, y) : x);
const fromInput = ({ kernels, biases }: Parameters, gate: number, x: Tensor): Tensor => plus(matmul(x, swapaxes(kernels[gate]!, 0, 1)), biases[gate]);
const fromState = ({ stateKernels, stateBiases }: Parameters, gate: number, h: Tensor): Tensor => plus(matmul(h, swapaxes(stateKernels[gate]!, 0, 1)), stateBiases[gate]);
const gateOf = (parameters: Parameters, gate: number, x: Tensor, h: Tensor): Tensor => add(fromInput(parameters, gate, x), fromState(parameters, gate, h));

const plain: Cell = (parameters, x, [h]) => [parameters.activations[0]!(gateOf(parameters, 0, x, h!))];

/** Gates i, o, f, c. */
const longShortTerm: Cell = (parameters, x, [h, c]) => {
  const { peepholes: [pi, po, pf], activations: [f, g, last] } = parameters;
  const peep = (gate: number, hole: Tensor | undefined, memory: Tensor): Tensor => plus(gateOf(parameters, gate, x, h!), hole && mul(hole, memory));
  const input = f!(peep(0, pi, c!));
  const forget = f!(peep(2, pf, c!));
  const memory = add(mul(forget, c!), mul(input, g!(gateOf(parameters, 3, x, h!))));
  const output = f!(peep(1, po, memory));
  return [mul(output, last!(memory)), memory];
};

/** Gates z, r, h. */
const gated: Cell = (parameters, x, [h]) => {
  const { activations: [f, g], resetsProduct, stateKernels, stateBiases } = parameters;
  const update = f!(gateOf(parameters, 0, x, h!));
  const reset = f!(gateOf(parameters, 1, x, h!));
  const state = resetsProduct ? mul(reset, fromState(parameters, 2, h!)) : plus(matmul(mul(reset, h!), swapaxes(stateKernels[2]!, 0, 1)), stateBiases[2]);
  const proposed = g!(add(fromInput(parameters, 2, x), state));
  return [add(mul(sub(1, update), proposed), mul(update, h!))];
};

interface Kind {
  readonly cell: Cell;
  readonly gates: number;
  readonly carries: number;
  readonly activations: readonly string[];
}

const parts = (x: Tensor, count: number): Tensor[] => split(x, count, 0);
const direction = (x: Tensor, at: number): Tensor => squeeze(sliceAxis(x, 0, at, at + 1), 0);

function parametersOf(call: NodeCall, { gates, activations: otherwise }: Kind, at: number): Parameters {
  const given = call.texts('activations');
  const names = given.length === 0 ? otherwise : given.slice(at * otherwise.length, (at + 1) * otherwise.length);
  if (['activation_alpha', 'activation_beta', 'clip', 'input_forget'].some((name) => call.has(name))) throw call.fault('parameters of activations, `clip` and `input_forget` cannot be evaluated');
  const bias = call.inputs[3] && parts(direction(call.input(3), at), 2 * gates);
  return {
    kernels: parts(direction(call.input(1), at), gates),
    stateKernels: parts(direction(call.input(2), at), gates),
    biases: bias?.slice(0, gates) ?? [],
    stateBiases: bias?.slice(gates) ?? [],
    peepholes: call.inputs[7] ? parts(direction(call.input(7), at), 3) : [],
    activations: names.map((name) => {
      const found = Object.hasOwn(activations, name) ? activations[name] : undefined;
      if (!found) throw call.fault(`expected activations of ${Object.keys(activations).join(', ')}, found ${name}`);
      return found;
    }),
    resetsProduct: call.flag('linear_before_reset'),
  };
}

/** One direction over x: (length, batch, in): the hidden states (length, batch, features) and what is carried in the end. */
function run(kind: Kind, parameters: Parameters, x: Tensor, start: readonly Tensor[], lengths: Tensor | undefined): { readonly states: Tensor; readonly last: readonly Tensor[] } {
  const states: Tensor[] = [];
  let carried = start;
  for (let step = 0; step < x.staticShape()[0]!; step++) {
    const made = kind.cell(parameters, direction(x, step), carried);
    const isInside = lengths && expandDims(bind('greater', [lengths, scalar(step, lengths.dtype)], {})[0]!, 1);
    states.push(isInside ? where(isInside, made[0]!, scalar(0, x.dtype)) : made[0]!);
    const before = carried;
    carried = isInside ? made.map((one, i) => where(isInside, one, before[i]!)) : made;
  }
  return { states: stack(states), last: carried };
}

const recurrent = (kind: Kind): OperatorRule => (call) => {
  const isBatchFirst = call.int('layout', 0) === 1;
  const given = call.input(0);
  const x = isBatchFirst ? transpose(given, [1, 0, 2]) : given;
  const [, batch] = x.staticShape();
  const features = call.input(2).staticShape()[2]!;
  const lengths = call.inputs[4];
  const way = call.text('direction', 'forward');
  const count = way === 'bidirectional' ? 2 : 1;
  const turn = (value: Tensor): Tensor => (lengths ? reverseSequences(value, lengths, { time: 0, batch: 1 }) : flip(value, 0));
  const starts = [5, 6].slice(0, kind.carries).map((place) => {
    const start = call.inputs[place];
    return start && isBatchFirst ? transpose(start, [1, 0, 2]) : start;
  });
  const runs = Array.from({ length: count }, (_, at) => {
    const isReverse = way === 'reverse' || at === 1;
    const start = starts.map((one) => (one ? direction(one, at) : zeros([batch!, features], x.dtype)));
    const { states, last } = run(kind, parametersOf(call, kind, at), isReverse ? turn(x) : x, start, lengths);
    return { states: isReverse ? turn(states) : states, last };
  });
  const states = concatenate(runs.map((one) => expandDims(one.states, 1)), 1);
  const carries = Array.from({ length: kind.carries }, (_, i) => stack(runs.map(({ last }) => last[i]!)));
  return isBatchFirst ? [transpose(states, [2, 0, 1, 3]), ...carries.map((one) => transpose(one, [1, 0, 2]))] : [states, ...carries];
};

export const recurrentOperators = {
  GRU: recurrent({ cell: gated, gates: 3, carries: 1, activations: ['Sigmoid', 'Tanh'] }),
  LSTM: recurrent({ cell: longShortTerm, gates: 4, carries: 2, activations: ['Sigmoid', 'Tanh', 'Tanh'] }),
  RNN: recurrent({ cell: plain, gates: 1, carries: 1, activations: ['Tanh'] }),
} as const satisfies Readonly<Record<string, OperatorRule>>;
