/** The cells that ONNX has operators for, as steps of a scan. */
import type { Atom, EquationOf } from '@flaxon/tensor';
import { type Affine, affineOf, fixedAtoms, type Step } from './affine.js';
import { type Bindings, hole, match, number, operation, producersOf } from './pattern.js';

/** One gate: its kernels, and what is added to the product with each. */
export interface Gate {
  readonly input: Affine;
  readonly state: Affine;
}

export interface Recurrence {
  readonly operator: 'LSTM' | 'GRU';
  /** In the order of the operator: i, o, f, c or z, r, h. */
  readonly gates: readonly Gate[];
  /** Which carry is the hidden state. */
  readonly hidden: number;
  /** Which carry is the memory of an LSTM. */
  readonly memory: number | undefined;
  readonly features: number;
}

const sigmoidOf = (name: string) => operation('sigmoid', hole(name));
const lstmMemory = operation('add', operation('mul', sigmoidOf('f'), hole('memory')), operation('mul', sigmoidOf('i'), operation('tanh', hole('g'))));
const lstmHidden = operation('mul', sigmoidOf('o'), operation('tanh', hole('nextMemory')));
const gruHidden = operation('add', operation('mul', operation('sub', number(1), hole('update')), hole('proposed')), operation('mul', hole('update'), hole('hidden')));
const gruProposed = operation('tanh', operation('add', hole('n'), operation('mul', sigmoidOf('r'), hole('hn'))));

const noBias = (affine: Affine): Affine => ({ ...affine, biases: [] });
const only = (affine: Affine | undefined, kernel: 'inputKernels' | 'stateKernels'): Affine | undefined => {
  const other = kernel === 'inputKernels' ? 'stateKernels' : 'inputKernels';
  return affine?.[kernel].length === 1 && affine[other].length === 0 ? affine : undefined;
};

/** A gate of which only the sum of both products matters: its bias goes with the input. */
function jointGate(atom: Atom, step: Step): Gate | undefined {
  const found = affineOf(atom, step);
  if (found?.inputKernels.length !== 1 || found.stateKernels.length !== 1) return undefined;
  return { input: { ...found, stateKernels: [] }, state: noBias({ ...found, inputKernels: [] }) };
}

function allOf<T>(found: readonly (T | undefined)[]): readonly T[] | undefined {
  return found.every((one) => one !== undefined) ? (found as readonly T[]) : undefined;
}

type Body = EquationOf<'scan'>['params'];

const stepOf = ({ body, constants, carry }: Body, hidden: number): Step => ({
  producers: producersOf(body),
  isFixed: fixedAtoms(body, constants),
  input: body.inputs[constants + carry]!,
  state: body.inputs[constants + hidden]!,
});

function lstm(params: Body): Recurrence | undefined {
  const { body, constants } = params;
  for (const [memory, hidden] of [[0, 1], [1, 0]] as const) {
    const step = stepOf(params, hidden);
    const nextMemory = body.outputs[memory]!;
    const bound: Bindings | undefined = match(lstmMemory, nextMemory, step.producers, { memory: body.inputs[constants + memory]!, nextMemory });
    const found = bound && match(lstmHidden, body.outputs[hidden]!, step.producers, bound);
    const gates = found && allOf(['i', 'o', 'f', 'g'].map((name) => jointGate(found[name]!, step)));
    if (gates) return { operator: 'LSTM', gates, hidden, memory, features: Number(nextMemory.shape.at(-1)) };
  }
  return undefined;
}

function gru(params: Body): Recurrence | undefined {
  const { body, constants } = params;
  const step = stepOf(params, 0);
  const next = match(gruHidden, body.outputs[0]!, step.producers, { hidden: body.inputs[constants]! });
  const update = next && match(sigmoidOf('z'), next['update']!, step.producers);
  const proposed = next && match(gruProposed, next['proposed']!, step.producers);
  if (!update || !proposed) return undefined;
  const input = only(affineOf(proposed['n']!, step), 'inputKernels');
  const state = only(affineOf(proposed['hn']!, step), 'stateKernels');
  const gates = allOf([jointGate(update['z']!, step), jointGate(proposed['r']!, step), input && state && { input, state }]);
  return gates && { operator: 'GRU', gates, hidden: 0, memory: undefined, features: Number(body.outputs[0]!.shape.at(-1)) };
}

/** The cell that `params` runs over its one sequence, if there is an operator for it and each step gives the hidden state alone. */
export function recurrenceOf(params: Body): Recurrence | undefined {
  const { body, constants, carry } = params;
  if (body.inputs.length !== constants + carry + 1) return undefined;
  if ([...body.inputs.slice(constants), ...body.outputs].some(({ dtype }) => dtype !== 'float32')) return undefined;
  const found = carry === 2 ? lstm(params) : carry === 1 ? gru(params) : undefined;
  if (!found || !Number.isInteger(found.features)) return undefined;
  return body.outputs.slice(carry).every((output) => output === body.outputs[found.hidden]) ? found : undefined;
}
