import { ArgumentError, index, initializers, ones, random, ShapeError, spec, zerosLike, zeros, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { ConvLSTMCell, GRUCell, LSTMCell, MGUCell, OptimizedLSTMCell, SimpleCell } from '../../src/index.js';
import { elements, elementsAt, expectClose, key, mapVariables, primitivesOf, sample, specsOf } from '../helpers.js';

const [batch, inputs, features] = [2, 3, 4];
const x = sample(1, [batch, inputs]);
const h = sample(2, [batch, features]);
const c = sample(3, [batch, features]);

const attributes = { features, paramDtype: 'float64', recurrentKernelInit: initializers.lecunNormal() } as const;
const biased = { ...attributes, biasInit: initializers.normal({ stddev: 1 }) };

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

type Formula = (row: number, feature: number) => number;

/** Every element of (batch, features), by a formula. */
const each = (formula: Formula): number[] =>
  Array.from({ length: batch * features }, (_, i) => formula(Math.floor(i / features), i % features));

/** The linear map of a submodule, element by element. */
function linear(variables: Parameters<typeof elementsAt>[0], name: string, input: Tensor, hasBias: boolean): Formula {
  const kernel = elementsAt(variables, `params/${name}/kernel`);
  const bias = hasBias ? elementsAt(variables, `params/${name}/bias`) : [];
  const width = input.shape[1] as number;
  const data = elements(input);
  return (row, feature) => {
    let total = bias[feature] ?? 0;
    for (let i = 0; i < width; i++) total += data[row * width + i]! * kernel[i * features + feature]!;
    return total;
  };
}

const at = (tensor: Tensor): Formula => {
  const data = elements(tensor);
  return (row, feature) => data[row * features + feature]!;
};

describe('SimpleCell', () => {
  it.each([false, true])('is tanh of the sum of both maps, with residual %s', (residual) => {
    const model = new SimpleCell({ ...biased, residual });
    const variables = model.init(key, [h, x]);
    const [ofInput, ofState] = [linear(variables, 'i', x, true), linear(variables, 'h', h, false)];
    const [carry, y] = model.apply(variables, [h, x]);
    expectClose(y, each((row, i) => Math.tanh(ofInput(row, i) + ofState(row, i) + (residual ? at(h)(row, i) : 0))), 1e-14);
    expect(carry).toBe(y);
  });
});

describe.each([['LSTMCell', LSTMCell], ['OptimizedLSTMCell', OptimizedLSTMCell]] as const)('%s', (_, Cell) => {
  const model = new Cell(biased);
  const variables = model.init(key, [[c, h], x]);

  it('follows the equations of its gates', () => {
    const sum = (gate: string): Formula => {
      const [ofInput, ofState] = [linear(variables, `i${gate}`, x, false), linear(variables, `h${gate}`, h, true)];
      return (row, i) => ofInput(row, i) + ofState(row, i);
    };
    const memory: Formula = (row, i) => sigmoid(sum('f')(row, i)) * at(c)(row, i) + sigmoid(sum('i')(row, i)) * Math.tanh(sum('g')(row, i));
    const [[nextC, nextH], y] = model.apply(variables, [[c, h], x]);
    expectClose(nextC, each(memory), 1e-14);
    expectClose(nextH, each((row, i) => sigmoid(sum('o')(row, i)) * Math.tanh(memory(row, i))), 1e-14);
    expect(y).toBe(nextH);
  });

  it('has biases for the hidden state alone', () => {
    const made = Object.entries(specsOf(variables)).filter(([path]) => path.endsWith('bias'));
    expect(made.map(([path]) => path)).toEqual(['params/hf/bias', 'params/hg/bias', 'params/hi/bias', 'params/ho/bias']);
  });

  it('draws memory and hidden state with keys of their own', () => {
    const carryInit = initializers.normal({ stddev: 1 });
    const carry = new Cell({ features, carryInit }).initializeCarry(key, [5, inputs]);
    const keys = random.split(key);
    expect(carry.map(elements)).toEqual([0, 1].map((i) => elements(carryInit(index(keys, [i]), [5, features], 'float32'))));
  });
});

describe('OptimizedLSTMCell', () => {
  it('has the parameters and the results of LSTMCell', () => {
    const [plain, optimized] = [new LSTMCell(biased), new OptimizedLSTMCell(biased)];
    const variables = plain.init(key, [[c, h], x]);
    const made = optimized.init(key, [[c, h], x]);
    expect(specsOf(made)).toEqual(specsOf(variables));
    for (const path of Object.keys(specsOf(variables))) expect(elementsAt(made, path)).toEqual(elementsAt(variables, path));
    expectClose(optimized.apply(variables, [[c, h], x])[1], elements(plain.apply(variables, [[c, h], x])[1]), 1e-14);
  });

  it('multiplies twice', () => {
    const model = new OptimizedLSTMCell(biased);
    const variables = model.init(key, [[c, h], x]);
    const specs = [spec('float64', ['n', features]), spec('float64', ['n', features]), spec('float64', ['n', inputs])];
    const primitives = primitivesOf((memory, state, input) => model.apply(variables, [[memory, state], input])[1], specs);
    expect(primitives.filter((name) => name === 'dot').length).toBe(2);
  });
});

describe('GRUCell', () => {
  it('follows the equations of its gates', () => {
    const model = new GRUCell(biased);
    const variables = model.init(key, [h, x]);
    const gate = (name: string): Formula => (row, i) => sigmoid(linear(variables, `i${name}`, x, true)(row, i) + linear(variables, `h${name}`, h, false)(row, i));
    const proposed: Formula = (row, i) => Math.tanh(linear(variables, 'in', x, true)(row, i) + gate('r')(row, i) * linear(variables, 'hn', h, true)(row, i));
    const [, y] = model.apply(variables, [h, x]);
    expectClose(y, each((row, i) => (1 - gate('z')(row, i)) * proposed(row, i) + gate('z')(row, i) * at(h)(row, i)), 1e-14);
  });
});

describe('MGUCell', () => {
  it.each([true, false])('follows the equations of its gate, with resetGate %s', (resetGate) => {
    const model = new MGUCell({ ...attributes, activationBiasInit: initializers.normal({ stddev: 1 }), resetGate });
    const variables = model.init(key, [h, x]);
    const forget: Formula = (row, i) => sigmoid(linear(variables, 'if', x, true)(row, i) + linear(variables, 'hf', h, false)(row, i));
    const state = linear(variables, 'hn', h, resetGate);
    const proposed: Formula = (row, i) => Math.tanh(linear(variables, 'in', x, true)(row, i) + (resetGate ? forget(row, i) : 1) * state(row, i));
    const [, y] = model.apply(variables, [h, x]);
    expectClose(y, each((row, i) => (1 - forget(row, i)) * proposed(row, i) + forget(row, i) * at(h)(row, i)), 1e-14);
  });

  it('begins with a forget bias of ones', () => {
    expect(elementsAt(new MGUCell(attributes).init(key, [h, x]), 'params/if/bias')).toEqual([1, 1, 1, 1]);
  });
});

describe('ConvLSTMCell', () => {
  const image = sample(4, [batch, 5, 5, inputs]);
  const model = new ConvLSTMCell({ features, kernelSize: [3, 3], paramDtype: 'float64' });
  const carry = model.initializeCarry(key, image.shape);

  it('keeps the spatial axes in its carry', () => {
    expect(model.numFeatureAxes).toBe(3);
    expect(carry.map(({ shape }) => shape)).toEqual([[batch, 5, 5, features], [batch, 5, 5, features]]);
  });

  it('with parameters of zeros forgets by sigmoid(1)', () => {
    const variables = mapVariables(model.init(key, [carry, image]), zerosLike);
    const start = [ones(carry[0].shape, 'float64'), carry[1]] as const;
    const [[memory]] = model.apply(variables, [start, image]);
    expectClose(memory, elements(start[0]).map(() => sigmoid(1)), 1e-15);
  });

  it('has two convolutions of four times its features', () => {
    expect(specsOf(model.init(key, [carry, image]))).toEqual({
      'params/ih/kernel': 'float64[3,3,3,16]', 'params/ih/bias': 'float64[16]',
      'params/hh/kernel': 'float64[3,3,4,16]', 'params/hh/bias': 'float64[16]',
    });
  });

  it('refuses strides for another number of axes', () => {
    expect(() => new ConvLSTMCell({ features, kernelSize: [3, 3], strides: [1] }).init(key, [carry, image])).toThrow(ArgumentError);
  });
});

describe('the first carry', () => {
  it('is zeros in the dtype of parameters', () => {
    const carry = new GRUCell({ features, paramDtype: 'float64' }).initializeCarry(key, [2, 5, inputs]);
    expect([carry.dtype, carry.shape]).toEqual(['float64', [2, 5, features]]);
    expect(elements(carry).every((value) => value === 0)).toBe(true);
  });

  it('is made by carryInit with the key itself', () => {
    const carryInit = initializers.normal({ stddev: 1 });
    expect(elements(new SimpleCell({ features, carryInit }).initializeCarry(key, [2, inputs]))).toEqual(elements(carryInit(key, [2, features], 'float32')));
  });

  it('of random numbers refuses a symbolic batch, of zeros does not', () => {
    const model = (carryInit: ConstructorParameters<typeof GRUCell>[0]['carryInit']) => new GRUCell({ features, carryInit });
    const start = (cell: GRUCell) => () => primitivesOf((input) => cell.initializeCarry(key, input.shape), [spec('float32', ['n', inputs])]);
    expect(start(model(initializers.normal()))).toThrow(/give the carry, or let `carryInit` be `initializers.zeros`/);
    expect(start(model(initializers.zeros))).not.toThrow();
  });

  it('refuses an input without features', () => {
    expect(() => new GRUCell({ features }).initializeCarry(key, [])).toThrow(ShapeError);
    expect(() => new GRUCell({ features }).init(key, [zeros([]), ones([inputs])])).toThrow(ShapeError);
  });
});
