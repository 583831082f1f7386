import { Module } from '@flaxon/core';
import { ArgumentError, concatenate, initializers, random, reshape, ShapeError, sliceAxis, spec, squeeze, stack, sub, tensor, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { Bidirectional, ConvLSTMCell, GRUCell, LSTMCell, RNN, SimpleCell, type Carry } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, primitivesOf, sample, specsOf } from '../helpers.js';

const [batch, time, inputs, features] = [3, 5, 2, 4];
const x = sample(1, [batch, time, inputs]);
const lengths = tensor([2, 5, 3]);

const cell = new GRUCell({ features, paramDtype: 'float64' });
const model = new RNN({ cell });
const variables = model.init(key, [x]);
const cellVariables = { params: (variables.params as { cell: { [name: string]: { [name: string]: Tensor } } }).cell };

const step = (carry: Tensor, input: Tensor): Tensor => cell.apply(cellVariables, [carry, input])[0];
const stepsOf = (input: Tensor): Tensor[] => Array.from({ length: input.shape[1] as number }, (_, t) => squeeze(sliceAxis(input, 1, t, t + 1), 1));
const rowOf = (input: Tensor, row: number): Tensor => sliceAxis(input, 0, row, row + 1);

/** The outputs of the cell, called step by step. */
function outputsOf(steps: readonly Tensor[]): Tensor[] {
  const outputs: Tensor[] = [];
  for (const input of steps) outputs.push(step(outputs.at(-1) ?? zeros([input.shape[0]!, features], 'float64'), input));
  return outputs;
}

const forwards = outputsOf(stepsOf(x));
const backwards = outputsOf(stepsOf(x).reverse());
const onlyOutputs = (result: ReturnType<RNN['call']>): Tensor => result as Tensor;
const withCarry = (result: ReturnType<RNN['call']>): readonly [Tensor, Tensor] => result as readonly [Tensor, Tensor];

describe('RNN', () => {
  it('calls its cell step by step', () => {
    expectClose(onlyOutputs(model.apply(variables, [x])), elements(stack(forwards, 1)), 1e-14);
  });

  it('keeps the variables of the cell, as the cell itself makes them, under its name', () => {
    const made = model.init(key, [x]);
    expect(Object.keys(specsOf(made)).every((path) => path.startsWith('params/cell/'))).toBe(true);
    expect(elementsAt(made, 'params/cell/ir/bias')).toEqual([0, 0, 0, 0]);
  });

  it('returns the last carry where it is asked to', () => {
    const [carry, outputs] = withCarry(model.apply(variables, [x, { returnCarry: true }]));
    expectClose(carry, elements(forwards.at(-1)!), 1e-14);
    expectClose(outputs, elements(stack(forwards, 1)), 1e-14);
  });

  it('takes time first with timeMajor', () => {
    expectClose(onlyOutputs(model.apply(variables, [stack(stepsOf(x), 0), { timeMajor: true }])), elements(stack(forwards, 0)), 1e-14);
  });

  it('in reverse gives outputs in the order in which they are made', () => {
    expectClose(onlyOutputs(model.apply(variables, [x, { reverse: true }])), elements(stack(backwards, 1)), 1e-14);
  });

  it('in reverse gives outputs in the order of inputs with keepOrder', () => {
    expectClose(onlyOutputs(model.apply(variables, [x, { reverse: true, keepOrder: true }])), elements(stack([...backwards].reverse(), 1)), 1e-14);
  });

  it.each([false, true])('returns the carry after the last step of each sequence, with timeMajor %s', (timeMajor) => {
    const input = timeMajor ? stack(stepsOf(x), 0) : x;
    const [carry] = withCarry(model.apply(variables, [input, { seqLengths: lengths, returnCarry: true, timeMajor }]));
    const wanted = elements(lengths).map((length, row) => rowOf(forwards[length - 1]!, row));
    expectClose(carry, elements(concatenate(wanted, 0)), 1e-14);
  });

  // By Flax: nn.RNN(nn.SimpleCell(1, activation_fn=lambda x: x), return_carry=True) of [[1, 2, 3], [4, 5, 6]], each state ten times the last one plus the input.
  it.each([
    [[3, 9], false, [123, 456], [1, 12, 123, 4, 45, 456]],
    [[3, 9], true, [321, 654], [321, 32, 3, 654, 65, 6]],
    [[0, -1], false, [123, 45], [1, 12, 123, 4, 45, 456]],
    [[0, -1], true, [321, 54], [321, 32, 3, 54, 5, 546]],
    [[-2, -9], false, [1, 4], [1, 12, 123, 4, 45, 456]],
    [[-2, -9], true, [1, 6], [1, 132, 13, 654, 65, 6]],
  ] as const)('takes lengths out of range as Flax does: %j, reverse %j', (outside, reverse, last, all) => {
    const decimal = new RNN({ cell: new SimpleCell({ features: 1, activationFn: (y) => y }), returnCarry: true, reverse, keepOrder: true });
    const weights = { params: { cell: { h: { kernel: tensor([[10]]) }, i: { kernel: tensor([[1]]), bias: tensor([0]) } } } };
    const [carry, outputs] = withCarry(decimal.apply(weights, [tensor([[[1], [2], [3]], [[4], [5], [6]]]), { seqLengths: tensor([...outside]) }]));
    expect(elements(carry)).toEqual(last);
    expect(elements(outputs)).toEqual(all);
  });

  it('in reverse begins with the last step of each sequence', () => {
    const [carry, outputs] = withCarry(model.apply(variables, [x, { seqLengths: lengths, returnCarry: true, reverse: true, keepOrder: true }]));
    elements(lengths).forEach((length, row) => {
      const single = outputsOf(stepsOf(sliceAxis(rowOf(x, row), 1, 0, length)).reverse());
      expectClose(rowOf(carry, row), elements(single.at(-1)!), 1e-14);
      expectClose(sliceAxis(rowOf(outputs, row), 1, 0, length), elements(stack(single.reverse(), 1)), 1e-14);
    });
  });

  it('begins with a carry that is given', () => {
    const start = sample(2, [batch, features]);
    const [, later] = withCarry(model.apply(variables, [x, { initialCarry: start, returnCarry: true }]));
    expectClose(sliceAxis(later, 1, 0, 1), elements(step(start, stepsOf(x)[0]!)), 1e-14);
  });

  it('begins with a carry made with the key that is given, key 0 by default', () => {
    const drawing = new RNN({ cell: cell.clone({ carryInit: initializers.normal({ stddev: 1 }) }) });
    const from = (initKey?: Tensor): number[] => elements(onlyOutputs(drawing.apply(variables, [x, { initKey }])));
    expect(from()).toEqual(from(random.key(0)));
    expect(from(random.key(1))).not.toEqual(from());
  });

  it('takes any batch axes, none too', () => {
    expectClose(onlyOutputs(model.apply(variables, [reshape(x, [1, 3, time, inputs])])), elements(stack(forwards, 1)), 1e-14);
    expectClose(onlyOutputs(model.apply(variables, [squeeze(rowOf(x, 0), 0)])), elements(rowOf(stack(forwards, 1), 0)), 1e-14);
  });

  it('counts the features of its cell', () => {
    const images = sample(3, [2, time, 4, 4, inputs]);
    const y = onlyOutputs(new RNN({ cell: new ConvLSTMCell({ features, kernelSize: [2, 2], paramDtype: 'float64' }) }).initWithOutput(key, [images])[0]);
    expect(y.shape).toEqual([2, time, 4, 4, features]);
  });

  it('carries what its cell says: trees too', () => {
    const [carry] = new RNN({ cell: new LSTMCell({ features, paramDtype: 'float64' }), returnCarry: true }).initWithOutput(key, [x])[0] as readonly [Carry, Tensor];
    expect((carry as readonly Tensor[]).map(({ shape }) => shape)).toEqual([[batch, features], [batch, features]]);
  });

  it('is one loop, with a symbolic batch too', () => {
    const primitives = primitivesOf((input) => onlyOutputs(model.apply(variables, [input])), [spec('float64', ['n', time, inputs])]);
    expect(primitives.filter((name) => name === 'scan').length).toBe(1);
    expect(primitives).not.toContain('dot');
  });

  it('refuses an input without an axis of time', () => {
    expect(() => model.apply(variables, [zeros([inputs], 'float64')])).toThrow(ShapeError);
  });

  it('refuses lengths where time is symbolic', () => {
    const run = (input: Tensor): Tensor => onlyOutputs(model.apply(variables, [input, { seqLengths: lengths, reverse: true }]));
    expect(() => primitivesOf(run, [spec('float64', [batch, 't', inputs])])).toThrow(ArgumentError);
  });
});

describe('Bidirectional', () => {
  const both = new Bidirectional({ forwardRnn: new RNN({ cell }), backwardRnn: new RNN({ cell: new SimpleCell({ features: 3, paramDtype: 'float64' }) }) });
  const made = both.init(key, [x]);
  const parts = made.params as { [name: string]: typeof made[string] };
  const backward = new RNN({ cell: new SimpleCell({ features: 3, paramDtype: 'float64' }), reverse: true, keepOrder: true });

  it('shows what it hands on to its networks as Linen does', () => {
    const rows = both.tabulate(key, [x]).rows.filter(({ module }) => module === 'RNN');
    const shared = (more: string, reverse: string): string => `- float64[3,5,2]\n- initKey: None\n  initialCarry: None\n${more}  returnCarry: True\n  reverse: ${reverse}\n  seqLengths: None\n  timeMajor: False`;
    expect(rows.map((row) => row.inputs)).toEqual([shared('', 'False'), shared('  keepOrder: True\n', 'True')]);
  });

  it('puts both directions side by side', () => {
    const [first, second] = [model.apply({ params: parts.forward_rnn! }, [x]), backward.apply({ params: parts.backward_rnn! }, [x])].map(onlyOutputs);
    expectClose(both.apply(made, [x]) as Tensor, elements(concatenate([first!, second!], -1)), 1e-14);
  });

  it('returns the carries of both', () => {
    const [carries] = both.apply(made, [x, { returnCarry: true, seqLengths: lengths }]) as readonly [readonly Tensor[], Tensor];
    expect(carries.map(({ shape }) => shape)).toEqual([[batch, features], [batch, 3]]);
  });

  it('begins with the carries that are given', () => {
    const initialCarry = [sample(4, [batch, features]), sample(5, [batch, 3])] as const;
    const [first] = [model.apply({ params: parts.forward_rnn! }, [x, { initialCarry: initialCarry[0] }])].map(onlyOutputs);
    const y = both.apply(made, [x, { initialCarry }]) as Tensor;
    expectClose(sliceAxis(y, 2, 0, features), elements(first!), 1e-14);
  });

  it('merges by another function', () => {
    const twice = new Bidirectional({ forwardRnn: model, backwardRnn: model, mergeFn: sub });
    const shared = twice.init(key, [x]);
    const y = twice.apply(shared, [x]) as Tensor;
    expect(y.shape).toEqual([batch, time, features]);
  });

  it('has the parameters of a network for both directions, or of a cell in both networks, once', () => {
    const paths = (of: Bidirectional): Set<string> => new Set(Object.keys(specsOf(of.init(key, [x]))).map((path) => path.split('/')[1]!));
    expect(paths(new Bidirectional({ forwardRnn: model, backwardRnn: model }))).toEqual(new Set(['forward_rnn']));
    expect(paths(new Bidirectional({ forwardRnn: new RNN({ cell }), backwardRnn: new RNN({ cell }) }))).toEqual(new Set(['forward_rnn']));
  });

  it('keeps its names when it is bound, unbound and copied', () => {
    const [unbound, kept] = both.bind(made).unbind();
    for (const copy of [unbound, both.clone(), new Bidirectional({ forwardRnn: both.forwardRnn, backwardRnn: both.backwardRnn })]) {
      expect(elements(copy.apply(kept, [x]) as Tensor)).toEqual(elements(both.apply(made, [x]) as Tensor));
    }
  });

  it('leaves networks to the module whose method makes them', () => {
    class Tagger extends Module.define({}) {
      call(input: Tensor): Tensor {
        return new Bidirectional({ forwardRnn: new RNN({ cell }), backwardRnn: new RNN({ cell: cell }) }).call(input) as Tensor;
      }
    }
    const owners = Object.keys(specsOf(new Tagger().init(key, [x]))).map((path) => path.split('/')[1]);
    expect(new Set(owners)).toEqual(new Set(['RNN_0']));
  });
});
